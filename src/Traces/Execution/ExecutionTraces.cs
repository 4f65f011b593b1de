using System.Buffers.Binary;
using Gavel.Cannon;
using Gavel.Cannon.Preimages;
using Gavel.Chains;
using Gavel.Contracts;
using Microsoft.Extensions.Logging;

namespace Gavel.Traces;

/// <summary>Makes the execution traces of a chain: the alphabet for its mock games, Cannon for all others.</summary>
/// <param name="options">Which types are which, the server's command line, limits.</param>
/// <param name="endpoints">Values of the template's placeholders for endpoints.</param>
/// <param name="prestates">Absolute prestates by hash.</param>
/// <param name="folder">Where runs and preimages are kept.</param>
/// <param name="workers">Who runs VMs.</param>
/// <param name="l2BlockHash">Finds the hash of an L2 block, for servers that want the agreed output's block.</param>
/// <param name="clock">The host's clock.</param>
/// <param name="logger">Gets what preimage servers write.</param>
public sealed partial class ExecutionTraces(
    CannonOptions options,
    IReadOnlyDictionary<string, string> endpoints,
    PrestateStore prestates,
    string folder,
    VmWorkers workers,
    Func<ulong, CancellationToken, Task<Hash32>> l2BlockHash,
    TimeProvider clock,
    ILogger logger) : IExecutionTraces
{
    private readonly ServerTemplate? _template = options.Server.Count > 0 ? new ServerTemplate([.. options.Server]) : null;
    private readonly EndpointMask _mask = new(endpoints.Values);
    private readonly Dictionary<Hash32, (VmTrace Trace, HashSet<Address> Games)> _runs = [];
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public IExecutionTrace Of(GameMetadata game, LocalInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(inputs);
        GameRules rules = game.Rules ?? throw new ArgumentException($"the rules of game {game.Game} are not known", nameof(game));
        if (options.AlphabetGameTypes.Contains(game.GameType))
        {
            return new AlphabetTrace(inputs, rules.AbsolutePrestate);
        }

        // Games that dispute the same pair under the same L1 head share one run.
        UInt128 leaves = UInt128.One << (rules.MaxDepth - rules.SplitDepth - 1);
        Hash32 key = KeyOf(rules.AbsolutePrestate, inputs, leaves);
        lock (_lock)
        {
            if (!_runs.TryGetValue(key, out (VmTrace Trace, HashSet<Address> Games) run))
            {
                _runs[key] = run = (Run(rules.AbsolutePrestate, inputs, leaves, Path.Combine(folder, "runs", key.ToString())), []);
            }

            run.Games.Add(game.Game);
            return run.Trace;
        }
    }

    /// <inheritdoc/>
    public void Keep(IReadOnlySet<Address> games)
    {
        lock (_lock)
        {
            foreach ((Hash32 key, (VmTrace trace, HashSet<Address> users)) in _runs.ToArray())
            {
                users.IntersectWith(games);
                if (users.Count == 0)
                {
                    _runs.Remove(key);
                    trace.Dispose(); // what runs for it ends; what is on disk stays
                }
            }
        }
    }

    private VmTrace Run(Hash32 prestate, LocalInputs inputs, UInt128 leaves, string path)
    {
        Dictionary<Hash32, byte[]> locals = Enumerable.Range(1, 5).ToDictionary(ident => PreimageKey.Local((ulong)ident), ident => inputs.Datum((ulong)ident)!);
        return new VmTrace(
            new VmRunFolder(path),
            cancellation => prestates.Load(prestate, cancellation),
            cancellation =>
            {
                LazyPreimageServer server = new(() => StartServer(inputs, cancellation));

                // What is kept is checked before it is written and again when it is read.
                return (new DirectoryPreimageCache(Path.Combine(folder, "preimages"), new VerifyingPreimageSource(server, locals)), server);
            },
            new RunLimits { MaxMemoryBytes = options.MaxMemoryMiB << 20, MaxDiskBytes = options.MaxDiskMiB << 20, MaxSteps = options.MaxSteps, ProgressInterval = 10_000_000 },
            leaves,
            workers,
            _mask.Mask,
            clock);
    }

    private ExternalPreimageServer StartServer(LocalInputs inputs, CancellationToken cancellationToken)
    {
        if (_template is null)
        {
            throw new FormatException("no preimage server is configured (Cannon:Server)");
        }

        Hash32 agreedHead = _template.NeedsAgreedL2Head
            ? l2BlockHash(inputs.AgreedBlockNumber, cancellationToken).GetAwaiter().GetResult() // on a VM's own thread
            : default;
        string data = Path.Combine(folder, "server");
        Directory.CreateDirectory(data);
        Dictionary<string, string> values = new(endpoints) { ["dataDir"] = data };
        IReadOnlyList<string> words = _template.Fill(inputs, agreedHead, values);
        return ExternalPreimageServer.Start(
            new PreimageServerOptions
            {
                Command = words[0],
                Arguments = [.. words.Skip(1)],
                Environment = PreimageServerOptions.MinimalEnvironment(),
                RequestTimeout = TimeSpan.FromSeconds(options.ServerAnswerSeconds),
                Output = line => LogServer(logger, _mask.Mask(line.Text)),
            },
            cancellationToken);
    }

    private static Hash32 KeyOf(Hash32 prestate, LocalInputs inputs, UInt128 leaves)
    {
        Span<byte> data = stackalloc byte[4 * Hash32.Size + 16 + 16];
        prestate.CopyTo(data);
        inputs.L1Head.CopyTo(data[32..]);
        inputs.AgreedOutputRoot.CopyTo(data[64..]);
        inputs.DisputedOutputRoot.CopyTo(data[96..]);
        BinaryPrimitives.WriteUInt64BigEndian(data[128..], inputs.L2BlockNumber);
        BinaryPrimitives.WriteUInt64BigEndian(data[136..], inputs.L2ChainId);
        BinaryPrimitives.WriteUInt128BigEndian(data[144..], leaves);
        return Keccak256.Hash(data);
    }

    [LoggerMessage(4001, LogLevel.Debug, "preimage server: {Line}")]
    private static partial void LogServer(ILogger logger, string line);
}
