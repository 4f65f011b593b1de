namespace Gavel.GameSolver.Tests.Play;

/// <summary>Turns gambits into calls of the simulated contract. Most are illegal or lies; some are true.</summary>
internal sealed class Opposition(World world, Match match)
{
    private readonly Hash32 _liarsExecution = Keccak256.Hash("an execution that never was"u8);

    public void Play(Gambit gambit)
    {
        int count = match.Game.Count;
        switch (gambit.Player)
        {
            case Player.Stepper:
                Step(gambit);
                break;
            case Player.FrontRunner:
                FrontRun(gambit);
                break;
            case Player.Fighter or Player.Poisoner:
                Move(gambit, count - 1 - (gambit.Pick % Math.Min(count, 4)), gambit.IsAttack);
                break;
            case Player.Digger:
                Move(gambit, Deepest(gambit), gambit.IsAttack);
                break;
            case Player.RightEdge:
                int edge = RightEdge();
                Move(gambit, edge, isAttack: edge == 0 || gambit.Salt % 8 == 0);
                break;
            case Player.SiblingLeft:
                Move(gambit, Pick(gambit, index => match.WasDefended(index)), isAttack: true);
                break;
            case Player.LateLiar:
                Move(gambit, Pick(gambit, index => match.Game[index].Claimant == Match.Honest), gambit.IsAttack);
                break;
            default:
                Move(gambit, gambit.Pick % count, gambit.IsAttack);
                break;
        }
    }

    private void Move(Gambit gambit, int index, bool isAttack)
    {
        Claim parent = match.Game[index];
        if (parent.Position.Depth >= world.Shape.MaxDepth || (index == 0 && !isAttack))
        {
            match.TryMove(gambit.Player, index, Hash32.Zero, isAttack);
            return;
        }

        Position position = isAttack ? parent.Position.Attack() : parent.Position.Defend();
        ExecutionBranch? branch = position.Depth == world.Shape.SplitDepth + 1
            ? ExecutionBranch.Below(match.Game, index, isAttack)
            : match.Game.BranchOf(index);
        Hash32 value = ValueFor(gambit, branch, position);
        if (position.Depth == world.Shape.SplitDepth + 1 && gambit.Salt % 8 != 0)
        {
            bool refute = branch!.MustRefute(world.Shape.SplitDepth);
            value = value.WithFirstByte(refute ? (byte)(1 + (gambit.Salt & 1)) : (byte)0);
        }

        match.TryMove(gambit.Player, index, value, isAttack);
    }

    private Hash32 ValueFor(Gambit gambit, ExecutionBranch? branch, Position position)
    {
        Hash32 honest = world.Honest(branch, position);
        switch (gambit.Player)
        {
            case Player.RightEdge:
                return branch is null ? match.Game[0].Value : honest;
            case Player.StaleOutput when branch is null:
                UInt128 block = UInt128.Min(position.TraceIndex(world.Shape.SplitDepth) + 1, world.Blocks);
                return world.Output(block - UInt128.Min(block, (UInt128)(gambit.Salt % 3)));
            case Player.LateLiar when position.Depth < gambit.Salt % world.Shape.MaxDepth:
                return honest;
            case Player.Poisoner when branch is not null:
                return Keccak256.Hash(World.State(world.Shape.LeafIndex(position), _liarsExecution)).WithFirstByte((byte)VmStatus.Unfinished);
            case Player.Griefer:
                return match.Game[gambit.Pick % match.Game.Count].Value;
            default:
                return Lie(gambit, branch, position, honest);
        }
    }

    private Hash32 Lie(Gambit gambit, ExecutionBranch? branch, Position position, Hash32 honest) => gambit.Lie switch
    {
        0 or 1 => honest,
        2 => honest.WithFirstByte((byte)(honest.FirstByte ^ 1)),
        3 => honest.WithFirstByte((byte)(gambit.Salt % 4)),
        4 => position.MoveRight() is { } right && InSameTrace(position, right) ? world.Honest(branch, right) : honest,
        5 => InSameTrace(position, new Position(position.GIndex - 1)) ? world.Honest(branch, new Position(position.GIndex - 1)) : honest,
        6 => match.Game[gambit.Salt % match.Game.Count].Value,
        7 => Hash32.Zero,
        8 => Keccak256.Hash(World.State(world.Shape.LeafIndex(position), _liarsExecution)).WithFirstByte((byte)VmStatus.Unfinished),
        _ => Keccak256.Hash(BitConverter.GetBytes(gambit.Salt % 16)).WithFirstByte((byte)(gambit.Salt % 4)),
    };

    private bool InSameTrace(Position one, Position other)
    {
        int depth = one.Depth;
        int root = depth > world.Shape.SplitDepth ? world.Shape.SplitDepth + 1 : 0;
        return other.Depth == depth && other.AncestorAtDepth(root) == one.AncestorAtDepth(root);
    }

    private void FrontRun(Gambit gambit)
    {
        GameAction[] next = [.. match.NextHonestActions()];
        if (next.Length == 0)
        {
            return;
        }

        switch (next[gambit.Pick % next.Length])
        {
            case MoveAction move:
                match.TryMove(gambit.Player, move.ParentIndex, move.Value, move.IsAttack);
                break;
            case StepAction step:
                match.TryStep(gambit.Player, step.ClaimIndex, step.IsAttack, step.Data.PreState.Span);
                break;
        }
    }

    private void Step(Gambit gambit)
    {
        int leaf = Pick(gambit, index => match.Game[index].Position.Depth == world.Shape.MaxDepth);
        Claim claim = match.Game[leaf];
        if (claim.Position.Depth != world.Shape.MaxDepth)
        {
            match.TryStep(gambit.Player, leaf, gambit.IsAttack, default);
            return;
        }

        UInt128 step = world.Shape.LeafIndex(claim.Position) + (gambit.IsAttack ? UInt128.Zero : UInt128.One);
        byte[] state = gambit.Salt % 2 == 0 || step == 0
            ? World.StateBefore(match.Contract.ContextOf(leaf), step)
            : World.State(step - 1, _liarsExecution);
        match.TryStep(gambit.Player, leaf, gambit.IsAttack, state);
    }

    private int Pick(Gambit gambit, Func<int, bool> wanted)
    {
        int count = match.Game.Count;
        int start = gambit.Pick % count;
        for (int i = 0; i < count; i++)
        {
            int index = (start + i) % count;
            if (wanted(index))
            {
                return index;
            }
        }

        return start;
    }

    /// <summary>The honest party's deepest claim that can be answered; now and then any of its claims, to begin another line.</summary>
    private int Deepest(Gambit gambit)
    {
        if (gambit.Salt % 16 == 0)
        {
            return Pick(gambit, index => match.Game[index].Claimant == Match.Honest);
        }

        int best = 0;
        for (int i = 0; i < match.Game.Count; i++)
        {
            Claim claim = match.Game[i];
            int depth = claim.Position.Depth;
            if (claim.Claimant == Match.Honest && depth < world.Shape.MaxDepth && depth >= match.Game[best].Position.Depth)
            {
                best = i;
            }
        }

        return best;
    }

    /// <summary>The rightmost claim of the output half, deepest first.</summary>
    private int RightEdge()
    {
        int best = 0;
        for (int i = 0; i < match.Game.Count; i++)
        {
            Position position = match.Game[i].Position;
            Position known = match.Game[best].Position;
            if (position.Depth <= world.Shape.SplitDepth && position.Depth >= known.Depth
                && (position.Depth > known.Depth || position.GIndex > known.GIndex))
            {
                best = i;
            }
        }

        return best;
    }
}
