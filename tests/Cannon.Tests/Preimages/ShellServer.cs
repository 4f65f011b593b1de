using Gavel.Cannon.Preimages;

namespace Gavel.Cannon.Tests.Preimages;

/// <summary>Preimage servers that are small shell programs, most of them faulty.</summary>
internal static class ShellServer
{
    /// <summary>Options for <c>sh -c</c>, with short waits.</summary>
    public static PreimageServerOptions Options(string program, params string[] arguments) => new()
    {
        Command = "sh",
        Arguments = ["-c", program, "server", .. arguments],
        Environment = PreimageServerOptions.MinimalEnvironment(),
        RequestTimeout = TimeSpan.FromSeconds(20),
        Grace = TimeSpan.FromMilliseconds(300),
        InterruptGrace = TimeSpan.FromMilliseconds(300),
        MaxValueBytes = 1 << 20,
    };

    public static ExternalPreimageServer Start(string program) => ExternalPreimageServer.Start(Options(program));
}
