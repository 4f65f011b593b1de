using Gavel.Contracts;
using Gavel.Ethereum;
using Gavel.Rollup;

namespace Gavel.Chains;

/// <summary>What an inquiry came to.</summary>
/// <param name="Standings">Of each game asked about.</param>
/// <param name="Falsehoods">Who told what was proven false, unless all who answered did alike.</param>
internal sealed record WordsFindings(IReadOnlyDictionary<Address, WordsStanding> Standings, IReadOnlyList<Falsehood> Falsehoods);

/// <summary>
/// Settles the words of games, many at once. Where they came from the clone's code (<see cref="GameMetadata.CodeHash"/>) a proof is one request a
/// game: the account of the game in an L1 block that a rollup node knows holds that hash. From whom header, proof and code come does not matter,
/// since each is checked by its hash. Only where they fit nothing is each endpoint asked by itself.
/// </summary>
/// <param name="l1">The L1 endpoints.</param>
/// <param name="voices">Each of them by itself.</param>
/// <param name="blocks">L1 blocks that rollup nodes know.</param>
internal sealed class WordsInquiry(FailoverRpc l1, L1Voices voices, IKnownL1Blocks blocks)
{
    // Nodes keep the state of some 128 blocks; the first one does as a rule.
    private const int MostHeaders = 4;

    private readonly ChainReader _any = new(l1);
    private readonly WordsAgreement _agreement = new(voices);
    private readonly PlaceholderAgreement _placeholders = new(voices);

    /// <summary>Settles what can be settled.</summary>
    /// <param name="games">The games, as their metadata were read.</param>
    /// <param name="view">The block at which endpoints must agree where there is no proof.</param>
    /// <param name="distrusted">Endpoints whose word counts for nothing.</param>
    /// <param name="cancellationToken">Ends the inquiry.</param>
    public async Task<WordsFindings> SettleAsync(
        IReadOnlyList<GameMetadata> games, BlockRef view, IReadOnlySet<EndpointUrl> distrusted, CancellationToken cancellationToken)
    {
        WordsCase inquiry = new(games);
        IReadOnlyList<BlockId> known = await blocks.KnownAsync(cancellationToken);
        if (known.Count == 0)
        {
            inquiry.Obstacle = "no rollup node has told an L1 block";
        }

        foreach (BlockId block in known.Distinct().OrderByDescending(block => block.Number).Take(MostHeaders))
        {
            if (inquiry.Open.Count == 0)
            {
                break;
            }

            if (await HeaderAsync(block, cancellationToken) is { } header)
            {
                await ProveAsync(inquiry, header, cancellationToken);
            }
            else
            {
                inquiry.Obstacle = $"no L1 endpoint gives a header of block {block}, which a rollup node knows";
            }
        }

        GameMetadata[] unproven = [.. inquiry.Open.Where(game => !inquiry.IsTooYoung(game))];
        foreach (GameMetadata young in inquiry.Open.Except(unproven))
        {
            inquiry.LeaveOpen(young, "the rollup nodes do not know an L1 block yet in which the game exists");
        }

        await _agreement.SettleAsync(inquiry, unproven, view, distrusted, cancellationToken);
        await _placeholders.SettleAsync(inquiry, view, distrusted, cancellationToken);
        return inquiry.Findings;
    }

    private async Task<BlockHeader?> HeaderAsync(BlockId block, CancellationToken cancellationToken)
    {
        foreach (ChainReader node in Nodes())
        {
            try
            {
                if (await node.FindBlockAsync(BlockRef.At(block.Hash), cancellationToken) is { } found
                    && found.ReadHeader() is { } header && header.Hash == block.Hash && header.Number == block.Number)
                {
                    return header;
                }
            }
            catch (RpcException)
            {
                // another may have it
            }
        }

        return null;
    }

    // All together first, with failover and hedging; then each by itself, if there are several: one may give what proves nothing.
    private IEnumerable<ChainReader> Nodes() => voices.Count == 1 ? [_any] : [_any, .. voices.Nodes];

    private async Task ProveAsync(WordsCase inquiry, BlockHeader header, CancellationToken cancellationToken)
    {
        List<(GameMetadata Game, Hash32 CodeHash)> other = [];
        List<(GameMetadata Game, ProvenWords Truth, string Text)> contradicted = [];
        foreach ((GameMetadata game, Hash32 codeHash) in await CodeHashesAsync(inquiry, header, cancellationToken))
        {
            if (codeHash == Keccak256.Empty)
            {
                if (header.Timestamp < game.CreatedAt)
                {
                    inquiry.IsYoungAt(game);
                }
                else
                {
                    contradicted.Add((game, ProvenWords.Nothing, "no contract is at its address"));
                }
            }
            else if (codeHash == game.CodeHash)
            {
                inquiry.Prove(game, header);
            }
            else
            {
                other.Add((game, codeHash));
            }
        }

        IReadOnlyDictionary<Hash32, GameCode> codes = await CodesAsync(other, header, cancellationToken);
        foreach ((GameMetadata game, Hash32 codeHash) in other)
        {
            if (!codes.TryGetValue(codeHash, out GameCode? code))
            {
                // That nobody gives the true code makes the false one no truer.
                contradicted.Add((game, new ProvenWords(codeHash, null), game.CodeHash is { } read ? $"code with hash {read}, not {codeHash}" : "no code at all"));
            }
            else if (code.Words is not { } words)
            {
                inquiry.Obstacle = "its code holds no words"; // its getters are all there is
            }
            else if (code.ContradictionOf(game) is { } contradiction)
            {
                contradicted.Add((game, new ProvenWords(codeHash, words), contradiction));
            }
            else
            {
                inquiry.Prove(game, header);
            }
        }

        await AccuseAsync(inquiry, contradicted, header, cancellationToken);
    }

