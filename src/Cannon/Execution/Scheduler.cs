namespace Gavel.Cannon;

/// <summary>Moves of threads between the two stacks (cannon-vm section 9).</summary>
internal static class Scheduler
{
    /// <summary>Steps after which the active thread must give way.</summary>
    public const ulong Quantum = 100_000;

    /// <summary>Moves the active thread to the other stack.</summary>
    public static void Preempt(VmState state)
    {
        List<VmThread> from = state.ActiveStack;
        List<VmThread> to = state.TraverseRight ? state.LeftThreads : state.RightThreads;
        to.Add(from[^1]);
        RemoveTop(state, from);
    }

    /// <summary>Removes the active thread, which has exited.</summary>
    public static void Pop(VmState state) => RemoveTop(state, state.ActiveStack);

    private static void RemoveTop(VmState state, List<VmThread> stack)
    {
        stack.RemoveAt(stack.Count - 1);
        if (stack.Count == 0)
        {
            state.TraverseRight = !state.TraverseRight;
        }

        state.StepsSinceSwitch = 0;
    }
}
