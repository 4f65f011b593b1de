using Moq;
using Nethereum.Model;
using Nethereum.Signer;

namespace Gavel.Ethereum.Tests.Keys;

/// <summary>Faults at Nethereum's external-signer seam that no signer of ours can be brought to commit.</summary>
public sealed class ExternalSignerTests
{
    private static readonly Eip1559Transaction Wanted = new()
    {
        ChainId = 900,
        Nonce = 7,
        MaxPriorityFeePerGas = 1,
        MaxFeePerGas = 100,
        GasLimit = 21_000,
        To = Address.Zero,
    };

    private readonly PrivateKey _key = new([.. new byte[31], 3]);

    public static TheoryData<string, string> Faults { get; } = new()
    {
        { "nothing", "gave no signature" },
        { "no r", "gave no signature" },
        { "zero s", "no key can have made" },
        { "long r", "numbers of 33" },
        { "v 2", "v is \"0x02\"" },
        { "v of EIP-155", "v is" },
        { "high s", "upper half" },
        { "other parity", "signed as 0x" },
        { "other hash", "signed as 0x" },
        { "r off the curve", "no key can have made" },
        { "throws", "failed: TimeoutException: the token is locked" },
        { "throws null", "failed: NullReferenceException" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_is_wrong_with_a_signature_is_told(string fault, string expected)
    {
        ExternalSigner signer = Signer(transaction =>
        {
            Signature good = _key.Sign(new Hash32(transaction.RawHash));
            (byte[] r, byte[] s, byte[] v) = (good.R.ToMinimalBigEndian(), good.S.ToMinimalBigEndian(), new[] { good.YParity ? (byte)1 : (byte)0 });
            switch (fault)
            {
                case "nothing": return Task.CompletedTask;
                case "no r": r = []; break;
                case "zero s": s = [0]; break;
                case "long r": r = [1, .. new byte[32]]; break;
                case "v 2": v = [2]; break;
                case "v of EIP-155": v = [0x07, 0x2b]; break;
                case "high s": (s, v) = ((Signature.Order - good.S).ToMinimalBigEndian(), [good.YParity ? (byte)0 : (byte)1]); break;
                case "other parity": v = [good.YParity ? (byte)0 : (byte)1]; break;
                case "other hash": r = _key.Sign(Keccak256.Empty).R.ToMinimalBigEndian(); s = _key.Sign(Keccak256.Empty).S.ToMinimalBigEndian(); break;
                case "r off the curve": r = [5]; break;
                case "throws": throw new TimeoutException("the token is locked");
                case "throws null": throw new NullReferenceException();
                default: throw new ArgumentOutOfRangeException(nameof(fault));
            }

            transaction.SetSignature(new Nethereum.Model.Signature(r, s, v));
            return Task.CompletedTask;
        });
        AccountException e = await Assert.ThrowsAsync<AccountException>(() => signer.SignAsync(Wanted, default));
        Assert.StartsWith("a signer", e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Equal(fault == "throws", e.IsTransient);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(27, false)]
    [InlineData(27, true)]
    public async Task Forms_of_a_signature_that_mean_one_are_taken(int offset, bool padded)
    {
        ExternalSigner signer = Signer(transaction =>
        {
            Signature good = _key.Sign(new Hash32(transaction.RawHash));
            byte[] zeros = padded ? new byte[3] : [];
            transaction.SetSignature(new Nethereum.Model.Signature(
                [.. zeros, .. good.R.ToMinimalBigEndian()], [.. zeros, .. good.S.ToMinimalBigEndian()], [(byte)(offset + (good.YParity ? 1 : 0))]));
            return Task.CompletedTask;
        });
        using LocalSigner local = new(new PrivateKey([.. new byte[31], 3]));
        Assert.Equal((await local.SignAsync(Wanted, default)).Raw.ToArray(), (await signer.SignAsync(Wanted, default)).Raw.ToArray());
    }

    [Fact]
    public async Task A_signer_that_never_answers_is_left_behind_when_the_caller_cancels()
    {
        ExternalSigner signer = Signer(_ => new TaskCompletionSource().Task);
        using CancellationTokenSource cancel = new();
        Task<SignedTransaction> signing = signer.SignAsync(Wanted, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => signing);
    }

    private ExternalSigner Signer(Func<Transaction1559, Task> sign)
    {
        Mock<IEthExternalSigner> signer = new();
        signer.Setup(s => s.SignAsync(It.IsAny<Transaction1559>())).Returns(sign);
        return new ExternalSigner(signer.Object, _key.Address, "a signer");
    }
}
