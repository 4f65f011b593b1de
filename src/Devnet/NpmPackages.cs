namespace Gavel.Devnet;

/// <summary>The npm packages that the devnet runs: anvil and the artifacts of the dispute contracts, pinned in <c>devnet/package.json</c>.</summary>
public sealed class NpmPackages
{
    /// <summary>The environment variable that names the folder when it is not above the program or the working directory.</summary>
    public const string FolderVariable = "GAVEL_DEVNET_PACKAGES";

    private const string AnvilPackage = "@foundry-rs/anvil-linux-amd64";
    private readonly string _folder;

    private NpmPackages(string folder) => _folder = folder;

    /// <summary>The anvil program.</summary>
    /// <exception cref="DevnetException">The package is not installed.</exception>
    public string Anvil => Existing(AnvilPackage, "bin", "anvil");

    /// <summary>The folder with one compiled artifact for each contract.</summary>
    /// <exception cref="DevnetException">The package is not installed.</exception>
    public string Artifacts => Existing("@eth-optimism/contracts-bedrock", "forge-artifacts");

    /// <summary>
    /// Finds <c>node_modules</c>: the given folder, else what <see cref="FolderVariable"/> names, else <c>devnet/node_modules</c> above the
    /// program or above the working directory.
    /// </summary>
    /// <exception cref="DevnetException">None of them exists.</exception>
    public static NpmPackages Find(string? folder = null)
    {
        folder ??= Environment.GetEnvironmentVariable(FolderVariable);
        if (folder is not null)
        {
            return Directory.Exists(folder)
                ? new NpmPackages(folder)
                : throw new DevnetException($"the folder of the devnet's npm packages, {folder}, does not exist; install them with 'npm ci'");
        }

        foreach (string start in new[] { AppContext.BaseDirectory, Environment.CurrentDirectory })
        {
            for (DirectoryInfo? above = new(start); above is not null; above = above.Parent)
            {
                string candidate = Path.Combine(above.FullName, "devnet", "node_modules");
                if (Directory.Exists(candidate))
                {
                    return new NpmPackages(candidate);
                }
            }
        }

        throw new DevnetException(
            $"no devnet/node_modules above {AppContext.BaseDirectory} or {Environment.CurrentDirectory}; "
            + $"run 'npm ci --prefix devnet --ignore-scripts' in the repository, or name the folder in {FolderVariable}");
    }

    private string Existing(string package, params string[] parts)
    {
        string path = Path.Combine([_folder, package, .. parts]);
        return Path.Exists(path)
            ? path
            : throw new DevnetException($"{path} is missing; run 'npm ci --prefix devnet --ignore-scripts' in the repository");
    }
}
