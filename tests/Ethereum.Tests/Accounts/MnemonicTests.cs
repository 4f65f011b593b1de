using System.Text;
using System.Text.Json;
using Gavel.TestKit;

namespace Gavel.Ethereum.Tests.Accounts;

/// <summary>Phrases against cast.</summary>
public sealed class MnemonicTests
{
    [Fact]
    [Trait("Scale", "full")]
    public async Task Keys_of_phrases_and_paths_are_those_of_cast()
    {
        Random random = new(Seed.Value);
        string[] paths = [Mnemonic.DefaultPath, "m/44'/60'/0'/0/2147483647", "m/0", "m/44h/60h/7h/1/3/5", "m/2147483647'/0/1'"];
        for (int i = 0; i < Scale.Of(8, 60); i++)
        {
            byte[] entropy = new byte[16 + 4 * (i % 5)];
            random.NextBytes(entropy);
            using JsonDocument made = JsonDocument.Parse(await NpmTool.CastAsync("wallet", "new-mnemonic", "--json", "--entropy", Hex.Encode(entropy)));
            string phrase = made.RootElement.GetProperty("mnemonic").GetString()!;
            string path = paths[i % paths.Length];
            string passphrase = i % 3 == 0 ? "TREZOR" : "";

            List<string> arguments = ["wallet", "private-key", "--mnemonic", phrase, "--mnemonic-derivation-path", path.Replace('h', '\'')];
            if (passphrase.Length > 0)
            {
                arguments.AddRange(["--mnemonic-passphrase", passphrase]);
            }

            using PrivateKey expected = new(Hex.Decode(await NpmTool.CastAsync([.. arguments])));
            using PrivateKey key = Mnemonic.ToKey(Bytes(phrase), Bytes(passphrase), path, "phrase");
            Assert.Equal(expected.Address, key.Address);
        }
    }

    [Fact]
    public void White_space_does_not_matter()
    {
        string spaced = "\n  " + AnvilProcess.Mnemonic.Replace(" ", " \t\r\n ", StringComparison.Ordinal) + " \n";
        using PrivateKey key = Mnemonic.ToKey(Bytes(spaced), default, Mnemonic.DefaultPath, "phrase");
        Assert.Equal("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", key.Address.ToString());
    }

    [Theory]
    [InlineData("", "this has 0")]
    [InlineData("test test test", "this has 3")]
    [InlineData("test test test test test test test test test test test test", "checksum")]
    [InlineData("junk test test test test test test test test test test test", "checksum")]
    [InlineData("test test test test Test test test test test test test junk", "word 5")]
    [InlineData("test test test test test test test test test test test junkjunkjunkjunkjunk", "word 12")]
    [InlineData("tést test test test test test test test test test test junk", "word 1")]
    public void A_wrong_phrase_is_refused_and_no_word_shown(string phrase, string expected)
    {
        AccountException e = Assert.Throws<AccountException>(() => Mnemonic.ToKey(Bytes(phrase), default, Mnemonic.DefaultPath, "the file"));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("junk", e.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(" test", e.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("")]
    [InlineData("44'/60'")]
    [InlineData("m/")]
    [InlineData("m/x")]
    [InlineData("m/-1")]
    [InlineData("m/2147483648")]
    [InlineData("m/0''")]
    [InlineData("m/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0")]
    public void A_wrong_path_is_refused(string path) =>
        Assert.Throws<AccountException>(() => Mnemonic.ToKey(Bytes(AnvilProcess.Mnemonic), default, path, "phrase"));

    [Fact]
    public void Files_and_variables_are_read_and_huge_ones_refused()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, AnvilProcess.Mnemonic + "\n");
            using PrivateKey key = Mnemonic.FromFile(path, "m/44'/60'/0'/0/1");
            Assert.Equal("0x70997970C51812dc3A010C7d01b50e0d17dc79C8", key.Address.ToString());
            File.WriteAllText(path, new string('a', 5000));
            Assert.Throws<AccountException>(() => Mnemonic.FromFile(path));
        }
        finally
        {
            File.Delete(path);
        }

        const string Variable = "GAVEL_TEST_PHRASE";
        Assert.Throws<AccountException>(() => Mnemonic.FromEnvironment(Variable));
        Environment.SetEnvironmentVariable(Variable, AnvilProcess.Mnemonic);
        using PrivateKey fromVariable = Mnemonic.FromEnvironment(Variable);
        Environment.SetEnvironmentVariable(Variable, null);
        Assert.Equal("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", fromVariable.Address.ToString());
        Assert.Throws<AccountException>(() => Mnemonic.ToKey(new byte[100_000].Select(_ => (byte)'a').ToArray(), default, "m", "phrase"));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
