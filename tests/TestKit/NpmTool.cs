using System.Diagnostics;

namespace Gavel.TestKit;

/// <summary>Programs that <c>npm ci --prefix devnet</c> brings.</summary>
public static class NpmTool
{
    /// <summary>Path of anvil.</summary>
    public static string Anvil => PathOf("@foundry-rs/anvil-linux-amd64", "anvil");

    /// <summary>Path of cast.</summary>
    public static string Cast => PathOf("@foundry-rs/cast-linux-amd64", "cast");

    /// <summary>Runs cast and gives what it prints, without the last line break.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds its words.</exception>
    public static async Task<string> CastAsync(params string[] arguments)
    {
        ProcessStartInfo start = new(Cast, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process cast = Process.Start(start)!;
        Task<string> errors = cast.StandardError.ReadToEndAsync();
        string output = await cast.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await cast.WaitForExitAsync().ConfigureAwait(false);
        return cast.ExitCode == 0
            ? output.TrimEnd('\n')
            : throw new InvalidOperationException($"cast {arguments[0]} ended with {cast.ExitCode}: {await errors.ConfigureAwait(false)}");
    }

    private static string PathOf(string package, string program)
    {
        string path = Path.Combine([Checkout.Root, "devnet", "node_modules", .. package.Split('/'), "bin", program]);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{program} is missing: run npm ci --prefix devnet", path);
    }
}
