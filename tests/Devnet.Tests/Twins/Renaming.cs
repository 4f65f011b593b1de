using System.Text;

namespace Gavel.Devnet.Tests.Twins;

/// <summary>
/// Which of our addresses and hashes stands for which recorded one. Addresses are known from the deployment, a game's from its creation; hashes
/// that depend on them are paired when both appear first, and hold from then on.
/// </summary>
internal sealed class Renaming
{
    private const string Padding = "000000000000000000000000";
    private readonly Dictionary<string, string> _addresses;
    private readonly Dictionary<string, string> _hashes = [];
    private readonly HashSet<string> _taken = [];

    public Renaming(IReadOnlyDictionary<string, Address> deployment) =>
        _addresses = deployment.ToDictionary(pair => Digits(pair.Key), pair => Digits(pair.Value.ToString()));

    private Renaming(Dictionary<string, string> addresses) => _addresses = addresses;

    /// <summary>For one game: the deployment's addresses, and no hash yet.</summary>
    public Renaming ForGame() => new(new Dictionary<string, string>(_addresses));

    public void Add(string recorded, Address ours) => _addresses.Add(Digits(recorded), Digits(ours.ToString()));

    /// <summary>Our name of a recorded address.</summary>
    public string AddressOf(string recorded) =>
        "0x" + (_addresses.TryGetValue(Digits(recorded), out string? ours) ? ours : throw new InvalidDataException($"the recording does not say what {recorded} is"));

    /// <summary>Whole words, behind a selector or not, with each known address in ours; bytes behind the last word stay.</summary>
    public string Words(string recorded, int selector)
    {
        string digits = recorded[2..].ToLowerInvariant();
        StringBuilder renamed = new("0x");
        int at = Math.Min(2 * selector, digits.Length);
        renamed.Append(digits, 0, at);
        for (; at + 64 <= digits.Length; at += 64)
        {
            string word = digits.Substring(at, 64);
            renamed.Append(word.StartsWith(Padding, StringComparison.Ordinal) && _addresses.TryGetValue(word[24..], out string? ours) ? Padding + ours : word);
        }

        return renamed.Append(digits, at, digits.Length - at).ToString();
    }

    /// <summary>As <see cref="Words"/>, but wherever an address stands, also inside of packed bytes.</summary>
    public string Anywhere(string recorded) =>
        _addresses.Aggregate(recorded.ToLowerInvariant(), (text, pair) => text.Replace(pair.Key, pair.Value, StringComparison.Ordinal));

    /// <summary>Whether a hash of ours is the recorded one's; the first pair decides.</summary>
    public bool AreSame(string recorded, string ours)
    {
        if (_hashes.TryGetValue(recorded, out string? known))
        {
            return known == ours;
        }

        _hashes.Add(recorded, ours);
        return _taken.Add(ours);
    }

    private static string Digits(string address) => address[2..].ToLowerInvariant();
}
