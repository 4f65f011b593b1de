using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Gavel.TestKit;

namespace Gavel.Architecture.Tests;

/// <summary>What of Nethereum must not be used fails the build, in every project of src, and only behind a guard may it be used all the same.</summary>
public sealed class BannedApiTests
{
    // One use for each entry of the two lists, in their order, each in a line of its own.
    private static readonly string[] s_uses =
    [
        "_ = typeof(Nethereum.JsonRpc.Client.RpcClient);",
        "_ = new Nethereum.Web3.Web3(\"http://x\", null!, null!);",
        "_ = new Nethereum.Web3.Web3((Nethereum.RPC.Accounts.IAccount)null!, \"http://x\", null!, null!);",
        "_ = Nethereum.JsonRpc.Client.ClientBase.ConnectionTimeout;",
        "Nethereum.Signer.EthECKey.SignRecoverable = true;",
        "_ = new Nethereum.KeyStore.KeyStoreService();",
        "_ = new Nethereum.KeyStore.KeyStoreScryptService();",
        "_ = new Nethereum.KeyStore.KeyStorePbkdf2Service();",
        "_ = new Nethereum.KeyStore.Crypto.KeyStoreCrypto();",
        "_ = new Nethereum.Accounts.Bip32.MinimalHDWallet(\"foo bar\", \"\");",
        "_ = typeof(Nethereum.Merkle.Patricia.StorageProofVerification);",
        "_ = typeof(Nethereum.Merkle.Patricia.AccountProofVerification);",
        "_ = new Nethereum.Merkle.Patricia.InMemoryTrieStorage();",
        "_ = typeof(Nethereum.RPC.ModelFactories.BlockHeaderRPCFactory);",
        "_ = new Nethereum.ABI.FunctionEncoding.FunctionCallDecoder().DecodeFunctionOutput<object>(\"0x\");",
        "_ = new Nethereum.ABI.FunctionEncoding.FunctionCallDecoder().DecodeFunctionOutput<object>(new object(), \"0x\");",
        "_ = Nethereum.RLP.RLP.Decode(new byte[0]);",
        "Nethereum.RLP.RLP.Decode(new byte[0], 0, 0, 0, 0, null!);",
        "_ = Nethereum.RLP.RLP.DecodeFirstElement(new byte[0], 0);",
        "_ = new Nethereum.Signer.EthECKey(\"00\");",
        "_ = new Nethereum.Signer.EthECKey(new byte[0], true);",
        "_ = new Nethereum.Signer.EthECKey(new byte[0], true, (byte)0);",
        "_ = new Nethereum.Web3.Accounts.Account(\"00\", new System.Numerics.BigInteger(1));",
        "_ = new Nethereum.Web3.Accounts.Account(new byte[0], new System.Numerics.BigInteger(1));",
        "_ = new Nethereum.Web3.Accounts.Account((Nethereum.Signer.EthECKey)null!, new System.Numerics.BigInteger(1));",
        "_ = new Nethereum.Web3.Accounts.Account(\"00\", Nethereum.Signer.Chain.MainNet);",
        "_ = new Nethereum.Web3.Accounts.Account(new byte[0], Nethereum.Signer.Chain.MainNet);",
        "_ = new Nethereum.Web3.Accounts.Account((Nethereum.Signer.EthECKey)null!, Nethereum.Signer.Chain.MainNet);",
        "_ = typeof(Nethereum.RPC.NonceServices.InMemoryNonceService);",
    ];

    private static readonly string[] s_libraries = ["Nethereum.", "Newtonsoft.Json", "BouncyCastle."];

    // Where a banned member may stand, since everything that makes it dangerous is checked there.
    private static readonly string[] s_guards = ["Ethereum/Keys/KeystoreFile.cs", "Ethereum/Keys/MnemonicFile.cs", "Ethereum/Abi/StrictAbi.cs", "Ethereum/Chain/StrictRlp.cs"];

    private static readonly string[] s_lists = [Checkout.PathOf("src", "BannedSymbols.txt"), Checkout.PathOf("src", "BannedSymbols.OutsideDevnet.txt")];

    [Fact]
    public async Task EveryEntry_FailsTheBuild()
    {
        Assert.Equal(s_uses.Length, s_lists.Sum(list => File.ReadLines(list).Count(line => line.Length > 0)));
        string output = await CompileAsync(s_lists);
        Assert.False(output.Contains("error CS", StringComparison.Ordinal), output); // nothing else is wrong with the sample
        string[] refused = [.. Regex.Matches(output, @"Sample\.cs\((\d+),\d+\): error RS0030").Select(match => match.Groups[1].Value).Distinct()];
        string[] missed = [.. s_uses.Where((_, i) => !refused.Contains($"{i + 4}"))];
        Assert.True(missed.Length == 0, $"these uses compile:\n{string.Join('\n', missed)}\n{output}");
    }

