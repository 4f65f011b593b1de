using Gavel.Ethereum;

namespace Gavel.Sending;

/// <summary>A node or service that takes signed transactions.</summary>
/// <param name="Name">Its name for people, without credentials.</param>
/// <param name="Rpc">The way to it. It is asked for <c>eth_sendRawTransaction</c> alone.</param>
public sealed record SendingEndpoint(string Name, IJsonRpc Rpc);

/// <summary>
/// Offers a signed transaction to all sending endpoints at once, each with a limit of its own. The first that takes it ends the wait; the
/// others go on in the background. One that was silent last time is not waited for. A refusal counts only where no other endpoint may have
/// the transaction (<see cref="Holders"/>).
/// </summary>
internal sealed class Broadcast : IDisposable
{
    private static DangerKind SilentCode => DangerCodes.SendingEndpointSilent;
    private readonly SenderScope _scope;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly HashSet<string> _silent = [];
    private readonly HashSet<string> _unreached = []; // those of the silent to which there was no connection
    private readonly Holders _holders = new();
    private SendingEndpoint[] _public;
    private SendingEndpoint[] _private;

    public Broadcast(SenderScope scope)
    {
        _scope = scope;
        (_public, _private) = ([], []);
        Use(scope.Options);
    }

    /// <summary>True if there is a way that is not open to all.</summary>
    public bool HasPrivate => _private.Length > 0;

    private IEnumerable<string> Names => _private.Concat(_public).Select(endpoint => endpoint.Name).Distinct();

    public void Use(SenderOptions options)
    {
        _private = [.. options.PrivateEndpoints];
        _public = options.Endpoints.Count > 0 ? [.. options.Endpoints] : [new SendingEndpoint("the L1 node", _scope.Eth.Rpc)];
        HashSet<string> known = [.. Names];
        _holders.Know(known);
        lock (_lock)
        {
            _silent.IntersectWith(known);
            _unreached.IntersectWith(known);
        }
    }

    /// <summary>Forgets who may have what, but for these nonces.</summary>
    public void Keep(IReadOnlySet<ulong> nonces) => _holders.Keep(nonces);

    /// <summary>Offers the last attempt of an entry. The words are those of the endpoint whose answer says most.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="toAll">False for private endpoints alone.</param>
    /// <param name="limit">How long an endpoint has.</param>
    /// <param name="cancellationToken">Gives up the wait; what is on its way stays so.</param>
    public async Task<(SendOutcome Outcome, string Words)> OfferAsync(OutboxEntry entry, bool toAll, TimeSpan limit, CancellationToken cancellationToken)
    {
        SendingEndpoint[] endpoints = toAll || _private.Length == 0 ? [.. _private, .. _public] : _private;
        _holders.Begin(entry, Names);
        List<(SendingEndpoint Endpoint, Task<(SendOutcome Outcome, string Words)> Answer)> offers =
            [.. endpoints.DistinctBy(endpoint => endpoint.Name).Select(endpoint => (endpoint, OfferAsync(endpoint, entry, limit)))];
        List<Task<(SendOutcome Outcome, string Words)>> open = [.. offers.Where(offer => !IsSilent(offer.Endpoint)).Select(offer => offer.Answer)];
        if (open.Count == 0)
        {
            open = [.. offers.Select(offer => offer.Answer)];
        }

        (SendOutcome Outcome, string Words) best = (SendOutcome.Unknown, "nobody was asked");
        while (open.Count > 0)
        {
            Task<(SendOutcome Outcome, string Words)> done = await Task.WhenAny(open).WaitAsync(cancellationToken).ConfigureAwait(false);
            open.Remove(done);
            (SendOutcome Outcome, string Words) answer = await done.ConfigureAwait(false);
            if (answer.Outcome == SendOutcome.Taken)
            {
                return answer;
            }

            best = answer.Outcome < best.Outcome || best.Words == "nobody was asked" ? answer : best;
        }

        return best.Outcome is SendOutcome.NoFunds or SendOutcome.Refused && _holders.Of(entry) is { Length: > 0 } holders
            ? (SendOutcome.Doubtful, $"{best.Words}; {string.Join(", ", holders)} may have it")
            : best;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private bool IsSilent(SendingEndpoint endpoint)
    {
        lock (_lock)
        {
            return _silent.Contains(endpoint.Name);
        }
    }

    private bool IsReached(SendingEndpoint endpoint)
    {
        lock (_lock)
        {
            return !_unreached.Contains(endpoint.Name);
        }
    }

    private async Task<(SendOutcome Outcome, string Words)> OfferAsync(SendingEndpoint endpoint, OutboxEntry entry, TimeSpan limit)
    {
        SignedAttempt attempt = entry.Attempts[^1];
        int? before = _holders.OnItsWay(endpoint.Name, entry, IsReached(endpoint));

        // Off the caller's thread, so that a way that blocks holds up no other.
        await Task.Yield();
        (SendOutcome outcome, string words) = (SendOutcome.Unknown, $"{endpoint.Name} has not answered within {limit.TotalSeconds:0.#} s");
        bool neverArrived = false;
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        try
        {
            Task<Hash32> answer = new ChainReader(endpoint.Rpc).SendRawTransactionAsync(attempt.Raw, end.Token);
            Hash32 hash = await answer.WaitAsync(limit, _scope.Options.Clock, _stop.Token).ConfigureAwait(false);
            (outcome, words) = hash == attempt.Hash
                ? (SendOutcome.Taken, "")
                : (SendOutcome.Unknown, $"{endpoint.Name} names {hash} for the transaction {attempt.Hash}");
        }
        catch (RpcException error)
        {
            (outcome, words, neverArrived) = (SendFault.Sort(error), error.Message, error.IsUnreachable);
        }
        catch (Exception error) when (error is not TimeoutException)
        {
            words = $"{endpoint.Name}: {error.GetType().Name}: {error.Message}";
        }
        catch (TimeoutException)
        {
            await end.CancelAsync().ConfigureAwait(false);
        }

        if (!_stop.IsCancellationRequested)
        {
            _holders.Answered(endpoint.Name, entry, outcome, neverArrived, before);
            Note(endpoint, outcome, words, neverArrived);
        }

        return (outcome, words);
    }

    private void Note(SendingEndpoint endpoint, SendOutcome outcome, string words, bool neverArrived)
    {
        bool isSilent = outcome == SendOutcome.Unknown;
        bool all;
        lock (_lock)
        {
            _ = isSilent ? _silent.Add(endpoint.Name) : _silent.Remove(endpoint.Name);
            _ = neverArrived ? _unreached.Add(endpoint.Name) : _unreached.Remove(endpoint.Name);
            all = _silent.Count >= _public.Length + _private.Length;
        }

        _scope.Metrics.Offered(outcome switch
        {
            SendOutcome.Taken => words.Length == 0 ? "taken" : "known",
            SendOutcome.Unknown => "unanswered",
            _ => "refused",
        });
        if (isSilent)
        {
            _scope.Dangers.Raise(
                SilentCode,
                all ? DangerSeverity.Page : DangerSeverity.Warn,
                endpoint.Name,
                words,
                all ? "no transaction can be sent: mend the endpoint or name another under Sending:Endpoints" : "mend the endpoint; the others take transactions meanwhile");
        }
        else
        {
            _scope.Dangers.Clear(SilentCode, endpoint.Name);
        }
    }
}
