using Gavel.Contracts;
using Gavel.Ethereum;

namespace Gavel.Chains;

/// <summary>Why something could not be read: told once for each cause, and kept until it can be.</summary>
/// <param name="Cause">What is the same as long as the trouble is: without the block and whatever else changes with each try.</param>
/// <param name="Text">In words.</param>
/// <param name="Since">When it began.</param>
/// <param name="IsDanger">Whether somebody must look at it.</param>
internal sealed record Trouble(string Cause, string Text, DateTimeOffset Since, bool IsDanger = false)
{
    /// <summary>
    /// True for an error that is about what was asked, so that only this is left out: all but a cancellation and an endpoint that gives no
    /// usable answer to anything.
    /// </summary>
    public static bool IsAboutOne(Exception error) => error is not (OperationCanceledException or RpcException { IsTransient: true });

    /// <summary>The trouble that an error tells of, which goes on if it is the same as before.</summary>
    public static Trouble Of(Exception error, Trouble? before, DateTimeOffset now)
    {
        string cause = error switch
        {
            ContractReadException read => $"{read.Function} {read.Contract} {read.Fault} {(read.InnerException as RpcException)?.NodeMessage}",
            RpcException rpc => $"{rpc.Kind} {rpc.Code} {rpc.NodeMessage}",
            _ => $"{error.GetType().Name} {error.Message}",
        };
        return Of(cause, error.Message, before, now);
    }

    /// <inheritdoc cref="Of(Exception, Trouble?, DateTimeOffset)"/>
    public static Trouble Of(string cause, string text, Trouble? before, DateTimeOffset now) =>
        before?.Cause == cause ? before with { Text = text } : new Trouble(cause, text, before?.Since ?? now);
}
