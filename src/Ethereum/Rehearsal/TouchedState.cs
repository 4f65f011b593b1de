using System.Buffers.Binary;

namespace Gavel.Ethereum;

/// <summary>
/// What calls of a function read before: for nodes that do not know <c>eth_createAccessList</c>, and for account fields, which such a list
/// does not tell. What was read of the called contract itself is remembered as "of the called contract", since each game is another one.
/// </summary>
internal sealed class TouchedState
{
    private const int MostFunctions = 64;
    private const int MostKeys = 160;
    private readonly Dictionary<uint, HashSet<StateKey>> _byFunction = [];

    /// <summary>What the call will probably read.</summary>
    public IEnumerable<StateKey> Recall(RehearsalCall call) =>
        _byFunction.TryGetValue(FunctionOf(call), out HashSet<StateKey>? keys)
            ? keys.Select(key => key.Account.IsZero ? key with { Account = call.To } : key)
            : [];

    /// <summary>Notes what a call read. What was not read this time stays, up to a bound; then it is forgotten.</summary>
    public void Remember(RehearsalCall call, IEnumerable<StateKey> touched)
    {
        uint function = FunctionOf(call);
        if (!_byFunction.TryGetValue(function, out HashSet<StateKey>? keys))
        {
            if (_byFunction.Count >= MostFunctions)
            {
                _byFunction.Clear();
            }

            _byFunction[function] = keys = [];
        }

        // Slots of high numbers are entries of mappings and lists, which the next call will not read again.
        StateKey[] likely = [.. touched
            .Where(key => key.Account != call.From && (key.Field != StateField.Slot || IsFixed(key.Slot)))
            .Select(key => key.Account == call.To ? key with { Account = default } : key)];
        if (keys.Count + likely.Length > MostKeys)
        {
            keys.Clear();
        }

        keys.UnionWith(likely.Take(MostKeys));
    }

    // Small numbers, and the slots where proxies keep their implementation and owner (EIP-1967).
    private static bool IsFixed(Hash32 slot) => slot.ToUInt256() < 256UL || slot == ProxySlots.Implementation || slot == ProxySlots.Admin;

    private static uint FunctionOf(RehearsalCall call) =>
        call.Data.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(call.Data.Span);

    private static class ProxySlots
    {
        public static readonly Hash32 Implementation = Hash32.Parse("0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");

        public static readonly Hash32 Admin = Hash32.Parse("0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103");
    }
}
