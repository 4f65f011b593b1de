namespace Gavel.Ethereum;

/// <summary>
/// One question to several endpoints: the first is asked; when it fails, or keeps silent for longer than its patience, the next is asked too;
/// the first good answer counts, and the others are cancelled (which costs them the time that they took). Whoever needs many round trips is
/// silent only where none of them brings an answer. Requests that an endpoint answers with an error go on to the next alone.
/// </summary>
internal sealed class Race(EndpointSlot[] slots, TimeProvider time)
{
    // How many times its patience an endpoint is waited for once another has answered with an error.
    private const int PatienceForSecondWords = 3;

    /// <summary>Gives each request its reply, and the endpoint that answered first.</summary>
    /// <exception cref="RpcException">No endpoint gave a usable answer to anything.</exception>
    public async Task<(RpcReply[] Replies, EndpointSlot From)> RunAsync(IReadOnlyList<RpcRequest> requests, CancellationToken cancellationToken)
    {
        List<EndpointSlot> order =
        [
            .. slots.Select((slot, place) => (slot, place, Rank: slot.Rank(requests))).Where(s => s.Rank is not null)
                .OrderBy(s => s.Rank).ThenBy(s => s.place).Select(s => s.slot),
        ];
        if (order.Count == 0)
        {
            throw new RpcException(
                RpcErrorKind.Network, $"no endpoint is of the right chain: {string.Join("; ", slots.Select(s => $"{s}: {s.Objection}"))}");
        }

        return await RunAsync(requests, order, isSecond: false, cancellationToken).ConfigureAwait(false);
    }

    private async Task<(RpcReply[] Replies, EndpointSlot From)> RunAsync(
        IReadOnlyList<RpcRequest> requests, List<EndpointSlot> order, bool isSecond, CancellationToken cancellationToken)
    {
        CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Dictionary<Task<RpcReply[]>, (EndpointSlot Slot, Ask Ask)> running = [];
        List<(EndpointSlot Slot, RpcReply[] Replies)> erring = [];
        List<RpcException> failures = [];
        int next = 0;
        Start();
        try
        {
            while (running.Count > 0)
            {
                // Once an answer is there, if only of errors, those that keep silent are not waited for to the end.
                TimeSpan? patience = next < order.Count ? order[next - 1].Endpoint.State.Patience(requests.Count)
                    : erring.Count > 0 || isSecond ? Longest(running.Values.Select(r => r.Slot), requests.Count)
                    : null;
                TimeSpan? left = patience - running.Values.Min(r => r.Ask.SinceAnswer);
                Task silence = left is { } rest ? Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, time, over.Token) : Task.Delay(Timeout.Infinite, over.Token);
                Task first = left <= TimeSpan.Zero ? silence : await Task.WhenAny([.. running.Keys, silence]).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                if (first == silence)
                {
                    if (running.Values.Min(r => r.Ask.SinceAnswer) < patience)
                    {
                        continue; // one of them has gone on meanwhile
                    }

                    if (next == order.Count)
                    {
                        break;
                    }

                    Start();
                    continue;
                }

                Task<RpcReply[]> done = (Task<RpcReply[]>)first;
                running.Remove(done, out (EndpointSlot Slot, Ask Ask) asked);
                EndpointSlot slot = asked.Slot;
                try
                {
                    RpcReply[] replies = await done.ConfigureAwait(false);
                    if (replies.Where((r, i) => RpcMethods.IsSettled(requests[i], r)).Any())
                    {
                        await over.CancelAsync().ConfigureAwait(false);
                        foreach ((EndpointSlot outdone, RpcReply[] errors) in erring)
                        {
                            Outdo(outdone, requests, errors, replies);
                        }

                        EndpointSlot[] others = [.. order.Except(erring.Select(e => e.Slot)).Where(s => s != slot)];
                        return (await SettleAsync(requests, replies, slot, others, cancellationToken).ConfigureAwait(false), slot);
                    }

                    erring.Add((slot, replies));
                }
                catch (RpcException e)
                {
                    failures.Add(e);
                }

                if (next < order.Count)
                {
                    Start();
                }
            }
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await EndAsync([.. running.Keys], over).ConfigureAwait(false);
        }

        if (erring.Count == 0 && failures.Count == 0)
        {
            throw new RpcException(RpcErrorKind.Timeout, $"no answer to {requests[0].Method} from {string.Join(", ", order)} in time");
        }

        if (erring.Count == 0)
        {
            throw failures[0].AfterFailover(failures, isCapability: false);
        }

        return (Outcome(requests, erring, failures), erring[0].Slot);

