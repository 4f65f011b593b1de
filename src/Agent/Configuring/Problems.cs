using Gavel.Ethereum;
using Microsoft.Extensions.Options;

namespace Gavel.Agent.Configuring;

/// <summary>Collects a validator's failures, each beginning with its place.</summary>
/// <param name="place">The section's place.</param>
internal sealed class Problems(string? place)
{
    private readonly List<string> _all = [];

    /// <summary>What the validator hands back.</summary>
    public ValidateOptionsResult Result => _all.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_all);

    /// <summary>Adds one.</summary>
    /// <param name="option">The option within the section; empty for the section itself.</param>
    /// <param name="text">What is wrong and how to mend it, without secrets.</param>
    public void Add(string option, string text) => _all.Add($"{place}{(option.Length > 0 && !string.IsNullOrEmpty(place) ? ":" : "")}{option}: {text}");

    /// <summary>Adds what reading says against a value.</summary>
    public void AddIfUnreadable(string option, string? value, Action<string> read)
    {
        if (string.IsNullOrEmpty(value))
        {
            return;
        }

        try
        {
            read(value);
        }
        catch (FormatException error)
        {
            // The reader's words may repeat the value.
            string shown = Redaction.Show(value);
            Add(option, $"{shown}: {(shown == $"\"{value}\"" ? error.Message : "it is not of the form that belongs here")}");
        }
    }

    /// <summary>Endpoints: at least one, each an address, none twice.</summary>
    public void AddOfEndpoints(string option, IList<string> urls)
    {
        if (urls.Count == 0)
        {
            Add(option, "name at least one endpoint, such as [ \"http://127.0.0.1:8545\" ]");
        }

        AddOfAddresses(option, urls);
    }

    /// <summary>Endpoints that may be none: each an address, none twice.</summary>
    public void AddOfAddresses(string option, IList<string> urls)
    {
        for (int i = 0; i < urls.Count; i++)
        {
            AddIfUnreadable($"{option}:{i}", urls[i].Length == 0 ? " " : urls[i], url => EndpointUrl.Parse(url));
        }

        AddOfTwins(option, urls, url => Redaction.Show(url));
    }

    /// <summary>A file that must be there, if one is named.</summary>
    public void AddOfFile(string option, string? path)
    {
        if (!string.IsNullOrEmpty(path) && !File.Exists(path))
        {
            Add(option, Redaction.LooksSecret(path) ? $"{Redaction.Show(path)}: the option names the file that holds it"
                : Directory.Exists(path) ? $"{path} is a folder; name the file in it"
                : $"there is no file {path}");
        }
    }

    /// <summary>Entries of a list that stand in it twice.</summary>
    public void AddOfTwins<T>(string option, IList<T> entries, Func<T, string> show)
        where T : notnull
    {
        for (int i = 1; i < entries.Count; i++)
        {
            int first = entries.IndexOf(entries[i]);
            if (first < i)
            {
                Add($"{option}:{i}", $"{show(entries[i])} is the same as entry {first}; leave one of them out");
            }
        }
    }
}
