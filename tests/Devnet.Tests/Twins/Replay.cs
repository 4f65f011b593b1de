using System.Globalization;
using System.Text.Json;
using Gavel.Contracts.Checking;
using Gavel.Ethereum;
using Gavel.TestKit.Judges;

namespace Gavel.Devnet.Tests.Twins;

/// <summary>
/// Does on the twins what a recorded game did on the originals, transaction by transaction, and compares result, revert data, logs, what the game
/// asked of VM and oracle, clocks, and the whole state.
/// </summary>
internal sealed class Replay
{
    private const int ScriptWriter = 9;
    private const string CreatedTopic = "0x5b565efe82411da98814f356d0e7bcb8f0219b8d970307c5afb4a6903a8b2e35";
    private readonly TwinChain _chain;
    private readonly RecordedGame _game;
    private readonly RecordedSet _set;
    private readonly Renaming _renaming;
    private readonly RecordedState _state;
    private readonly List<string> _differences = [];
    private Address _address;
    private string _l1Head = "";
    private ulong _now;

    private Replay(TwinChain chain, RecordingHeader header, RecordedGame game, RecordedState state)
    {
        _chain = chain;
        _game = game;
        _set = header.Sets.Single(set => set.Type == game.Type);
        _renaming = chain.Renaming.ForGame();
        _state = state;
        _now = header.Start.Time;
    }

    /// <summary>The differences of a game, each with the action; empty when there are none.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(TwinChain chain, RecordingHeader header, RecordedGame game)
    {
        await chain.RestartAsync();
        Replay replay = new(chain, header, game, new RecordedState(header.Anchor, RecordedState.BalancesIn(await chain.ReadAsync(default))));
        for (int index = 0; index < game.Actions.Count && replay._differences.Count == 0; index++)
        {
            RecordedAction action = game.Actions[index];
            try
            {
                await replay.ActAsync(action);
            }
            catch (Exception e) when (e is RpcException or FormatException or InvalidDataException or Xunit.Sdk.XunitException)
            {
                replay._differences.Add(e.Message);
            }

            for (int i = 0; i < replay._differences.Count; i++)
            {
                replay._differences[i] = $"game {game.Id}, action {index} ({action.Fn}): {replay._differences[i]}";
            }
        }

        return replay._differences;
    }

    private async Task ActAsync(RecordedAction action)
    {
        if (action.Vm is { } run)
        {
            await ScriptAsync(action, run);
        }

        _now += action.Dt;
        string to = (action.To == "game" ? _address : _chain.Contracts[action.To]).ToString();
        string data = _renaming.Words(action.Data, 4);
        TwinOutcome outcome = await _chain.SendAsync(action.From, to, data, action.Value, _now, _address);
        Compare("revert data", action.Ok ? "none" : _renaming.Words(action.Revert!, 4), outcome.Revert ?? "none");
        IReadOnlyList<string> state = outcome.State;
        if (action.Game is { } recorded && outcome.Logs.FirstOrDefault(log => log.T is [CreatedTopic, ..]) is { } created)
        {
            _address = Address.Parse("0x" + created.T[1][26..]);
            _l1Head = await _chain.HashAsync(outcome.Block - 1);
            _renaming.Add(recorded, _address);
            state = await _chain.ReadAsync(_address);
        }

        CompareLogs(action.Logs ?? [], outcome.Logs);
        if (action.State is { } change)
        {
            _state.Apply(change);
        }

        _differences.AddRange(_state.Differences(word => _renaming.Words("0x" + word, 0)[2..], state));
        if (action.Local is { } local)
        {
            await CompareLocalAsync(local);
        }

        if (action.Clocks is { } clocks)
        {
            await CompareClocksAsync(clocks);
        }
    }

