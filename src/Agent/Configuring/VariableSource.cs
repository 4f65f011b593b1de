using System.Collections;

namespace Gavel.Agent.Configuring;

/// <summary>Reads environment variables <c>GAVEL__Section__Option</c> into the tree; list entries are numbers (<c>…__L1__0</c>).</summary>
internal static class VariableSource
{
    /// <summary>Prefix of the variables.</summary>
    public const string Prefix = "GAVEL__";

    /// <summary>Reads the variables; they are joined after the files, so they win.</summary>
    public static void Read(IDictionary environment, RawNode root)
    {
        foreach (string variable in environment.Keys.Cast<string>().Where(name => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal))
        {
            Origin origin = new($"variable {variable}", null);
            RawNode node = root;
            foreach (string name in variable[Prefix.Length..].Split("__"))
            {
                node = node.Child(name, origin);
            }

            node.Write(new RawValue((string)environment[variable]!, RawKind.Text, origin));
        }
    }
}
