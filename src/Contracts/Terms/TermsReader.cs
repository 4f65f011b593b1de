using Gavel.Contracts.Messages;
using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>Reads by what a chain's games are made, and a mark that is another as soon as any of it changes.</summary>
/// <param name="l1">The L1 nodes.</param>
/// <param name="contracts">The chain's contracts.</param>
/// <param name="types">The types to ask for.</param>
public sealed class TermsReader(ChainReader l1, ChainContracts contracts, IReadOnlyCollection<uint> types)
{
    private readonly uint[] _types = [.. types.Distinct().Order()];

    /// <summary>A mark of all that <see cref="ReadAsync"/> reads but for what never changes at one address, by one request.</summary>
    /// <exception cref="RpcException">No usable answer: nodes may refuse this call.</exception>
    public Task<Hash32> MarkAsync(ulong block, Hash32 hash, Hash32 parent, CancellationToken cancellationToken)
    {
        StateMark mark = new();
        if (contracts.SystemConfig is { } config)
        {
            mark.Add(config, StrictAbi.Encode(new DisputeGameFactoryFunction()));
        }

        if (contracts.Portal is { } portal)
        {
            mark.Add(portal, StrictAbi.Encode(new RespectedGameTypeFunction()));
        }

        foreach (Address factory in contracts.Factories)
        {
            foreach (uint type in _types)
            {
                mark.Add(factory, StrictAbi.Encode(new GameImplsFunction { GameType = type }));
                mark.Add(factory, StrictAbi.Encode(new GameArgsFunction { GameType = type }));
                mark.Add(factory, StrictAbi.Encode(new InitBondsFunction { GameType = type }));
            }
        }

        return mark.ReadAsync(l1, block, hash, parent, cancellationToken);
    }

    /// <summary>Reads all of it.</summary>
    /// <exception cref="RpcException">A node gave no usable answer.</exception>
    /// <exception cref="ContractReadException">A contract did not answer as what it is said to be, or a node not for it.</exception>
    public async Task<ChainTerms> ReadAsync(BlockRef at, CancellationToken cancellationToken)
    {
        ReadBatch batch = new(l1, at);
        Read<Address>? live = contracts.SystemConfig is { } config ? batch.Address<DisputeGameFactoryFunction>(config) : null;
        Read<uint>? respected = contracts.Portal is { } portal ? batch.UInt32<RespectedGameTypeFunction>(portal, optional: true) : null;
        Asked[] asked = [.. contracts.Factories.SelectMany(factory => _types.Select(type => new Asked(batch, factory, type)))];
        await batch.RunAsync(cancellationToken);
        if (contracts.SystemConfig is { } named && live!.Value.IsZero)
        {
            throw new ContractReadException(named, "disputeGameFactory()", at, "it is the zero address, which is no place to move to");
        }

        foreach (Asked one in asked.Where(one => one.Factory == contracts.Factory))
        {
            one.Expect(at);
        }

        // A factory that only drains and does not answer is left out: it says nothing of the others.
        HashSet<Address> silent = [.. asked.Where(one => !one.HasAnswer).Select(one => one.Factory)];
        Implemented[] offered = [.. asked.Where(one => !silent.Contains(one.Factory) && !one.Implementation.Value.IsZero).Select(one => new Implemented(batch, one))];
        await batch.RunAsync(cancellationToken);
        foreach (Implemented one in offered)
        {
            one.AskVm(batch);
        }

        await batch.RunAsync(cancellationToken);
        ILookup<Address, TypeTerms> terms = offered.ToLookup(one => one.Factory, one => one.Terms(at));
        return new ChainTerms(
            live?.Value,
            respected is null || !IsKnown(respected, at) ? null : respected.Value,
            [.. contracts.Factories.Where(factory => !silent.Contains(factory)).Select(factory => new FactoryTerms(factory, _types, [.. terms[factory]]))]);
    }

    // What a contract has not is a revert; what a node does not answer for is not known, and must not pass for that.
    private static bool IsKnown(PendingRead read, BlockRef at) => read.Fault == ReadFault.Unanswered
        ? throw new ContractReadException(read.Contract, read.Function, at, read.Problem!, fault: ReadFault.Unanswered)
        : read.HasValue;

    private sealed class Asked(ReadBatch batch, Address factory, uint type)
    {
        public Address Factory => factory;

        public uint Type => type;

        public Read<Address> Implementation { get; } = batch.Address(factory, optional: true, new GameImplsFunction { GameType = type });

        public Read<ReadOnlyMemory<byte>> Arguments { get; } = batch.Bytes(factory, optional: true, new GameArgsFunction { GameType = type });

        public Read<UInt256> InitBond { get; } = batch.Number(factory, optional: true, new InitBondsFunction { GameType = type });

        public bool HasAnswer => Implementation.HasValue && InitBond.HasValue;

        public void Expect(BlockRef at)
        {
            if (((PendingRead[])[Implementation, InitBond]).FirstOrDefault(read => !read.HasValue) is { } failed)
            {
                throw new ContractReadException(factory, failed.Function, at, failed.Problem!, fault: failed.Fault!.Value);
            }
        }
    }

    private sealed class Implemented(ReadBatch batch, Asked asked)
    {
        // Where the arguments of a game that is played by bisection have the VM's address, behind the prestate.
        private const int VmAt = Hash32.Size;
        private readonly Read<string> _version = batch.Text<VersionFunction>(asked.Implementation.Value, optional: true);
        private readonly Read<ulong> _split = batch.Count<SplitDepthFunction>(asked.Implementation.Value, optional: true);
        private readonly Read<Hash32> _prestate = batch.Word<AbsolutePrestateFunction>(asked.Implementation.Value, optional: true);
        private readonly Read<Address> _vm = batch.Address<VmFunction>(asked.Implementation.Value, optional: true);
        private Read<string>? _vmVersion;

        public Address Factory => asked.Factory;

        private ReadOnlySpan<byte> Arguments => asked.Arguments.ValueOr(default).Span;

        private bool HasArguments => Arguments.Length >= VmAt + Address.Size;

        private Address? Vm => !_split.HasValue ? null : HasArguments ? new Address(Arguments.Slice(VmAt, Address.Size)) : _vm.HasValue ? _vm.Value : null;

        private Hash32? Prestate => !_split.HasValue ? null : HasArguments ? new Hash32(Arguments[..VmAt]) : _prestate.HasValue ? _prestate.Value : null;

        public void AskVm(ReadBatch next) => _vmVersion = Vm is { } vm ? next.Text<VersionFunction>(vm, optional: true) : null;

        public TypeTerms Terms(BlockRef at)
        {
            IsKnown(asked.Arguments, at);
            IsKnown(_prestate, at);
            IsKnown(_vm, at);
            return new TypeTerms(asked.Type, asked.Implementation.Value, asked.InitBond.Value)
            {
                Version = IsKnown(_version, at) ? _version.Value : "",
                IsBisected = IsKnown(_split, at),
                Arguments = Hex.Encode(Arguments),
                AbsolutePrestate = Prestate,
                Vm = Vm,
                VmVersion = _vmVersion is { } version && IsKnown(version, at) ? version.Value : "",
            };
        }
    }
}