    // Tells the VM what the recorded one answered to exactly these inputs, in a block of its own at the time of the block before.
    private async Task ScriptAsync(RecordedAction step, RecordedVmRun run)
    {
        AbiDecoder arguments = new AbiFunction("step(uint256,bool,bytes,bytes)").Arguments(Hex.Decode(step.Data));
        arguments.UInt();
        arguments.Bool();
        byte[] inputs = AbiEncoder.Encode(a => a
            .Bytes32(Keccak256.Hash(arguments.Bytes().Span)).Bytes32(Keccak256.Hash(arguments.Bytes().Span)).Bytes32(Hash32.Parse(run.Context)));
        string logged = step.Logs is { Count: > 0 } logs ? logs[0].D : "0x";
        byte[] script = new AbiFunction("script(bytes32,bool,bytes,bytes)").Encode(a => a
            .Bytes32(Keccak256.Hash(inputs)).Bool(run.Revert is null).Bytes(Hex.Decode(run.Revert ?? run.Result!)).Bytes(Hex.Decode(logged)));
        TwinOutcome scripted = await _chain.SendAsync(ScriptWriter, _chain.Contracts[_set.VmName].ToString(), Hex.Encode(script), null, _now, default);
        Compare("scripting", "none", scripted.Revert ?? "none");
    }

    private void CompareLogs(IReadOnlyList<RecordedLog> recorded, IReadOnlyList<RecordedLog> ours)
    {
        Compare("number of logs", Text(recorded.Count), Text(ours.Count));
        for (int i = 0; i < Math.Min(recorded.Count, ours.Count); i++)
        {
            Compare($"log {i}: address", _renaming.AddressOf(recorded[i].A), ours[i].A);
            Compare($"log {i}: topics", string.Join(',', recorded[i].T.Select(topic => _renaming.Words(topic, 0))), string.Join(',', ours[i].T));
            Compare($"log {i}: data", _renaming.Words(recorded[i].D, 0), ours[i].D);
        }
    }

    // What the game gave to the oracle, and what the oracle made of it. Key, L1 head and the part of it are hashes of this chain.
    private async Task CompareLocalAsync(RecordedLocal local)
    {
        (_, string answer) = (await _chain.CallAsync([(TwinChain.Call(_chain.Contracts["oracle" + _set.Oracle], new AbiFunction("last()").Encode()), null)]))[0];
        string[] words = [.. answer[2..].Chunk(64).Select(word => "0x" + new string(word))];
        bool isHead = local.Ident == 1;
        (string part, string valid) = (local.Part[..66], "0x" + local.Part[66..]);
        Compare("local ident", Word(local.Ident), words[0]);
        Compare("local context", local.Context, words[1]);
        Compare("local word", isHead ? _l1Head : local.Word, words[2]);
        Compare("local size", Word(local.Size), words[3]);
        Compare("local offset", Word(local.Offset), words[4]);
        CompareHash("oracle's key", local.Key, words[5]);
        if (isHead)
        {
            CompareHash("L1 head", local.Word, words[2]);
            CompareHash("oracle's part of the L1 head", part, words[6]);
        }
        else
        {
            Compare("oracle's part", part, words[6]);
        }

        Compare("bytes of the part", valid, words[7]);
        Compare("oracle's length", Word(local.Length), words[8]);
    }

    // Each entry: seconds from now, and the clocks of all claims then, or what each answer reverts with.
    private async Task CompareClocksAsync(IReadOnlyList<JsonElement> clocks)
    {
        foreach (JsonElement entry in clocks)
        {
            ulong time = _now + entry[0].GetUInt64();
            JsonElement[] expected = entry[1].ValueKind == JsonValueKind.Array ? [.. entry[1].EnumerateArray()] : [entry[1]];
            AbiFunction clock = new("getChallengerDuration(uint256)");
            IReadOnlyList<(bool Reverts, string Data)> answers = await _chain.CallAsync(
                [.. expected.Select((_, claim) => (TwinChain.Call(_address, clock.Encode(a => a.UInt64((ulong)claim))), (ulong?)time))]);
            for (int claim = 0; claim < expected.Length; claim++)
            {
                string wanted = expected[claim].ValueKind == JsonValueKind.String ? expected[claim].GetString()! : Word(expected[claim].GetUInt64());
                Compare($"clock of claim {claim} after {entry[0]} s", wanted, answers[claim].Data);
            }
        }
    }

    private void CompareHash(string what, string recorded, string ours)
    {
        if (!_renaming.AreSame(recorded, ours))
        {
            _differences.Add($"{what}: {ours} does not stand for {recorded} everywhere");
        }
    }

    private void Compare(string what, string expected, string actual)
    {
        if (!string.Equals(expected, actual, StringComparison.OrdinalIgnoreCase))
        {
            _differences.Add($"{what} is {actual}, not {expected}");
        }
    }

    private static string Word(ulong number) => "0x" + RecordedState.Word(number);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
