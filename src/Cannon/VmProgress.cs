namespace Gavel.Cannon;

/// <summary>Where a VM is.</summary>
/// <param name="Step">Steps executed.</param>
/// <param name="Threads">Threads alive.</param>
/// <param name="Pages">Pages of guest memory, 4096 bytes each.</param>
/// <param name="PreimagesFetched">Preimages fetched by this VM.</param>
public readonly record struct VmProgress(ulong Step, int Threads, int Pages, long PreimagesFetched);
