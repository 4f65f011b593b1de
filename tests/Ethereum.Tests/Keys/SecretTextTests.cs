using System.Diagnostics;
using System.Text;
using Gavel.TestKit;

namespace Gavel.Ethereum.Tests.Keys;

/// <summary>Keys, phrases, passwords and keystores as editors, shells, spreadsheets and people leave them.</summary>
public sealed class SecretTextTests : IDisposable
{
    private const string Key = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    private const string Account = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    private const string Password = "pässwörd";

    private readonly string _folder = Directory.CreateTempSubdirectory("gavel-secret-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Before, a byte order mark, UTF-16, <c>0X</c>, quotes and odd blanks were refused as "something else".</summary>
    [Theory]
    [InlineData("utf-8", Key)]
    [InlineData("utf-8", "0x" + Key + "\n")]
    [InlineData("utf-8", "0X" + Key + "\r\n")]
    [InlineData("utf-8-bom", "0x" + Key + "\r\n")]
    [InlineData("utf-16le-bom", "0x" + Key + "\r\n")]
    [InlineData("utf-16be-bom", Key)]
    [InlineData("utf-8", "\"0x" + Key + "\"\n")]
    [InlineData("utf-8", "'" + Key + "'")]
    [InlineData("utf-8", "`" + Key + "`")]
    [InlineData("utf-8", "\u201c0x" + Key + "\u201d")]
    [InlineData("utf-8", "\u00a0\t" + Key + "\u3000\n\n")]
    [InlineData("utf-8", "\u200b" + Key + "\u2060")]
    [InlineData("utf-8", "ac0974bec39a17e36ba4a6b4d238ff94\u00ad4bacb478cbed5efcae784d7bf4f2ff80")]
    [InlineData("utf-8", "AC0974BEC39A17E36BA4A6B4D238FF944BACB478CBED5EFCAE784D7BF4F2FF80")]
    [InlineData("utf-8", "\uff10\uff58ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")]
    public void A_key_is_taken_where_its_form_means_one_thing(string encoding, string text)
    {
        using PrivateKey key = PrivateKey.FromFile(File("key", encoding, text));
        Assert.Equal(Account, key.Address.ToString());
    }

    [Theory]
    [InlineData("utf-16le", Key, "UTF-16 text without a byte order mark")]
    [InlineData("utf-16be", Key, "UTF-16 text without a byte order mark")]
    [InlineData("utf-32le-bom", Key, "UTF-32")]
    [InlineData("latin1", "\u00e4" + Key, "no UTF-8 text (byte 1")]
    [InlineData("utf-8", "\0" + Key, "holds a byte 0")]
    [InlineData("utf-8", "", "is empty")]
    [InlineData("utf-8", " \n\t", "is empty")]
    [InlineData("utf-8", "0x", "is empty")]
    [InlineData("utf-8", "\"" + Key, "quote at one end")]
    [InlineData("utf-8", Key + "'", "quote at one end")]
    [InlineData("utf-8", "KEY=" + Key, "an assignment")]
    [InlineData("utf-8", "export KEY=0x" + Key, "an assignment")]
    [InlineData("utf-8", Key + "\n" + Key, "has 2 lines")]
    [InlineData("utf-8", Key + "\n# the challenger's", "has 2 lines")]
    [InlineData("utf-8", "ac0974bec39a17e36ba4a6b4d238ff94 4bacb478cbed5efcae784d7bf4f2ff80", "a blank inside")]
    [InlineData("utf-8", "ac0974bec39a17e36ba4a6b4d238ff94\u00a04bacb478cbed5efcae784d7bf4f2ff80", "a blank inside")]
    [InlineData("utf-8", "Oxac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80", "no hex digit at place 1 of 66")]
    [InlineData("utf-8", "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ffBO", "no hex digit at place 64 of 64")]
    [InlineData("utf-8", "ас0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80", "beyond ASCII at place 1")]
    [InlineData("utf-8", "c0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80", "it has 63")]
    [InlineData("utf-8", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "an address has")]
    [InlineData("utf-8", "ac0974bec39a17e36ba4a6b4d238ff94", "it has 32")]
    [InlineData("utf-8", "038318535b54105d4a7aae60c08fc45f9687181b4fdfc625bd1a753fa7397fed75", "a public key has")]
    [InlineData("utf-8", "0000000000000000000000000000000000000000000000000000000000000000", "the number is 0 or")]
    [InlineData("utf-8", "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", "not below the curve's order")]
    [InlineData("utf-8", AnvilProcess.Mnemonic, "MnemonicFile")]
    [InlineData("utf-8", "{\"version\":3}", "KeystoreFile")]
    [InlineData("utf-8-bom", "-----BEGIN EC PRIVATE KEY-----\nMHQCAQ==\n", "PEM")]
    [InlineData("utf-8", "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi", "BIP-32")]
    public void What_is_no_key_is_told_by_its_look_and_not_shown(string encoding, string text, string expected)
    {
        AccountException e = Assert.Throws<AccountException>(() => PrivateKey.FromFile(File("key", encoding, text)));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Contains(_folder, e.Message, StringComparison.Ordinal);
        foreach (int at in (int[])[0, 10, 30, 50])
        {
            Assert.True(text.Length < at + 12 || string.IsNullOrWhiteSpace(text) || !e.ToString().Contains(text.Substring(at, 12), StringComparison.OrdinalIgnoreCase));
        }
    }

    /// <summary>Before, non-breaking and ideographic blanks made one word of all, and title case was no word.</summary>
    [Theory]
    [InlineData("utf-8-bom", AnvilProcess.Mnemonic + "\r\n")]
    [InlineData("utf-16le-bom", AnvilProcess.Mnemonic)]
    [InlineData("utf-8", "test\u00a0test\u00a0test\u00a0test\u00a0test\u00a0test\u00a0test\u00a0test\u00a0test\u00a0test\u00a0test\u00a0junk")]
    [InlineData("utf-8", "test\u3000test\u3000test\u3000test\u3000test\u3000test\u3000test\u3000test\u3000test\u3000test\u3000test\u3000junk")]
    [InlineData("utf-8", "test test test test\ntest test test test\r\ntest test test junk\n\n")]
    [InlineData("utf-8", "test\ttest  test test test test test\u2009test test test test \u202fjunk ")]
    [InlineData("utf-8", "Test Test Test Test Test Test Test Test Test Test Test Junk")]
    [InlineData("utf-8", "TEST TEST TEST TEST TEST TEST TEST TEST TEST TEST TEST JUNK")]
    [InlineData("utf-8", "\"test test test test test test test test test test test junk\"")]
    [InlineData("utf-8", "\u201ctest test test test test test test test test test test junk\u201d\n")]
    [InlineData("utf-8", "te\u200bst test test test test test test test test test test junk\ufeff")]
    [InlineData("utf-8", "\uff54\uff45\uff53\uff54 test test test test test test test test test test junk")]
    public void A_phrase_is_taken_where_its_form_means_one_thing(string encoding, string text)
    {
        using PrivateKey key = MnemonicFile.Open(File("phrase", encoding, text));
        Assert.Equal(Account, key.Address.ToString());
    }

    [Theory]
    [InlineData("utf-16le", "UTF-16")]
    [InlineData("utf-32le-bom", "UTF-32")]
    public void A_phrase_in_an_encoding_that_is_not_told_is_refused_by_its_name(string encoding, string expected)
    {
        AccountException e = Assert.Throws<AccountException>(() => MnemonicFile.Open(File("phrase", encoding, AnvilProcess.Mnemonic)));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keystores_and_passwords_are_taken_as_they_are_kept()
    {
        string json = Keystore("");
        string[] keystores =
        [
            File("bom", "utf-8-bom", json),
            File("utf16", "utf-16le-bom", json),
            File("crlf", "utf-8", json.Replace(",", ",\r\n", StringComparison.Ordinal)),
            File("null-address", "utf-8", Keystore("\"address\":null,")),
            File("empty-address", "utf-8", Keystore("\"address\":\"0x\",")),
            File("prefixed-address", "utf-8", Keystore($"\"address\":\"{Account}\",")),
            File("version", "utf-8", json.Replace("\"version\":3", "\"version\":\"3\"", StringComparison.Ordinal)),
            File("capital", "utf-8", json.Replace("\"crypto\"", "\"Crypto\"", StringComparison.Ordinal)),
            File("null-crypto", "utf-8", json.Replace("\"crypto\"", "\"crypto\":null,\"Crypto\"", StringComparison.Ordinal)),
            File("numbers", "utf-8", json.Replace("\"n\":2,", "\"n\":\"2\",", StringComparison.Ordinal)),
        ];
        string plain = File("password", "utf-8", Password);
        Assert.All(keystores, path => Opens(path, plain));

        string keystore = File("keystore", "utf-8", json);
        (string, string)[] passwords =
        [
            ("utf-8", Password + "\n"), ("utf-8", Password + "\r\n"), ("utf-8", Password + "\n\n"), ("utf-8", Password + "\r\n\r\n\r\n"),
            ("utf-8-bom", Password), ("utf-8-bom", Password + "\r\n"), ("utf-16le-bom", Password + "\r\n"), ("utf-16be-bom", Password),
        ];
        Assert.All(passwords, password => Opens(keystore, File("password", password.Item1, password.Item2)));

        void Opens(string path, string passwordPath)
        {
            using PrivateKey key = KeystoreFile.Open(path, passwordPath);
            Assert.Equal(Account, key.Address.ToString());
        }
    }

    [Theory]
    [InlineData("utf-8", "", "it is empty")]
    [InlineData("utf-8", "\"" + Password + "\"", "stands in quotes")]
    [InlineData("utf-8", Password + " ", "white space")]
    [InlineData("utf-8", Password + "\u00a0\n", "not the usual one")]
    [InlineData("utf-8", "pa\u0308sswo\u0308rd", "beyond ASCII")]
    [InlineData("utf-8", Password + "\nsecond", "it has 2 lines")]
    [InlineData("utf-8-bom", "wrong-one", "byte order mark")]
    [InlineData("utf-8", "wrong-one\n\n", "several line breaks")]
    [InlineData("latin1", Password, "no UTF-8 text (byte 2")]
    [InlineData("utf-16le", "wrong-one", "UTF-16")]
    public void A_password_that_does_not_fit_is_told_with_its_form_and_not_shown(string encoding, string text, string expected)
    {
        AccountException e = Assert.Throws<AccountException>(
            () => KeystoreFile.Open(File("keystore", "utf-8", Keystore("")), File("password", encoding, text)));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ssw", e.ToString().Replace("password", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-one", e.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Before, a pipe was "Stream does not support seeking".</summary>
    [Fact]
    public async Task Pipes_are_read_to_their_end()
    {
        string pipe = await PipeAsync("key");
        Task writing = Task.Run(async () =>
        {
            await using FileStream stream = new(pipe, FileMode.Open, FileAccess.Write);
            foreach (char c in "0x" + Key + "\n")
            {
                await stream.WriteAsync(new[] { (byte)c });
                await stream.FlushAsync();
            }
        });
        using PrivateKey key = await Task.Run(() => PrivateKey.FromFile(pipe));
        await writing;
        Assert.Equal(Account, key.Address.ToString());
    }

    /// <summary>What <c>&lt;(cat key)</c> gives: a descriptor of an anonymous pipe under /dev/fd.</summary>
    [Fact]
    public void Process_substitutions_are_read()
    {
        using System.IO.Pipes.AnonymousPipeServerStream writer = new(System.IO.Pipes.PipeDirection.Out);
        writer.Write(Encoding.UTF8.GetBytes(AnvilProcess.Mnemonic));
        string descriptor = $"/dev/fd/{writer.GetClientHandleAsString()}";
        using (FileStream reader = new(descriptor, FileMode.Open, FileAccess.Read))
        {
            writer.DisposeLocalCopyOfClientHandle();
            writer.Dispose();
            using PrivateKey key = MnemonicFile.Open($"/dev/fd/{reader.SafeFileHandle.DangerousGetHandle()}");
            Assert.Equal(Account, key.Address.ToString());
        }
    }

    [Fact]
    public async Task Silent_pipes_endless_files_and_folders_are_refused_in_time()
    {
        TimeSpan patience = TimeSpan.FromMilliseconds(200);
        string unopened = await PipeAsync("unopened");
        Assert.Contains("gave nothing within 0.2 s", Assert.Throws<AccountException>(() => SecretFile.Read(unopened, 100, patience)).Message, StringComparison.Ordinal);

        string silent = await PipeAsync("silent");
        using FileStream holder = new(silent, FileMode.Open, FileAccess.ReadWrite); // opened, never written
        Assert.Contains("gave nothing", Assert.Throws<AccountException>(() => SecretFile.Read(silent, 100, patience)).Message, StringComparison.Ordinal);

        Assert.Contains("more than 100 bytes", Assert.Throws<AccountException>(() => SecretFile.Read("/dev/zero", 100)).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Throws<AccountException>(() => SecretFile.Read(_folder, 100)).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Throws<AccountException>(() => SecretFile.Read("/proc/self/none", 100)).Message, StringComparison.Ordinal);
        Assert.Contains("more than 1024", Assert.Throws<AccountException>(() => PrivateKey.FromFile(File("long", "utf-8", new string('0', 5000)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_are_read_like_files()
    {
        const string Variable = "GAVEL_TEST_SECRET_TEXT";
        Assert.Contains("is not set", Assert.Throws<AccountException>(() => PrivateKey.FromEnvironment(Variable)).Message, StringComparison.Ordinal);
        Environment.SetEnvironmentVariable(Variable, $" \"0X{Key}\" ");
        try
        {
            using PrivateKey key = PrivateKey.FromEnvironment(Variable);
            Assert.Equal(Account, key.Address.ToString());
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
        }
    }

    private async Task<string> PipeAsync(string name)
    {
        string path = Path.Combine(_folder, name);
        using Process make = Process.Start("mkfifo", path);
        await make.WaitForExitAsync();
        Assert.Equal(0, make.ExitCode);
        return path;
    }

    // A keystore of Nethereum's own making, with a derivation that costs nothing.
    private static string Keystore(string fields)
    {
        string json = new Nethereum.KeyStore.KeyStoreScryptService().EncryptAndGenerateKeyStoreAsJson(
            Password, Hex.Decode("0x" + Key), "", new Nethereum.KeyStore.Model.ScryptParams { Dklen = 32, N = 2, R = 8, P = 1 });
        return json.Replace("\"address\":\"\",", "", StringComparison.Ordinal).Replace("{\"crypto\"", $"{{{fields}\"crypto\"", StringComparison.Ordinal);
    }

    private string File(string name, string encoding, string text)
    {
        string path = Path.Combine(_folder, name);
        Encoding known = encoding.Split('-') switch
        {
            ["utf", "8", ..] => new UTF8Encoding(false),
            ["utf", "16le", ..] => new UnicodeEncoding(false, false),
            ["utf", "16be", ..] => new UnicodeEncoding(true, false),
            ["utf", "32le", ..] => new UTF32Encoding(false, false),
            _ => Encoding.Latin1,
        };
        byte[] mark = !encoding.EndsWith("bom", StringComparison.Ordinal) ? [] : encoding.Split('-')[1] switch
        {
            "8" => [0xef, 0xbb, 0xbf],
            "16le" => [0xff, 0xfe],
            "16be" => [0xfe, 0xff],
            _ => [0xff, 0xfe, 0, 0],
        };
        System.IO.File.WriteAllBytes(path, [.. mark, .. known.GetBytes(text)]);
        return path;
    }
}
