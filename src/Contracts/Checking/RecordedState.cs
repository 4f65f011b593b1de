using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Gavel.Contracts.Checking;

/// <summary>The state around a game after the recorded changes so far, as words in the order of devnet/contracts/GameDigest.sol.</summary>
internal sealed class RecordedState
{
    /// <summary>The accounts that recordings watch, by index.</summary>
    public static readonly int[] Watched = [2, 3, 4, 5, 6, 7, 8, 10];

    private const int Common = 9;
    private const int PerClaim = 12;
    private static readonly string[] CommonNames =
        ["status", "claims", "resolvedAt", "mode", "paused", "block challenged", "block challenger", "anchor root", "anchor block"];

    private static readonly string[] ClaimNames =
        ["parent", "countered by", "claimant", "bond", "claim", "position", "clock", "resolved", "checkpoint", "next child", "leftmost", "leader"];

    private static readonly string[] AccountNames = ["credit", "normal credit", "refund credit", "unlocked", "withdrawal", "unlocked at", "balance"];

    private readonly string[] _common = [.. Enumerable.Repeat(Word(0), Common)];
    private readonly Dictionary<int, string[]> _claims = [];
    private readonly Dictionary<int, string[]> _accounts;

    public RecordedState(RecordedAnchor anchor, IReadOnlyList<BigInteger> balances)
    {
        _common[7] = anchor.Root[2..];
        _common[8] = Word(anchor.Block);
        _accounts = Watched.Zip(balances).ToDictionary(
            pair => pair.First, pair => (string[])[.. Enumerable.Repeat(Word(0), AccountNames.Length - 1), Word(pair.Second)]);
    }

    private int Count => (int)Number(_common[1]);

    /// <summary>Wei of the watched accounts, in words that were read while there was no game.</summary>
    public static BigInteger[] BalancesIn(IReadOnlyList<string> words) =>
        [.. words.Skip(Common).Chunk(AccountNames.Length).Select(account => Number(account[^1]))];

    public static string Word(BigInteger number) => number.ToString("x64", CultureInfo.InvariantCulture)[^64..];

    public void Apply(RecordedChange change)
    {
        Set(0, change.Status);
        Set(1, change.Len);
        Set(2, change.ResolvedAt);
        Set(3, change.Mode);
        Set(4, change.Paused is { } paused ? (paused ? 1UL : 0) : null);
        Set(5, change.BlockChallenged is { } challenged ? (challenged ? 1UL : 0) : null);
        if (change.BlockChallenger is { } challenger)
        {
            _common[6] = challenger[2..].PadLeft(64, '0');
        }

        if (change.Anchor is { } anchor)
        {
            Split(anchor).CopyTo(_common, 7);
        }

        foreach ((string index, string words) in change.Claims ?? new Dictionary<string, string>())
        {
            Split(words).CopyTo(Claim(Index(index)), 0);
        }

        foreach (int index in change.Resolved ?? [])
        {
            Claim(index)[7] = Word(1);
        }

        foreach ((string index, string words) in change.Checkpoints ?? new Dictionary<string, string>())
        {
            Split(words).CopyTo(Claim(Index(index)), 8);
        }

        SetAccounts(0, change.Credit);
        SetAccounts(1, change.Normal);
        SetAccounts(2, change.Refund);
        foreach ((string index, bool unlocked) in change.Unlocked ?? new Dictionary<string, bool>())
        {
            _accounts[Index(index)][3] = Word(unlocked ? 1 : 0);
        }

        foreach ((string index, IReadOnlyList<JsonElement> pending) in change.Weth ?? new Dictionary<string, IReadOnlyList<JsonElement>>())
        {
            _accounts[Index(index)][4] = Word(Decimal(pending[0].ToString()));
            _accounts[Index(index)][5] = Word(Decimal(pending[1].ToString()));
        }

        foreach ((string index, string difference) in change.Balances ?? new Dictionary<string, string>())
        {
            string[] account = _accounts[Index(index)];
            account[6] = Word(Number(account[6]) + Decimal(difference));
        }
    }

    /// <summary>Differences to the words that were read, in words; none when they are equal.</summary>
    /// <param name="rename">Gives a recorded word in the names of the chain that was read.</param>
    /// <param name="read">The words, 64 hex digits each.</param>
    public IEnumerable<string> Differences(Func<string, string> rename, IReadOnlyList<string> read)
    {
        string[] expected =
        [
            .. _common, .. Enumerable.Range(0, Count).SelectMany(Claim), .. Watched.SelectMany(account => _accounts[account]),
        ];
        if (expected.Length != read.Count)
        {
            yield return $"{Count} claims were expected, not {Number(read[1])}";
            yield break;
        }

        for (int i = 0; i < expected.Length; i++)
        {
            string word = rename(expected[i]);
            if (word != read[i])
            {
                yield return $"{Name(i)} is {read[i].TrimStart('0')}, not {word.TrimStart('0')}";
            }
        }
    }

    private string Name(int word)
    {
        int claims = Common + (PerClaim * Count);
        if (word < Common)
        {
            return CommonNames[word];
        }

        return word < claims
            ? $"{ClaimNames[(word - Common) % PerClaim]} of claim {(word - Common) / PerClaim}"
            : $"{AccountNames[(word - claims) % AccountNames.Length]} of account {Watched[(word - claims) / AccountNames.Length]}";
    }

    private static BigInteger Number(string word) => BigInteger.Parse("0" + word, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static BigInteger Decimal(string text) => BigInteger.Parse(text, CultureInfo.InvariantCulture);

    private static int Index(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string[] Split(string words) => [.. words[2..].Chunk(64).Select(word => new string(word))];

    private string[] Claim(int index)
    {
        if (!_claims.TryGetValue(index, out string[]? claim))
        {
            _claims[index] = claim = [.. Enumerable.Repeat(Word(0), PerClaim)];
        }

        return claim;
    }

    private void Set(int word, ulong? value)
    {
        if (value is { } number)
        {
            _common[word] = Word(number);
        }
    }

    private void SetAccounts(int word, IReadOnlyDictionary<string, string>? values)
    {
        foreach ((string index, string value) in values ?? new Dictionary<string, string>())
        {
            _accounts[Index(index)][word] = Word(Decimal(value));
        }
    }
}
