namespace Gavel.TestKit;

/// <summary>Places in the checkout that tests read. A missing one fails the test that asks for it.</summary>
public static class Checkout
{
    /// <summary>The root folder of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>An existing file or folder of the repository.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public static string PathOf(params string[] parts)
    {
        string path = Path.Combine([Root, .. parts]);
        return Path.Exists(path) ? path : throw new FileNotFoundException($"the repository lacks {Path.Combine(parts)}", path);
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Agent.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no Agent.sln above {AppContext.BaseDirectory}");
    }
}
