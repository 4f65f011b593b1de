using System.Globalization;
using Gavel.Cannon;
using Gavel.Cannon.Preimages;

namespace Gavel.Agent.CannonTool;

/// <summary>
/// The preimage read after which a run stops, with the reference's rules for more than one option: type <c>any</c> wins over all; where a
/// size is given, a key's offset and least step do not count.
/// </summary>
internal sealed class PreimageStop
{
    private readonly byte[] _prefix;
    private readonly bool _any;
    private readonly ulong? _offset;
    private readonly ulong _leastStep;
    private readonly int _largerThan;

    private PreimageStop(byte[] prefix, bool any, ulong? offset, ulong leastStep, int largerThan) =>
        (_prefix, _any, _offset, _leastStep, _largerThan) = (prefix, any, offset, leastStep, largerThan);

    /// <summary>Reads the three options; null if none is given.</summary>
    /// <param name="key"><c>PREFIX[@OFFSET[@STEP]]</c>; the offset counts the length prefix and is 0 if left out.</param>
    /// <param name="type">A key type, or <c>any</c>; not looked at when there is a key.</param>
    /// <param name="largerThan">The value must have more bytes than this, its length prefix not counted.</param>
    /// <exception cref="FormatException">An option is malformed.</exception>
    public static PreimageStop? Parse(string key, string type, int largerThan)
    {
        if (key.Length > 0)
        {
            string[] parts = key.Split('@');
            if (parts.Length > 3)
            {
                throw new FormatException($"\"{key}\" must be KEY, KEY@OFFSET or KEY@OFFSET@STEP");
            }

            byte[] prefix = Hex.Decode(parts[0].StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? parts[0] : "0x" + parts[0]);
            ulong offset = parts.Length > 1 ? Number(key, parts[1]) : 0;
            return new PreimageStop(prefix, any: false, offset, parts.Length > 2 ? Number(key, parts[2]) : 0, largerThan);
        }

        byte[]? types = type switch
        {
            "" => null,
            "any" => [],
            "local" => [(byte)PreimageKeyType.Local],
            "keccak" => [(byte)PreimageKeyType.Keccak256],
            "sha256" => [(byte)PreimageKeyType.Sha256],
            "blob" => [(byte)PreimageKeyType.Blob],
            "precompile" => [(byte)PreimageKeyType.Precompile],
            _ => throw new FormatException($"\"{type}\" is no preimage type: write local, keccak, sha256, blob, precompile or any"),
        };
        return types is null && largerThan <= 0 ? null : new PreimageStop(types ?? [], types is [], null, 0, largerThan);
    }

    /// <summary>Whether to stop after this read.</summary>
    /// <param name="read">The read.</param>
    /// <param name="step">Steps executed before the one that read.</param>
    public bool Matches(PreimageRead read, ulong step)
    {
        if (_any)
        {
            return true;
        }

        return read.Key.ToArray().AsSpan().StartsWith(_prefix)
            && (_largerThan > 0 ? read.Value.Length > _largerThan : (_offset is null || read.Offset == _offset) && step >= _leastStep);
    }

    private static ulong Number(string key, string part) => ulong.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
        ? value
        : throw new FormatException($"\"{key}\": \"{part}\" is no number");
}
