using Gavel.Chains;
using Gavel.Ethereum;

namespace Gavel.Intents.Tests;

/// <summary>The signer that options describe.</summary>
public sealed class SignersTests
{
    private const string Account = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

    [Fact]
    public async Task AKeyInKms_IsASourceOfTheKey()
    {
        AccountOptions options = new() { Kms = { KeyId = "alias/gavel", Address = Account, Region = "eu-central-1", Endpoint = "http://127.0.0.1:9/" } };
        ISigner signer = Signers.Of(options);
        Assert.IsType<KmsSigner>(signer);
        Assert.Equal(Account, signer.Address.ToString());
        await Signers.ReleaseAsync(signer);
    }

    [Theory]
    [InlineData("not-an-address", null)]
    [InlineData(null, null)]
    [InlineData(Account, "no address")]
    [InlineData(Account, "http://kms.example/")]
    [InlineData(Account, "https://user:password@kms.example/")]
    public void AKeyInKms_WithAMalformedOption_IsRefused(string? address, string? endpoint) =>
        Assert.Throws<FormatException>(() => Signers.Of(new AccountOptions { Kms = { KeyId = "alias/gavel", Address = address, Region = "eu-central-1", Endpoint = endpoint } }));

    [Fact]
    public void TwoSources_AndNone_AreRefused()
    {
        FormatException e = Assert.Throws<FormatException>(() => Signers.Of(new AccountOptions { KeyFile = "key", Kms = { KeyId = "alias/gavel" } }));
        Assert.Contains("Account:Kms:KeyId", e.Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => Signers.Of(new AccountOptions { RemoteSigner = { Url = "https://signer.example" }, Kms = { KeyId = "alias/gavel" } }));
        Assert.Throws<FormatException>(() => Signers.Of(new AccountOptions()));
    }
}