        void Start()
        {
            EndpointSlot slot = order[next++];
            Ask ask = new(time) { IsAlone = slots.Length == 1, IsSecondWord = isSecond };
            running.Add(slot.AskAsync(requests, ask, over.Token), (slot, ask));
        }
    }

    private static TimeSpan Longest(IEnumerable<EndpointSlot> asked, int requests) =>
        PatienceForSecondWords * asked.Max(slot => slot.Endpoint.State.Patience(requests));

    // What one endpoint could not settle, while it settled the rest, is asked of the others: no reason to think ill of it. Sick ones are left
    // to their probes, and those that keep silent are not waited for: there is an answer already, if only an error.
    private async Task<RpcReply[]> SettleAsync(
        IReadOnlyList<RpcRequest> requests, RpcReply[] replies, EndpointSlot from, EndpointSlot[] others, CancellationToken cancellationToken)
    {
        int[] open = [.. Enumerable.Range(0, replies.Length).Where(i => !RpcMethods.IsSettled(requests[i], replies[i]))];
        others = [.. others.Where(other => other.Endpoint.State.SickSince is null)];
        if (open.Length == 0 || others.Length == 0)
        {
            return Final(requests, replies, open);
        }

        RpcReply[] second;
        try
        {
            (second, _) = await RunAsync(Array.ConvertAll(open, i => requests[i]), [.. others], isSecond: true, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException)
        {
            return Final(requests, replies, open);
        }

        for (int i = 0; i < open.Length; i++)
        {
            RpcReply mine = replies[open[i]];
            if (RpcMethods.IsSettled(requests[open[i]], second[i]))
            {
                if (mine.Error is { } error && Capabilities.MayBeRefusal(requests[open[i]], error))
                {
                    from.Capabilities.Refused(requests[open[i]], error);
                }

                replies[open[i]] = second[i];
            }
            else if (mine.Error is { } first && second[i].Error is { } other)
            {
                replies[open[i]] = new RpcReply(first.AfterFailover([first, other], Capabilities.MayBeRefusal(requests[open[i]], first)));
            }
        }

        return replies;
    }

    private static RpcReply[] Final(IReadOnlyList<RpcRequest> requests, RpcReply[] replies, int[] open)
    {
        foreach (int i in open)
        {
            if (replies[i].Error is { } error && Capabilities.MayBeRefusal(requests[i], error))
            {
                replies[i] = new RpcReply(error.AfterFailover([error], isCapability: true));
            }
        }

        return replies;
    }

    // Nobody settled anything: each request's outcome is the first endpoint's error, with the words of all. Their saying so costs nobody health.
    private static RpcReply[] Outcome(IReadOnlyList<RpcRequest> requests, List<(EndpointSlot Slot, RpcReply[] Replies)> erring, List<RpcException> failures)
    {
        RpcReply[] outcome = new RpcReply[requests.Count];
        for (int i = 0; i < outcome.Length; i++)
        {
            RpcException[] errors = [.. erring.Select(e => e.Replies[i].Error).OfType<RpcException>()];
            if (errors.Length < erring.Count)
            {
                outcome[i] = erring.First(e => e.Replies[i].Error is null).Replies[i]; // null: nobody has it
                continue;
            }

            RpcException first = Array.Find(errors, e => e.Kind == RpcErrorKind.NodeError) ?? errors[0];
            outcome[i] = new RpcReply(first.AfterFailover([.. errors, .. failures], Capabilities.MayBeRefusal(requests[i], first)));
        }

        return outcome;
    }

    private static void Outdo(EndpointSlot outdone, IReadOnlyList<RpcRequest> requests, RpcReply[] errors, RpcReply[] replies)
    {
        for (int i = 0; i < errors.Length; i++)
        {
            // A refusal of a transaction is about the transaction, and what another server thinks of it does not make it less so.
            if (errors[i].Error is { } error && RpcMethods.IsSettled(requests[i], replies[i]) && !RpcMethods.IsSend(requests[i].Method))
            {
                outdone.Outdone(requests[i], error);
                return;
            }
        }
    }

    // The losers end by themselves now. A moment is given to them, so that the next question knows already who was slow; no more, since a
    // stuck connection may take its time.
    private static async Task EndAsync(Task[] losers, CancellationTokenSource over)
    {
        Task ended = Task.WhenAll(losers).ContinueWith(
            all =>
            {
                _ = all.Exception; // losers fail; that is known
                over.Dispose();
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (!ended.IsCompleted)
        {
            await Task.WhenAny(ended, Task.Delay(50)).ConfigureAwait(false);
        }
    }
}
