using System.Collections.Frozen;

namespace Gavel.Cannon;

/// <summary>
/// Functions that the 32-bit VM's loader turns into "return at once": parts of Go's runtime and of common packages that need threads,
/// timers or a collector (cannon-vm section 6).
/// </summary>
internal static class GoRuntimePatches
{
    /// <summary>Exact symbol names.</summary>
    public static FrozenSet<string> Functions { get; } = new[]
    {
        "runtime.gcenable",
        "runtime.init.5",
        "runtime.main.func1",
        "runtime.deductSweepCredit",
        "runtime.(*gcControllerState).commit",
        "github.com/prometheus/client_golang/prometheus.init",
        "github.com/prometheus/client_golang/prometheus.init.0",
        "github.com/prometheus/procfs.init",
        "github.com/prometheus/common/model.init",
        "github.com/prometheus/client_model/go.init",
        "github.com/prometheus/client_model/go.init.0",
        "github.com/prometheus/client_model/go.init.1",
        "flag.init",
        "runtime.check",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary><c>jr ra; nop</c>.</summary>
    public static ReadOnlySpan<byte> Return => [0x03, 0xe0, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00];
}
