using Gavel.Agent.Configuring;
using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.Sending;

namespace Gavel.Agent.Operating;

/// <summary>Runs an operator command: whatever stops it becomes one message and an exit code.</summary>
internal static class OperatorRun
{
    /// <summary>Runs the command.</summary>
    /// <param name="name">Its name, which begins the message.</param>
    /// <param name="run">What it does.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string name, Func<Task> run)
    {
        (int Code, string Message) failure;
        try
        {
            await run();
            return ExitCodes.Good;
        }
        catch (OperatorException error)
        {
            failure = (error.ExitCode, error.Message);
        }
        catch (Exception error) when (error is ConfigurationException or AccountException or FormatException)
        {
            failure = (ExitCodes.BadInput, error.Message);
        }
        catch (RpcException error) when (error.Kind == RpcErrorKind.Revert)
        {
            failure = (ExitCodes.Refused, $"the contract refuses: {DisputeErrors.Decoder.Decode(error.RevertData)}");
        }
        catch (ContractReadException error)
        {
            // A contract that refuses a question is the chain's answer; one that is not what it is said to be was named wrongly.
            failure = (error.InnerException is RpcException ? ExitCodes.Refused : ExitCodes.BadInput, error.Message);
        }
        catch (Exception error) when (error is RpcException or OutboxException or IOException or UnauthorizedAccessException)
        {
            failure = (ExitCodes.Refused, error.Message);
        }
        catch (OperationCanceledException)
        {
            failure = (ExitCodes.Refused, "stopped");
        }

        await Console.Error.WriteLineAsync($"agent {name}: {failure.Message}");
        return failure.Code;
    }
}