    [Fact]
    public void EveryProjectOfSrc_IsWatched()
    {
        string common = File.ReadAllText(Checkout.PathOf("src", "Directory.Build.props"));
        Assert.Contains("Microsoft.CodeAnalysis.BannedApiAnalyzers", common, StringComparison.Ordinal);
        Assert.All(s_lists, list => Assert.Contains(Path.GetFileName(list), common, StringComparison.Ordinal));
        Assert.Equal(
            [Checkout.PathOf("src", "Directory.Build.props")],
            Directory.GetFiles(Checkout.PathOf("src"), "Directory.Build.*", SearchOption.AllDirectories)); // none nearer to a project hides it
        Assert.All(Directory.GetDirectories(Checkout.PathOf("src")), folder =>
            Assert.Contains("Microsoft.CodeAnalysis.BannedApiAnalyzers", File.ReadAllText(Path.Combine(folder, "packages.lock.json")), StringComparison.Ordinal));
    }

    [Fact]
    public void TheRule_IsSuspendedInItsGuardsAlone()
    {
        string src = Checkout.PathOf("src");
        IEnumerable<string> suspending = Directory.GetFiles(src, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".csproj" or ".props" or ".editorconfig")
            .Where(file => File.ReadAllText(file).Contains("RS0030", StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(src, file));
        Assert.Empty(suspending.Except(s_guards));
        Assert.DoesNotContain(Directory.GetFiles(Checkout.Root, ".editorconfig"), file => File.ReadAllText(file).Contains("RS0030", StringComparison.Ordinal));
    }

    /// <summary>Values and seams of our own keep the library where it can be watched.</summary>
    [Fact]
    public void OnlyThreeProjects_NameNethereum()
    {
        string[] may = ["Ethereum", "Contracts", "Devnet"];
        foreach (string folder in Directory.GetDirectories(Checkout.PathOf("src")).Where(folder => !may.Contains(Path.GetFileName(folder))))
        {
            AssertNamesNothing(folder);
        }

        string[] mayInTests = [.. may.Select(name => $"{name}.Tests"), "Architecture.Tests"];
        foreach (string folder in Directory.GetDirectories(Checkout.PathOf("tests")).Where(folder => !mayInTests.Contains(Path.GetFileName(folder))))
        {
            AssertNamesNothing(folder);
        }
    }

    private static void AssertNamesNothing(string folder)
    {
        foreach (string file in Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories))
        {
            Assert.False(Regex.IsMatch(File.ReadAllText(file), @"\bNethereum\.[A-Z]"), $"{file} names Nethereum");
        }

        foreach (string project in Directory.GetFiles(folder, "*.csproj", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain(
                XDocument.Load(project).Descendants("PackageReference"),
                package => package.Attribute("Include")?.Value.StartsWith("Nethereum", StringComparison.Ordinal) == true);
        }
    }

    // The compiler itself, with the analyzer, on a sample: a whole build would take longer and say the same.
    private static async Task<string> CompileAsync(string[] lists)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gavel-banned-");
        try
        {
            string sample = Path.Combine(folder.FullName, "Sample.cs");
            await File.WriteAllLinesAsync(sample, ["using System;", "static class Sample", "{ static void Use() {", .. s_uses, "} }"]);
            string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
            string sdk = Directory.GetDirectories(Path.Combine(runtime, "..", "..", "..", "sdk"), $"{Environment.Version.Major}.*").Order(StringComparer.Ordinal).Last();
            string analyzers = Path.Combine(
                typeof(BannedApiTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "BannedApiAnalyzers").Value!, "analyzers", "dotnet");
            string[] arguments =
            [
                Path.Combine(sdk, "Roslyn", "bincore", "csc.dll"), "-nologo", "-target:library", "-warnaserror", "-nullable:disable", "-nowarn:CS8632,CS1701,CS1702",
                $"-out:{Path.Combine(folder.FullName, "Sample.dll")}",
                .. Directory.GetFiles(analyzers, "*.dll", SearchOption.AllDirectories).Where(file => !file.EndsWith("resources.dll", StringComparison.Ordinal)).Select(file => $"-analyzer:{file}"),
                .. lists.Select(list => $"-additionalfile:{list}"),
                .. Directory.GetFiles(runtime, "*.dll").Select(file => $"-r:{file}"),
                $"-r:{Path.Combine(runtime, "..", "..", "Microsoft.AspNetCore.App", Path.GetFileName(runtime), "Microsoft.Extensions.Logging.Abstractions.dll")}",
                .. Directory.GetFiles(AppContext.BaseDirectory, "*.dll")
                    .Where(file => s_libraries.Any(name => Path.GetFileName(file).StartsWith(name, StringComparison.Ordinal)))
                    .Select(file => $"-r:{file}"),
                sample,
            ];
            ProcessStartInfo start = new(Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet", arguments) { RedirectStandardOutput = true };
            using Process compiler = Process.Start(start)!;
            string output = await compiler.StandardOutput.ReadToEndAsync();
            await compiler.WaitForExitAsync();
            return output;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
