using System.Text;
using System.Text.Json;
using Gavel.TestKit;
using Gavel.TestKit.Judges;

namespace Gavel.Ethereum.Tests.Keys;

/// <summary>Phrases against cast.</summary>
public sealed class MnemonicTests
{
    [Fact]
    [Trait("Scale", "full")]
    public async Task Keys_of_phrases_and_paths_are_those_of_cast()
    {
        Random random = new(Seed.Value);
        string[] paths = [MnemonicFile.DefaultPath, "m/44'/60'/0'/0/2147483647", "m/0", "m/44h/60h/7h/1/3/5", "m/2147483647'/0/1'"];
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
            using PrivateKey key = ToKey(phrase, path, passphrase);
            Assert.Equal(expected.Address, key.Address);
        }
    }

    [Fact]
    public void White_space_does_not_matter()
    {
        string spaced = "\n  " + AnvilProcess.Mnemonic.Replace(" ", " \t\r\n ", StringComparison.Ordinal) + " \n";
        using PrivateKey key = ToKey(spaced);
        Assert.Equal("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", key.Address.ToString());
    }

    [Theory]
    [InlineData("", "this has 0")]
    [InlineData("test test test", "this has 3")]
    [InlineData("test test test test test test test test test test test test", "checksum")]
    [InlineData("junk test test test test test test test test test test test", "checksum")]
    [InlineData("1. test 2. test 3. test 4. test 5. test 6. test 7. test 8. test 9. test 10. test 11. test 12. junk", "numbering")]
    [InlineData("test,test,test,test,test,test,test,test,test,test,test,junk", "set apart by blanks")]
    [InlineData("test, test, test, test, test, test, test, test, test, test, test, junk", "set apart by blanks")]
    [InlineData("PHRASE=test test test test test test test test test test test junk", "assignment")]
    [InlineData("\"test test test test test test test test test test test junk", "quote")]
    [InlineData("{\"mnemonic\":\"test test test test test test test test test test test junk\"}", "keystore")]
    [InlineData("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80", "private key")]
    [InlineData("テスト test test test test test test test test test test junk", "another language")]
    [InlineData("test test test test test test test test test test test junkjunkjunkjunkjunk", "word 12")]
    [InlineData("tést test test test test test test test test test test junk", "word 1")]
    public void A_wrong_phrase_is_refused_and_no_word_shown(string phrase, string expected)
    {
        AccountException e = Assert.Throws<AccountException>(() => ToKey(phrase));
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
    [InlineData("m")]
    [InlineData("M/0")]
    [InlineData("m//0")]
    [InlineData("m/0'h")]
    [InlineData("m/+1")]
    [InlineData("m/ 1")]
    [InlineData("m/0x1")]
    [InlineData("m/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0")]
    public void A_wrong_path_is_refused(string path) =>
        Assert.Throws<AccountException>(() => ToKey(AnvilProcess.Mnemonic, path));

    [Fact]
    public void Files_and_variables_are_read_and_huge_ones_refused()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, AnvilProcess.Mnemonic + "\n");
            using PrivateKey key = MnemonicFile.Open(path, "m/44'/60'/0'/0/1");
            Assert.Equal("0x70997970C51812dc3A010C7d01b50e0d17dc79C8", key.Address.ToString());
            File.WriteAllText(path, new string('a', 5000));
            Assert.Throws<AccountException>(() => MnemonicFile.Open(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>A wallet that forgets the zero byte at the front of a parent's key derives another account: one parent in 256.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Parents_and_children_with_leading_zeros_are_derived_as_the_judge_does(bool hardened)
    {
        byte[] master = Bip32Judge.Master(AnvilProcess.Mnemonic);
        int found = 0;
        for (uint i = 0; found < 2; i++)
        {
            byte[] parent = Bip32Judge.Child(master, i, hardened: true);
            if (parent[0] != 0)
            {
                continue;
            }

            found++;
            byte[] child = Bip32Judge.Child(parent, 7, hardened);
            Check($"m/{i}'", parent);
            Check($"m/{i}'/7{(hardened ? "'" : "")}", child);
            Check($"m/{i}'/7{(hardened ? "'" : "")}/1", Bip32Judge.Child(child, 1, hardened: false));
        }

        static void Check(string path, byte[] expected)
        {
            using PrivateKey key = ToKey(AnvilProcess.Mnemonic, path);
            Assert.Equal(Secp256k1Judge.AddressOf(Secp256k1Judge.PublicKeyOf(expected[..32])), key.Address);
        }
    }

    /// <summary>The list of the library writes two words as constants; phrases with them are good.</summary>
    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task The_words_false_and_true_are_words(string word)
    {
        string phrase = $"{string.Concat(Enumerable.Repeat(word + " ", 11))}";
        foreach (string last in Nethereum.Accounts.Bip32.Bip39.WordList.Select(w => w.ToLowerInvariant()))
        {
            try
            {
                using PrivateKey key = ToKey(phrase + last);
                string cast = await NpmTool.CastAsync("wallet", "private-key", "--mnemonic", phrase + last);
                using PrivateKey expected = new(Hex.Decode(cast));
                Assert.Equal(expected.Address, key.Address);
                return;
            }
            catch (AccountException e) when (e.Message.Contains("checksum", StringComparison.Ordinal))
            {
                continue; // one in 16 ends right
            }
        }

        Assert.Fail("no phrase of this word was taken");
    }

    [Theory]
    [InlineData("m/44h/60h/0h/0/0")]
    [InlineData("m/44H/60H/0H/0/0")]
    [InlineData("m/44\u2019/60\u2019/0\u2019/0/0")]
    [InlineData("m/044'/60'/0'/0/0 ")]
    public void Ways_to_write_a_path_mean_one(string path)
    {
        using PrivateKey key = ToKey(AnvilProcess.Mnemonic, path);
        Assert.Equal("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", key.Address.ToString());
    }

    private static PrivateKey ToKey(string phrase, string path = MnemonicFile.DefaultPath, string passphrase = "")
    {
        using SecretText text = SecretText.Of(Bytes(phrase), "the file");
        return MnemonicFile.ToKey(text, passphrase, path);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
