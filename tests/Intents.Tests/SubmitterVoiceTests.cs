using Gavel.Chains;
using Gavel.Contracts;
using Gavel.GameKit;
using Gavel.GameSolver;
using Gavel.Rollup;
using Gavel.Sending;

namespace Gavel.Intents.Tests;

/// <summary>What is said of a call that was decided: no more than it has.</summary>
public sealed class SubmitterVoiceTests : IDisposable
{
    private static readonly L1View View = new(new BlockId(Samples.Hash("view"), 100), 1_200, default);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gavel-voice-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(3, 1_500UL, 5UL, " claim 3: ", ", bond 0.000000000000000005 ETH, 300 s left: why")]
    [InlineData(null, null, 0UL, ": ", ": why")]
    [InlineData(3, null, 0UL, " claim 3: ", ": why")]
    public async Task Line_NamesClaimBondAndTime_OnlyWhereThereAreAny(int? claim, ulong? deadline, ulong bond, string start, string end)
    {
        GameMetadata game = Samples.Game(GameGeneration.V2, 12);
        ContractCall call = FaultDisputeGame.MoveOn(game.Game, 0, game.RootClaim, Samples.Hash("ours"), true, bond);
        PlannedCall planned = new(
            IntentKey.OfMove(900, game.Game, new ClaimId(Position.Root.Attack(), Samples.Hash("ours"), 0), game.RootClaim, game.L1Head), call, Priorities.Move, deadline, "why", claim);
        Lines lines = new();
        await using JournalOutbox outbox = JournalOutbox.Open(Path.Combine(_folder.FullName, "journal"));
        Submitter submitter = new(
            "chain", new TestDesk(outbox), new AuditLog(Path.Combine(_folder.FullName, "audit")), new ChainOptions(), TimeProvider.System, lines);
        await submitter.SubmitAsync([(game, Samples.Verdict(Truth.Invalid), planned)], View, default);
        string line = Assert.Single(lines.All).Text;
        Assert.Contains($"chain game {game.Game}{start}{call.Name}", line, StringComparison.Ordinal);
        Assert.EndsWith($"{call.Name}{end}", line, StringComparison.Ordinal);
    }
}
