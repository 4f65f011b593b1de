namespace Gavel.Rollup;

/// <summary>Writes down what each node has said about a game.</summary>
internal static class Testimonies
{
    public static IReadOnlyList<Testimony> Of(Weighing weighing, TrustedNodes nodes, IReadOnlyDictionary<RollupWatch, Objection> objections)
    {
        List<Testimony> all = [];
        ulong block = weighing.CappedBlock ?? weighing.Facts.Block;
        foreach (RollupWatch watch in nodes.Rollup)
        {
            if (objections.TryGetValue(watch, out Objection? objection))
            {
                string question = objection.Kind switch
                {
                    ObjectionKind.OtherAnchor => Questions.Anchor,
                    ObjectionKind.AgainstDecision or ObjectionKind.Undeclared => Questions.Decision,
                    _ => Questions.Identity,
                };
                all.Add(By(watch.Label, question) with { Problem = objection.Problem });
            }

            Kept<SyncStatus> status = watch.Status;
            all.Add(By(watch.Label, Questions.Status) with
            {
                L1 = status.Value?.CurrentL1,
                L2 = status.Value?.LocalSafeL2,
                At = status.HasValue ? status.At : null,
                Problem = watch.SilentSince is null && status.HasValue ? null : status.Trouble ?? "no answer yet",
            });
            if (weighing.L1Head is { } head)
            {
                Kept<SafeHeadAtL1> record = watch.Record(head.Number);
                if (record.HasValue || record.Error is not null)
                {
                    all.Add(By(watch.Label, Questions.Record) with
                    {
                        L1 = record.Value?.L1Block,
                        L2 = record.Value?.SafeHead,
                        At = record.HasValue ? record.At : null,
                        Problem = record.HasValue ? null : record.Trouble,
                    });
                }

                foreach (SafeHeadSighting? sighting in new[] { watch.Before(head.Number), watch.After(head.Number) })
                {
                    if (sighting is { } seen)
                    {
                        all.Add(By(watch.Label, Questions.Log) with { L1 = seen.CurrentL1, L2 = seen.SafeL2, At = seen.At });
                    }
                }
            }

            Kept<ToldOutput> told = watch.Output(block);
            if (told.HasValue || told.Error is not null)
            {
                all.Add(By(watch.Label, Questions.Output) with
                {
                    L2 = told.Value?.Block,
                    Root = told.Value?.OutputRoot,
                    At = told.HasValue ? told.At : null,
                    Problem = told.HasValue ? null : told.Trouble,
                });
            }
        }

        foreach (ExecutionWatch watch in nodes.Execution)
        {
            Kept<VerifiedOutput> rebuilt = watch.Output(block);
            string? objection = watch.ObjectionTo(weighing.Facts.L2ChainId)?.Problem;
            if (rebuilt.HasValue || rebuilt.Error is not null || objection is not null)
            {
                all.Add(By(watch.Label, objection is null ? Questions.Rebuilt : Questions.Identity) with
                {
                    L2 = rebuilt.Value?.Block,
                    Root = rebuilt.Value?.OutputRoot,
                    At = rebuilt.HasValue ? rebuilt.At : null,
                    Problem = objection ?? (rebuilt.HasValue ? null : rebuilt.Trouble),
                });
            }
        }

        foreach (RunFinding finding in weighing.Runs.Standing)
        {
            all.Add(By(NodeLabel.OwnRun, Questions.OwnRun) with
            {
                L1 = weighing.L1Head,
                L2 = finding.Run.To.Block,
                Root = finding.Arrived == true ? finding.Run.To.OutputRoot : null,
                At = finding.At,
                Problem = finding.Arrived == true ? null : finding.Progress,
            });
        }

        return all;
    }

    private static Testimony By(NodeLabel node, string question) => new() { Node = node.Name, Group = node.Group, Question = question };
}
