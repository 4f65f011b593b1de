using Gavel.Contracts;
using Gavel.Ethereum;

namespace Gavel.Agent.Demo;

/// <summary>Reads one game of a local devnet at its head.</summary>
internal sealed class GameWindow(ChainReader l1, GameMetadata game)
{
    private const int Tries = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly GameReader _reader = new(l1);

    /// <summary>
    /// The game's state and the block it was read at. For a moment while it mines, anvil answers a call at the head's hash with the state of
    /// the block that it is about to publish; two reads then contradict each other, and the game is read anew.
    /// </summary>
    /// <exception cref="ContractReadException">The game does not answer, however often it is asked.</exception>
    public async Task<(GameState State, RpcBlock Head)> ReadAsync(IReadOnlyList<Address> recipients, CancellationToken cancellationToken)
    {
        for (int i = 1; ; i++)
        {
            try
            {
                RpcBlock head = await l1.GetBlockAsync(BlockRef.Latest, cancellationToken);
                return ((await _reader.StatesAsync([game], recipients, BlockRef.At(head.Hash), cancellationToken))[0], head);
            }
            catch (ContractReadException) when (i < Tries)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }
}
