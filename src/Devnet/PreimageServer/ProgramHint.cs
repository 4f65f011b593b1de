using System.Text;
using Gavel.Cannon;

namespace Gavel.Devnet;

/// <summary>A hint of the devnet's programs: a name, one space and a hash in hex. See docs/demo-program.md.</summary>
/// <param name="Name">What is asked for.</param>
/// <param name="Hash">Of what.</param>
internal readonly record struct ProgramHint(string Name, Hash32 Hash)
{
    /// <summary>The header of an L1 block, by its hash.</summary>
    public const string L1BlockHeader = "l1-block-header";

    /// <summary>The nodes of the receipts trie of an L1 block, by the block's hash.</summary>
    public const string L1Receipts = "l1-receipts";

    /// <summary>The preimage of the agreed output root.</summary>
    public const string AgreedOutput = "agreed-output";

    /// <summary>The document that names the inbox, by its SHA-256.</summary>
    public const string RollupDocument = "rollup-document";

    /// <summary>Reads a hint.</summary>
    /// <exception cref="PreimageException">No program of ours writes such a hint.</exception>
    public static ProgramHint Parse(ReadOnlySpan<byte> hint)
    {
        const int LongestShown = 200;
        string text = Encoding.UTF8.GetString(hint);
        string[] parts = text.Split(' ');
        if (parts is not [L1BlockHeader or L1Receipts or AgreedOutput or RollupDocument, { } hash])
        {
            throw new PreimageException($"unknown hint \"{(text.Length > LongestShown ? text[..LongestShown] + "…" : text)}\"");
        }

        try
        {
            return new ProgramHint(parts[0], Hash32.Parse(hash));
        }
        catch (FormatException error)
        {
            throw new PreimageException($"the hint {parts[0]} needs one hash of 32 bytes in hex: {error.Message}", error);
        }
    }

    /// <summary>As the program wrote it.</summary>
    public override string ToString() => $"{Name} {Hash}";
}
