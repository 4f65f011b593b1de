using Gavel.Contracts;
using Gavel.Ethereum;

namespace Gavel.Chains;

/// <summary>Settles the words of games by what all endpoints tell alike, where there is no proof: all that answer, and at least two where there are two.</summary>
internal sealed class WordsAgreement(L1Voices voices)
{
    /// <summary>Settles what can be settled so.</summary>
    /// <param name="inquiry">Takes what is found.</param>
    /// <param name="games">The games.</param>
    /// <param name="view">The block to ask at.</param>
    /// <param name="distrusted">Endpoints whose word counts for nothing.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task SettleAsync(
        WordsCase inquiry, GameMetadata[] games, BlockRef view, IReadOnlySet<EndpointUrl> distrusted, CancellationToken cancellationToken)
    {
        if (games.Length == 0)
        {
            return;
        }

        Address[] addresses = [.. games.Select(game => game.Game)];
        EndpointUrl[] asked = [.. voices.Urls.Where(url => !distrusted.Contains(url))];
        IReadOnlyList<ToldWords?>[] told = await Task.WhenAll(asked.Select(url => voices.ToldAsync(url, addresses, view, cancellationToken)));
        for (int i = 0; i < games.Length; i++)
        {
            GameMetadata game = games[i];
            List<EndpointUrl> agree = [];
            List<(EndpointUrl Url, string Difference)> differ = [];
            for (int at = 0; at < asked.Length; at++)
            {
                if (told[at][i] is not { } words || (!words.IsAbsent && words.Words is null))
                {
                    continue; // silence is no vote
                }

                if (words.DifferenceFrom(GameWords.Of(game), game.CodeHash) is { } difference)
                {
                    differ.Add((asked[at], difference));
                }
                else
                {
                    agree.Add(asked[at]);
                }
            }

            Judge(inquiry, game, agree, differ);
        }
    }

    private void Judge(WordsCase inquiry, GameMetadata game, List<EndpointUrl> agree, List<(EndpointUrl Url, string Difference)> differ)
    {
        string unproven = $"there is no proof ({inquiry.Obstacle})";
        if (differ.Count > 0)
        {
            string others = string.Join("; ", differ.Select(one => $"{one.Url} tells {one.Difference}"));
            inquiry.Conclude(
                game,
                agree.Count > 0 ? WordsState.Unsettled : WordsState.Contradicted,
                agree.Count > 0
                    ? $"{unproven}, and the L1 endpoints contradict each other: {others}, as {L1Voices.Names(agree)} says"
                    : $"{unproven}, and no L1 endpoint tells what was read: {others}");
        }
        else if (agree.Count >= voices.Needed)
        {
            inquiry.Conclude(game, WordsState.Agreed, $"{L1Voices.Names(agree)} tell them alike; {unproven}");
        }
        else
        {
            inquiry.LeaveOpen(game, $"{unproven}, and {agree.Count} of {voices.Count} L1 endpoints tells them, where {voices.Needed} must");
        }
    }
}
