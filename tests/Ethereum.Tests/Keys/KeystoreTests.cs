using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Gavel.TestKit;

namespace Gavel.Ethereum.Tests.Keys;

/// <summary>Keystores written by cast, the published examples of the format, and damaged ones.</summary>
public sealed class KeystoreTests : IDisposable
{
    // The two examples of the Web3 Secret Storage Definition; both hold this key under this password.
    private const string ExampleKey = "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
    private const string ExamplePassword = "testpassword";
    private const string Pbkdf2Example = """
        {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},
        "ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2",
        "kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256","salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
        "mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}
        """;

    private const string ScryptExample = """
        {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"83dbcc02d8ccb40e466191a123791e0e"},
        "ciphertext":"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c","kdf":"scrypt",
        "kdfparams":{"dklen":32,"n":262144,"r":1,"p":8,"salt":"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},
        "mac":"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("gavel-keystore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Pbkdf2Example)]
    [InlineData(ScryptExample)]
    public void The_published_examples_open(string json)
    {
        using PrivateKey expected = new(Hex.Decode(ExampleKey));
        using PrivateKey key = Decrypt(Bytes(json), ExamplePassword, "example");
        Assert.Equal(expected.Address, key.Address);
        Assert.Equal(expected.Sign(Keccak256.Empty), key.Sign(Keccak256.Empty));
    }

    [Fact]
    public async Task A_keystore_of_cast_opens_with_its_password_file_and_with_no_other()
    {
        const string Password = "pass wörd ";
        foreach (string secret in (string[])[AnvilProcess.FirstKey, Hex.Encode([.. new byte[31], 1])])
        {
            string name = $"account-{secret[^2..]}";
            await NpmTool.CastAsync("wallet", "import", "-k", _folder, "--unsafe-password", Password, "--private-key", secret, name);
            using PrivateKey expected = new(Hex.Decode(secret));

            foreach (string end in (string[])["", "\n", "\r\n"])
            {
                using PrivateKey key = KeystoreFile.Open(Path.Combine(_folder, name), File("password", Password + end));
                Assert.Equal(expected.Address, key.Address);
                Assert.Equal(expected.Sign(Keccak256.Empty), key.Sign(Keccak256.Empty));
            }

            AccountException e = Assert.Throws<AccountException>(
                () => KeystoreFile.Open(Path.Combine(_folder, name), File("password", Password.Trim())));
            Assert.Contains("wrong password", e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("version", 1, "version is 1")]
    [InlineData("crypto.cipher", "aes-128-cbc", "cipher is")]
    [InlineData("crypto.cipherparams.iv", "00", "16 bytes")]
    [InlineData("crypto.ciphertext", "zz", "32 bytes")]
    [InlineData("crypto.mac", "", "32 bytes")]
    [InlineData("crypto.kdf", "argon2", "kdf is")]
    [InlineData("crypto.kdfparams.n", 262143, "power of two")]
    [InlineData("crypto.kdfparams.n", 1 << 30, "bytes of memory")]
    [InlineData("crypto.kdfparams.r", 1 << 20, "bytes of memory")]
    [InlineData("crypto.kdfparams.p", 1 << 20, "worked through")]
    [InlineData("crypto.kdfparams.r", 0, "at least 1")]
    [InlineData("crypto.kdfparams.dklen", 64, "dklen")]
    [InlineData("crypto.kdfparams.salt", 7, "a string")]
    [InlineData("crypto.kdfparams", "", "an object")]
    public void A_field_that_cannot_be_is_named(string path, object value, string expected)
    {
        JsonNode file = JsonNode.Parse(ScryptExample)!;
        string[] parts = path.Split('.');
        JsonNode at = file;
        foreach (string part in parts[..^1])
        {
            at = at[part]!;
        }

        at[parts[^1]] = JsonValue.Create(value);

        AccountException e = Assert.Throws<AccountException>(() => Decrypt(Bytes(file.ToJsonString()), ExamplePassword, "the file"));
        Assert.StartsWith("the file", e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("008aeeda4d805471df9b2a5b0f38a0c3bcba786b", true)]
    [InlineData("0x008AEEDA4D805471DF9B2A5B0F38A0C3BCBA786B", true)]
    [InlineData("", true)]
    [InlineData("f39fd6e51aad88f6f4ce6ab8827279cfffb92266", false)]
    public void The_address_in_a_file_must_be_the_one_of_its_key(string address, bool opens)
    {
        JsonNode file = JsonNode.Parse(Pbkdf2Example)!;
        file["address"] = address;
        byte[] json = Bytes(file.ToJsonString());
        if (opens)
        {
            using PrivateKey key = Decrypt(json, ExamplePassword, "the file");
            Assert.Equal("0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b", key.Address.ToString());
            return;
        }

        AccountException e = Assert.Throws<AccountException>(() => Decrypt(json, ExamplePassword, "the file"));
        Assert.Contains("names the address", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pbkdf2_is_bounded_too()
    {
        foreach (string change in (string[])["\"c\":262144|\"c\":2000000000", "\"c\":262144|\"c\":0", "hmac-sha256|hmac-sha512"])
        {
            string[] parts = change.Split('|');
            string json = Pbkdf2Example.Replace(parts[0], parts[1], StringComparison.Ordinal);
            Assert.Throws<AccountException>(() => Decrypt(Bytes(json), ExamplePassword, "the file"));
        }
    }

    [Fact]
    [Trait("Scale", "full")]
    public void Damaged_and_random_files_are_a_typed_error()
    {
        // A cheap key derivation, so that many fit into a second.
        string cheap = ScryptExample.Replace("262144", "2", StringComparison.Ordinal);
        byte[] good = Bytes(cheap);
        Gen<byte[]> damaged = Gen.Choose(0, good.Length - 1).SelectMany(at => Gen.Choose(0, 255).Select(value =>
        {
            byte[] copy = [.. good];
            copy[at] = (byte)value;
            return copy;
        }));
        Gen<byte[]> names = Gen.Elements("version", "crypto", "kdf", "n", "mac").SelectMany(name => Gen.Elements("\\ud800", "\\u0069", "\"").Select(
            half => Bytes(cheap.Replace($"\"{name}\"", $"\"{name[..1]}{half}\"", StringComparison.Ordinal))));
        Gen<byte[]> cut = Gen.Choose(0, good.Length).Select(length => good[..length]);
        Gen<byte[]> random = Gen.ArrayOf(Gen.Choose(0, 255).Select(b => (byte)b));
        Gen<byte[]> nested = Gen.Choose(1, 5000).Select(depth => Bytes(string.Concat(Enumerable.Repeat("{\"crypto\":", depth))));
        Prop.ForAll(Arb.From(Gen.OneOf(damaged, names, cut, random, nested)), IsTypedError).Check(
            Config.QuickThrowOnFailure.WithMaxTest(Scale.Of(1_000, 50_000)).WithReplay((ulong)Seed.Value, 1UL));
    }

    private static bool IsTypedError(byte[] json)
    {
        try
        {
            using PrivateKey key = Decrypt(json, ExamplePassword, "the file");
            return false;
        }
        catch (AccountException)
        {
            return true;
        }
    }

    private static PrivateKey Decrypt(byte[] json, string password, string place)
    {
        using SecretText text = SecretText.Of([.. json], place);
        return KeystoreFile.Decrypt(text, password, place);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private string File(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        System.IO.File.WriteAllText(path, content);
        return path;
    }
}
