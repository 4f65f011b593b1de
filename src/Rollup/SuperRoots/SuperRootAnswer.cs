using System.Text.Json;
using Gavel.Ethereum;
using Gavel.SuperRoots;

namespace Gavel.Rollup;

/// <summary>What a node tells of one chain at a second, before messages between chains were looked at.</summary>
/// <param name="Block">The chain's newest block at or before the second; its output root was rebuilt from <paramref name="StateRoot"/> and its kin.</param>
/// <param name="StateRoot">State root of the block.</param>
/// <param name="MessagePasserStorageRoot">Storage root of the message passer in it.</param>
/// <param name="RequiredL1">The L1 block up to which the block can be derived; number 0 for a chain's genesis.</param>
public sealed record ToldChain(OptimisticBlock Block, Hash32 StateRoot, Hash32 MessagePasserStorageRoot, BlockId RequiredL1);

/// <summary>
/// One node's answer to <c>superroot_atTimestamp</c> (optimism monorepo, op-node and op-supernode): well formed, of the second that was asked for and free of contradictions in itself. That it is true
/// is not known yet, nor that it fits a game: <see cref="SuperReading"/>.
/// </summary>
public sealed record SuperRootAnswer
{
    /// <summary>The second that was asked for.</summary>
    public required ulong Timestamp { get; init; }

    /// <summary>The L1 block that the slowest of the node's parts is working on: those before it are finished, itself is not.</summary>
    public required BlockId CurrentL1 { get; init; }

    /// <summary>Time of the safe heads, the least over all chains; 0 where a chain is not up.</summary>
    public required ulong SafeTimestamp { get; init; }

    /// <summary>The same of what each chain derived by itself.</summary>
    public required ulong LocalSafeTimestamp { get; init; }

    /// <summary>The same of finalised heads.</summary>
    public required ulong FinalizedTimestamp { get; init; }

    /// <summary>The node's dependency set, ascending.</summary>
    public required IReadOnlyList<UInt256> ChainIds { get; init; }

    /// <summary>By id the chains that the node has derived as far as the second.</summary>
    public required IReadOnlyDictionary<UInt256, ToldChain> Chains { get; init; }

    /// <summary>The super root with all validation applied, of all chains; null where the node has none.</summary>
    public SuperRoot? Root { get; init; }

    /// <summary>The L1 block that <see cref="Root"/> needs; null where there is no root.</summary>
    public BlockId? RootRequiresL1 { get; init; }

    /// <summary>Reads an answer.</summary>
    /// <param name="json">The result.</param>
    /// <param name="asked">The second that was asked for.</param>
    /// <exception cref="RpcException">It is malformed, of another second, or contradicts itself; the message names the place.</exception>
    public static SuperRootAnswer Read(RpcValue json, ulong asked)
    {
        UInt256[] ids = [.. json["chain_ids"].Items().Select(static id => IdOf(id, id.Text()))];
        if (ids.Length == 0 || ids.Zip(ids.Skip(1)).Any(static pair => pair.First >= pair.Second))
        {
            throw json["chain_ids"].Wrong("ids of chains in ascending order, at least one");
        }

        Dictionary<UInt256, ToldChain> chains = ReadChains(json["optimistic_at_timestamp"], ids);
        (SuperRoot Root, BlockId RequiredL1)? data = json["data"].IsNull ? null : ReadData(json["data"], asked, ids, chains);
        return new SuperRootAnswer
        {
            Timestamp = asked,
            CurrentL1 = BlockId.Read(json["current_l1"]),
            SafeTimestamp = json["safe_timestamp"].Number(),
            LocalSafeTimestamp = json["local_safe_timestamp"].Number(),
            FinalizedTimestamp = json["finalized_timestamp"].Number(),
            ChainIds = ids,
            Chains = chains,
            Root = data?.Root,
            RootRequiresL1 = data?.RequiredL1,
        };
    }

    private static Dictionary<UInt256, ToldChain> ReadChains(RpcValue map, UInt256[] ids)
    {
        if (map.Json.ValueKind != JsonValueKind.Object)
        {
            throw map.Wrong("an object with a field for each chain that is derived");
        }

        Dictionary<UInt256, ToldChain> chains = [];
        foreach (JsonProperty field in map.Json.EnumerateObject())
        {
            RpcValue value = new(field.Value, $"{map.Place}.{field.Name}");
            UInt256 id = IdOf(value, field.Name);
            RpcValue output = value["output"];
            ToldChain chain = new(
                new OptimisticBlock(output["blockHash"].Hash(), value["output_root"].Hash()),
                output["stateRoot"].Hash(),
                output["messagePasserStorageRoot"].Hash(),
                BlockId.Read(value["required_l1"]));
            Hash32 rebuilt = OutputRoot.Compute(chain.StateRoot, chain.MessagePasserStorageRoot, chain.Block.BlockHash);
            if (rebuilt != chain.Block.OutputRoot)
            {
                throw value["output_root"].Wrong($"the output root of what stands beside it, {rebuilt}");
            }

            if (!ids.Contains(id) || !chains.TryAdd(id, chain))
            {
                throw value.Wrong("a chain of chain_ids, once");
            }
        }

        return chains;
    }

    private static (SuperRoot Root, BlockId RequiredL1) ReadData(RpcValue data, ulong asked, UInt256[] ids, Dictionary<UInt256, ToldChain> chains)
    {
        RpcValue super = data["super"];
        if (super["timestamp"].UInt64() != asked)
        {
            throw super["timestamp"].Wrong($"the second that was asked for, {Hex.Quantity(asked)}");
        }

        RpcValue list = super["chains"];
        ChainOutput[] outputs = [.. list.Items().Select(static chain => new ChainOutput(IdOf(chain["ChainID"], chain["ChainID"].Text()), chain["Output"].Hash()))];
        if (!outputs.Select(static chain => chain.ChainId).SequenceEqual(ids))
        {
            throw list.Wrong("the chains of chain_ids in their order");
        }

        SuperRoot root = new(asked, outputs);
        if (root.Hash != data["super_root"].Hash())
        {
            throw data["super_root"].Wrong($"the super root of what stands beside it, {root.Hash}");
        }

        // The whole needs what each of its parts needs. Sources before May 2026 told the least of them.
        BlockId required = BlockId.Read(data["verified_required_l1"]);
        if (chains.Count < ids.Length || chains.Values.Any(chain => chain.RequiredL1.Number > required.Number))
        {
            throw data["verified_required_l1"].Wrong("beside a super root all of its chains, none of which needs a later L1 block");
        }

        return (root, required);
    }

    // The one way in which these nodes write an id: decimal, without leading zeros.
    private static UInt256 IdOf(RpcValue place, string text)
    {
        try
        {
            UInt256 id = UInt256.Parse(text);
            return $"{id}" == text ? id : throw place.Wrong("the id of a chain in decimal");
        }
        catch (FormatException e)
        {
            throw place.Wrong("the id of a chain in decimal", e);
        }
    }
}
