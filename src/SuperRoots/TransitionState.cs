namespace Gavel.SuperRoots;

/// <summary>The block with which a chain reaches the next second, before messages between chains were looked at.</summary>
/// <param name="BlockHash">Its hash.</param>
/// <param name="OutputRoot">Its output root.</param>
public readonly record struct OptimisticBlock(Hash32 BlockHash, Hash32 OutputRoot);

/// <summary>
/// A state between two super roots (OP Stack specification, "fault proof" of interop): the super root of a second, and how far the next one has been worked out. In each
/// step up to the number of chains one of them adds its block, in the super root's order; further steps only count up.
/// </summary>
public sealed class TransitionState
{
    /// <summary>The first byte of the encoding.</summary>
    public const byte Version = 0xff;

    /// <summary>The last step that is a state of this kind; the one after it makes the next super root.</summary>
    public const int LastStep = SuperTimeline.StepsPerSecond - 1;

    private readonly byte[] _encoding;

    /// <summary>From its parts.</summary>
    /// <param name="root">The super root that it started from.</param>
    /// <param name="progress">The blocks of the first chains.</param>
    /// <param name="step">Steps since the super root.</param>
    /// <exception cref="SuperFormatException">The step is not 0 to 127, or the blocks are not those of the first <paramref name="step"/> chains.</exception>
    public TransitionState(SuperRoot root, IReadOnlyList<OptimisticBlock> progress, ulong step)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(progress);
        if (step > LastStep)
        {
            throw new SuperFormatException(SuperFault.Step, $"a transition state of step {step}: 0 to {LastStep} belong there");
        }

        if (progress.Count != Math.Min((int)step, root.Chains.Count))
        {
            throw new SuperFormatException(
                SuperFault.Progress,
                $"a transition state of step {step} with {progress.Count} blocks: one of each of the first {Math.Min((int)step, root.Chains.Count)} chains belongs there");
        }

        Root = root;
        Progress = progress;
        Step = (int)step;
        _encoding = [Version, .. RlpWriter.List([.. RlpWriter.Bytes(root.Encoding.Span), .. Blocks(progress), .. RlpWriter.Number(step)])];
        Hash = Keccak256.Hash(_encoding);
    }

    /// <summary>The super root that it started from.</summary>
    public SuperRoot Root { get; }

    /// <summary>Blocks of the first chains, in the super root's order.</summary>
    public IReadOnlyList<OptimisticBlock> Progress { get; }

    /// <summary>Steps since the super root, 0 to 127. An honest state of step 0 is the super root itself and not of this kind.</summary>
    public int Step { get; }

    /// <summary>ff ++ RLP of super root, list of (block hash, output root), step.</summary>
    public ReadOnlyMemory<byte> Encoding => _encoding;

    /// <summary>Keccak of the encoding.</summary>
    public Hash32 Hash { get; }

    /// <summary>
    /// Reads an encoding: canonical RLP of these fields and nothing behind them. (The program also takes trailing bytes and fields, so that a
    /// value can have other preimages; only this one is honest.)
    /// </summary>
    /// <exception cref="SuperFormatException">It is none.</exception>
    public static TransitionState Decode(ReadOnlySpan<byte> encoding)
    {
        if (encoding.IsEmpty || encoding[0] != Version)
        {
            throw new SuperFormatException(
                SuperFault.Version, encoding.IsEmpty ? "a transition state of 0 bytes" : $"a transition state of version {encoding[0]}: only version {Version} is known");
        }

        RlpReader file = new(encoding[1..], "transition state");
        RlpReader fields = file.List("transition state");
        file.End(SuperFault.TrailingBytes);
        ReadOnlySpan<byte> root = fields.Bytes("super root");
        RlpReader blocks = fields.List("blocks");
        List<OptimisticBlock> progress = [];
        while (!blocks.IsAtEnd)
        {
            RlpReader block = blocks.List("block");
            progress.Add(new OptimisticBlock(block.Hash("block hash"), block.Hash("output root")));
            block.End(SuperFault.TooManyFields);
        }

        ulong step = fields.Number("step");
        fields.End(SuperFault.TooManyFields);
        return new TransitionState(SuperRoot.Decode(root), progress, step);
    }

    /// <summary>Step and super root.</summary>
    public override string ToString() => $"{Hash}: step {Step} after super root {Root}";

    private static byte[] Blocks(IReadOnlyList<OptimisticBlock> progress) =>
        RlpWriter.List([.. progress.SelectMany(static block => RlpWriter.List([.. RlpWriter.Bytes(block.BlockHash.ToArray()), .. RlpWriter.Bytes(block.OutputRoot.ToArray())]))]);
}
