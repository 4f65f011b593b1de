namespace Gavel.Cannon.Tests.Preimages;

/// <summary>Tests that count what this process holds: nothing runs beside them.</summary>
[CollectionDefinition("processes", DisableParallelization = true)]
public sealed class ProcessesCollection;
