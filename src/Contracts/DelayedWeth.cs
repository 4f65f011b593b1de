using Gavel.Contracts.Messages;
using Gavel.Ethereum;

namespace Gavel.Contracts;

/// <summary>What a recipient has unlocked in the bond store on behalf of a game.</summary>
/// <param name="Amount">Wei.</param>
/// <param name="UnlockedAt">Seconds since the epoch of the last unlocking; the delay runs from here.</param>
public readonly record struct PendingWithdrawal(UInt256 Amount, ulong UnlockedAt);

/// <summary>The <c>DelayedWETH</c>: it holds the bonds and pays them out after a delay.</summary>
public static class DelayedWeth
{
    /// <summary>Seconds between the last unlocking and a withdrawal.</summary>
    public static Read<ulong> Delay(ReadBatch batch, Address weth) => batch.Count<DelayFunction>(weth);

    /// <summary>What a recipient has unlocked through a game and not yet withdrawn.</summary>
    public static Read<PendingWithdrawal> Withdrawal(ReadBatch batch, Address weth, Address game, Address recipient)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Add<WithdrawalsFunction, WithdrawalsAnswer, PendingWithdrawal>(weth, Message(game, recipient), Pending);
    }

    /// <summary>As <see cref="Withdrawal"/>, of an address of which it is not known yet whether it is a bond store.</summary>
    public static Read<PendingWithdrawal> MaybeWithdrawal(ReadBatch batch, Address weth, Address game, Address recipient)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.AddOptional<WithdrawalsFunction, WithdrawalsAnswer, PendingWithdrawal>(weth, Message(game, recipient), Pending);
    }

    internal static Read<ulong> MaybeDelay(ReadBatch batch, Address weth) => batch.Count<DelayFunction>(weth, optional: true);

    private static WithdrawalsFunction Message(Address game, Address recipient) => new() { Game = game.ToAbi(), Recipient = recipient.ToAbi() };

    private static PendingWithdrawal Pending(WithdrawalsAnswer answer) => new(answer.Amount.ToUInt256(), answer.UnlockedAt);
}