    private async Task<List<(GameMetadata Game, Hash32 CodeHash)>> CodeHashesAsync(WordsCase inquiry, BlockHeader header, CancellationToken cancellationToken)
    {
        List<(GameMetadata Game, Hash32 CodeHash)> proven = [];
        List<GameMetadata> open = [.. inquiry.Open];
        foreach (ChainReader node in Nodes())
        {
            IReadOnlyList<(AccountProof? Proof, RpcException? Error)> proofs;
            try
            {
                proofs = await node.GetProofsAsync([.. open.Select(game => game.Game)], BlockRef.At(header.Hash), cancellationToken);
            }
            catch (RpcException error)
            {
                inquiry.Obstacle = $"no account proof at L1 block {header.Number}: {error.Message}";
                break; // all of them have been asked
            }

            List<GameMetadata> unproven = [];
            bool isFalse = false;
            foreach ((GameMetadata game, (AccountProof? proof, RpcException? error)) in open.Zip(proofs))
            {
                try
                {
                    (proof ?? throw error!).Verify(header.StateRoot);
                    proven.Add((game, proof.State.CodeHash));
                }
                catch (Exception fault) when (fault is MerkleProofException or RpcException)
                {
                    isFalse |= fault is MerkleProofException;
                    inquiry.Obstacle = $"no account proof at L1 block {header.Number}: {fault.Message}";
                    unproven.Add(game);
                }
            }

            open = unproven;
            if (open.Count == 0 || !isFalse)
            {
                break; // to an error the others were asked already
            }
        }

        return proven;
    }

    private async Task<IReadOnlyDictionary<Hash32, GameCode>> CodesAsync(
        List<(GameMetadata Game, Hash32 CodeHash)> wanted, BlockHeader header, CancellationToken cancellationToken)
    {
        Dictionary<Hash32, GameCode> codes = [];
        foreach (ChainReader node in Nodes())
        {
            Address[] missing = [.. wanted.Where(one => !codes.ContainsKey(one.CodeHash)).Select(one => one.Game.Game)];
            if (missing.Length == 0)
            {
                break;
            }

            try
            {
                foreach (CallResult code in await node.GetCodesAsync(missing, BlockRef.At(header.Hash), cancellationToken))
                {
                    if (code.Error is null)
                    {
                        GameCode read = GameCode.Of(code.Output);
                        codes[read.Hash] = read; // by its hash: one that nobody wants does no harm
                    }
                }
            }
            catch (RpcException)
            {
                // another may give it
            }
        }

        return codes;
    }

    // Who told it? A game of which all tell otherwise than its code is one whose layout is not what we take it for, or a lie of all: none is named.
    private async Task AccuseAsync(
        WordsCase inquiry, List<(GameMetadata Game, ProvenWords Truth, string Text)> contradicted, BlockHeader header, CancellationToken cancellationToken)
    {
        if (contradicted.Count == 0)
        {
            return;
        }

        Address[] games = [.. contradicted.Select(one => one.Game.Game)];
        IReadOnlyList<ToldWords?>[] told = await Task.WhenAll(voices.Urls.Select(url => voices.ToldAsync(url, games, BlockRef.At(header.Hash), cancellationToken)));
        for (int i = 0; i < contradicted.Count; i++)
        {
            (GameMetadata game, ProvenWords truth, string text) = contradicted[i];
            Falsehood[] liars =
            [
                .. voices.Urls.Select((url, at) => (Url: url, Told: told[at][i]))
                    .Where(one => one.Told is { } words && truth.ContradictionOf(words) is not null)
                    .Select(one => new Falsehood(
                        one.Url,
                        game.Game,
                        truth,
                        $"of game {game.Game} it tells {truth.ContradictionOf(one.Told!)}, as L1 block {header.Number} ({header.Hash}) proves, which a rollup node knows")),
            ];
            if (voices.Count == 1 || told.Any(answers => answers[i] is { } words && truth.ContradictionOf(words) is null))
            {
                inquiry.Accuse(liars);
            }

            bool isOurs = truth == ProvenWords.Nothing && liars.Length == 0;
            inquiry.Conclude(
                game,
                isOurs ? WordsState.Unsettled : WordsState.Contradicted,
                isOurs
                    ? $"in L1 block {header.Number} ({header.Hash}), which a rollup node knows, there is no contract at its address"
                    : $"L1 told {text}, as L1 block {header.Number} ({header.Hash}) proves, which a rollup node knows; {L1Voices.Names(liars.Select(one => one.Endpoint))} told it, and it is read again");
        }
    }
}
