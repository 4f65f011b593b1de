using Gavel.Contracts.Messages;
using Gavel.GameSolver;

namespace Gavel.Contracts;

/// <summary>The constants that a game or its implementation answers, asked for in two steps: bonds follow from the depth.</summary>
internal sealed class GameConstants(ReadBatch batch, Address contract)
{
    private readonly BisectionReads _told = new(batch, contract);
    private readonly Read<ulong> _chainId = batch.Count<L2ChainIdFunction>(contract, optional: true);

    /// <summary>What the contract says of its version; empty if it says nothing.</summary>
    public string Version => _told.Version.ValueOr("");

    /// <summary>The rules that it plays by; null where they are not known.</summary>
    public RuleSet? RuleSet => Contracts.RuleSet.Of(Version, _told.Mode.HasValue, _told.SequenceNumber.HasValue);

    /// <summary>Why no game can be played with these constants, as far as they were read; null if nothing stands against it.</summary>
    public ReadTrouble? Trouble => ReadTrouble.Of(_told.Version, _told.MaxDepth, _told.SplitDepth, _told.MaxClock, _told.Extension)
        ?? BisectionReads.UnknownOf(_told.Mode, _told.SequenceNumber)
        ?? (RuleSet is null ? ReadTrouble.Lasting($"its rules are not known (version \"{Version}\")") : null)
        ?? (_told.HasDepths ? ReadTrouble.Of([.. _told.Bonds]) : _told.DepthTrouble);

    /// <summary>Why what belongs to a chain could not be read from this contract; null if it could.</summary>
    public ReadTrouble? ChainTrouble => ReadTrouble.Of(_told.Prestate, _told.Vm, _told.Weth, _told.Registry, _chainId)
        ?? BisectionReads.UnknownOf(_told.Proposer, _told.Challenger);

    public ChainConstants Chain => new(
        _told.Prestate.Value,
        _told.Vm.Value,
        _told.Weth.Value,
        _told.Registry.Value,
        _chainId.Value,
        _told.Proposer.HasValue && _told.Challenger.HasValue ? (_told.Proposer.Value, _told.Challenger.Value) : null);

    /// <summary>Adds the bonds, once the depth is known.</summary>
    public void AddBonds(ReadBatch bondBatch) => _told.AddBonds(bondBatch);

    /// <summary>The rules that come from these constants. Only where <see cref="Trouble"/> is null after <see cref="AddBonds"/>.</summary>
    public GameParameters ToParameters() => new(
        Version, RuleSet!, (int)_told.MaxDepth.Value, (int)_told.SplitDepth.Value, _told.MaxClock.Value, _told.Extension.Value, _told.ToBondTable());
}

/// <summary>What is the same for all games of an implementation.</summary>
internal sealed record GameParameters(
    string Version, RuleSet RuleSet, int MaxDepth, int SplitDepth, ulong MaxClock, ulong Extension, BondTable Bonds);

/// <summary>Why something that was read does not do.</summary>
/// <param name="Text">For people.</param>
/// <param name="IsNodes">True when a node could not make a call, so that nothing is known.</param>
internal sealed record ReadTrouble(string Text, bool IsNodes)
{
    /// <summary>What the contract itself said.</summary>
    public static ReadTrouble Lasting(string text) => new(text, false);

    /// <summary>Of the first read that has no value; null if all have one.</summary>
    public static ReadTrouble? Of(params IReadOnlyList<PendingRead> reads)
    {
        PendingRead? failed = reads.FirstOrDefault(read => read.Fault == ReadFault.Unanswered)
            ?? reads.FirstOrDefault(read => !read.HasValue);
        return failed is null ? null : new ReadTrouble($"{failed.Function} of {failed.Contract}: {failed.Problem}", failed.Fault == ReadFault.Unanswered);
    }
}
