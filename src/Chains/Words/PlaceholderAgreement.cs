using Gavel.Contracts;
using Gavel.Ethereum;

namespace Gavel.Chains;

/// <summary>
/// Whether a placeholder prestate may be believed: who plays as if nobody could step, while somebody can, loses bonds. It must be in code that is
/// settled, or told alike as the words are; the depths, by which the last word goes, no endpoint may tell otherwise.
/// </summary>
internal sealed class PlaceholderAgreement(L1Voices voices)
{
    /// <summary>Notes which placeholders of an inquiry's settled games are not to be believed. Games that name none are none of its business.</summary>
    /// <param name="inquiry">Takes what is found.</param>
    /// <param name="view">The block to ask at.</param>
    /// <param name="distrusted">Endpoints whose word counts for nothing.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task SettleAsync(WordsCase inquiry, BlockRef view, IReadOnlySet<EndpointUrl> distrusted, CancellationToken cancellationToken)
    {
        GameMetadata[] games = [.. inquiry.Settled.Where(game => game.Rules is { } rules && PlaceholderPrestate.Is(rules.AbsolutePrestate))];
        if (games.Length == 0)
        {
            return;
        }

        Address[] addresses = [.. games.Select(game => game.Game)];
        EndpointUrl[] asked = [.. voices.Urls.Where(url => !distrusted.Contains(url))];
        IReadOnlyList<ToldPlaceholder?>[] told = await Task.WhenAll(asked.Select(url => voices.ToldPlaceholdersAsync(url, addresses, view, cancellationToken)));
        for (int i = 0; i < games.Length; i++)
        {
            Judge(inquiry, games[i], [.. asked.Zip(told, (url, answers) => (url, answers[i])).Where(one => one.Item2 is not null).Select(one => (one.url, one.Item2!))]);
        }
    }

    private void Judge(WordsCase inquiry, GameMetadata game, (EndpointUrl Url, ToldPlaceholder Told)[] told)
    {
        string[] differ =
        [
            .. told.Select(one => (one.Url, Difference: one.Told.DifferenceFrom(game.Rules!, game.IsPrestateInCode)))
                .Where(one => one.Difference is not null)
                .Select(one => $"{one.Url} tells {one.Difference}"),
        ];
        int agree = told.Length - differ.Length;
        int needed = game.IsPrestateInCode ? 0 : voices.Needed;
        string what = $"its absolute prestate {game.Rules!.AbsolutePrestate} is a placeholder";
        if (differ.Length >= voices.Needed && agree == 0)
        {
            inquiry.Conclude(game, WordsState.Contradicted, $"{what} as it was read, and no L1 endpoint tells the same: {string.Join("; ", differ)}; it is read again");
        }
        else if (differ.Length > 0)
        {
            inquiry.Doubt(game, $"{what} as it was read, and that is contradicted: {string.Join("; ", differ)}");
        }
        else if (agree < needed)
        {
            inquiry.Doubt(game, $"{what}, and {agree} of {voices.Count} L1 endpoints tells so, where {needed} must");
        }
    }
}
