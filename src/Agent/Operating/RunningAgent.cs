using System.Net;
using System.Text.Json;
using Gavel.Agent.Hosting;

namespace Gavel.Agent.Operating;

/// <summary>The agent that runs with the same configuration, as its page tells of it.</summary>
internal static class RunningAgent
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The dangers that it knows of, the gravest first; null where no agent on this machine could be asked.</summary>
    /// <param name="listen"><c>Host:Listen</c>; null or empty where there is no page.</param>
    /// <param name="isWanted">Which of them.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    public static async Task<IReadOnlyList<DangerView>?> DangersAsync(string? listen, Func<DangerView, bool> isWanted, CancellationToken cancellationToken)
    {
        if (PageOf(listen) is not { } page)
        {
            return null;
        }

        try
        {
            using HttpClientHandler direct = new() { UseProxy = false };
            using HttpClient http = new(direct) { Timeout = Patience };
            using Stream answer = await http.GetStreamAsync(new Uri(page, "dangers"), cancellationToken);
            DangerList? list = await JsonSerializer.DeserializeAsync<DangerList>(answer, JsonSerializerOptions.Web, cancellationToken);
            return list is null ? null : [.. list.Dangers.Where(isWanted)];
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null; // no agent runs, or another program listens there
        }
    }

    /// <summary>Writes them as text.</summary>
    /// <param name="screen">Where.</param>
    /// <param name="dangers">What <see cref="DangersAsync"/> gave.</param>
    public static void Show(Screen screen, IReadOnlyList<DangerView>? dangers)
    {
        screen.Line("");
        if (dangers is null)
        {
            screen.Line("dangers: no running agent could be asked (Host:Listen)");
            return;
        }

        screen.Line(dangers.Count == 0 ? "dangers: none stands, says the running agent" : "dangers that the running agent tells of:");
        foreach (DangerView danger in dangers)
        {
            screen.Line($"  {danger}");
        }
    }

    /// <summary>Where its page is, on this machine: what is configured for others to reach is reached here too. Null where there is none.</summary>
    public static Uri? PageOf(string? listen)
    {
        if (string.IsNullOrEmpty(listen))
        {
            return null;
        }

        UriBuilder page = new(listen);
        if (IPAddress.TryParse(page.Uri.DnsSafeHost, out IPAddress? address))
        {
            page.Host = address.Equals(IPAddress.Any) ? $"{IPAddress.Loopback}" : address.Equals(IPAddress.IPv6Any) ? $"[{IPAddress.IPv6Loopback}]" : page.Host;
        }

        return page.Uri;
    }
}
