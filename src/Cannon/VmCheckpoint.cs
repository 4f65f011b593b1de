namespace Gavel.Cannon;

/// <summary>
/// A state kept from a run, from which any number of VMs can start. Copy-on-write: pages that the run does not touch afterwards are read
/// from its memory, and copies are shared between checkpoints. May be used on any thread, also while the run goes on and after it has
/// ended. Dispose it to free the run's memory early.
/// </summary>
public sealed class VmCheckpoint : IDisposable
{
    private readonly VmState _shell;
    private readonly MemorySnapshot _memory;

    private VmCheckpoint(VmState shell, MemorySnapshot memory) => (_shell, _memory) = (shell, memory);

    /// <summary>The version whose rules hold.</summary>
    public VmVersion Version => _shell.Version;

    /// <summary>Steps executed before it.</summary>
    public ulong Step => _shell.Step;

    /// <summary>True when the guest has ended.</summary>
    public bool Exited => _shell.Exited;

    /// <summary>Pages of guest memory in it.</summary>
    public int PageCount => _memory.Pages.Count;

    /// <summary>Takes a checkpoint. Costs time in proportion to the pages changed since the last one of this state.</summary>
    public static VmCheckpoint Take(VmState state)
    {
        MemorySnapshot memory = state.Memory.Snapshot();
        return new VmCheckpoint(state.CloneAround(new PagedMemory(state.Version.AddressBits)), memory);
    }

    /// <summary>A state of its own, equal to the one kept.</summary>
    /// <exception cref="ObjectDisposedException">The checkpoint is disposed.</exception>
    public VmState Restore()
    {
        ObjectDisposedException.ThrowIf(_memory.IsDisposed, this);
        return _shell.CloneAround(PagedMemory.From(_memory));
    }

    /// <summary>Writes a state file; see <see cref="StateFile.Write(string, VmState)"/>.</summary>
    /// <exception cref="ObjectDisposedException">The checkpoint is disposed.</exception>
    public void Write(string path)
    {
        using VmState state = Restore();
        StateFile.Write(path, state);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _memory.Dispose();
        _shell.Dispose();
    }
}
