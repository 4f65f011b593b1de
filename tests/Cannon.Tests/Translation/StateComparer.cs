using System.Globalization;

namespace Gavel.Cannon.Tests.Translation;

/// <summary>Compares two states of the VM whole: every register and field, and every byte of every page.</summary>
internal static class StateComparer
{
    /// <summary>The first difference, or null.</summary>
    public static string? Difference(VmState expected, VmState actual)
    {
        foreach (((string name, ulong want), (string _, ulong got)) in Fields(expected).Zip(Fields(actual)))
        {
            if (want != got)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{name}: 0x{want:x}, not 0x{got:x}");
            }
        }

        ulong[] pages = expected.Memory.AllocatedPages();
        if (!pages.AsSpan().SequenceEqual(actual.Memory.AllocatedPages()))
        {
            return $"other pages: {string.Join(' ', pages.Except(actual.Memory.AllocatedPages()))} / {string.Join(' ', actual.Memory.AllocatedPages().Except(pages))}";
        }

        foreach (ulong page in pages)
        {
            int common = expected.Memory.Page(page).CommonPrefixLength(actual.Memory.Page(page));
            if (common < PagedMemory.PageSize)
            {
                return string.Create(CultureInfo.InvariantCulture, $"memory at 0x{(page << PagedMemory.PageBits) + (ulong)common:x}");
            }
        }

        return null;
    }

    private static IEnumerable<(string Name, ulong Value)> Fields(VmState state)
    {
        yield return ("step", state.Step);
        yield return ("steps since switch", state.StepsSinceSwitch);
        yield return ("exited", state.Exited ? 1ul : 0);
        yield return ("exit code", state.ExitCode);
        yield return ("LL status", state.LlStatus);
        yield return ("LL address", state.LlAddress);
        yield return ("LL owner", state.LlOwner);
        yield return ("heap", state.Heap);
        yield return ("threads", (ulong)state.ThreadCount);
        foreach (VmThread thread in state.LeftThreads.Concat(state.RightThreads))
        {
            yield return ("pc", thread.Pc);
            yield return ("next pc", thread.NextPc);
            yield return ("hi", thread.Hi);
            yield return ("lo", thread.Lo);
            for (int i = 0; i < VmThread.RegisterCount; i++)
            {
                yield return ($"r{i}", thread.Registers[i]);
            }
        }
    }
}
