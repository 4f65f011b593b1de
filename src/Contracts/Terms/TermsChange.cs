using System.Globalization;

namespace Gavel.Contracts;

/// <summary>What kind of change of a chain's terms it is.</summary>
public enum TermsChangeKind
{
    /// <summary>A factory offers a type that it did not.</summary>
    TypeAdded,

    /// <summary>A factory offers a type no more.</summary>
    TypeRemoved,

    /// <summary>Games of a type are created otherwise than before.</summary>
    TypeChanged,

    /// <summary>Withdrawals rest on another type.</summary>
    RespectedTypeChanged,

    /// <summary>The <c>SystemConfig</c> names another factory.</summary>
    FactoryChanged,
}

/// <summary>One change of by what a chain's games are made, in words, and what an operator needs before the first game made so.</summary>
/// <param name="Kind">What kind of change.</param>
/// <param name="Factory">The factory that it is of; null for a change of the chain as a whole.</param>
/// <param name="GameType">The type that it is of; null where it is of none.</param>
/// <param name="Words">What is now, and what was before.</param>
/// <param name="Needs">What is needed; empty where nothing is.</param>
public sealed record TermsChange(TermsChangeKind Kind, Address? Factory, uint? GameType, string Words, IReadOnlyList<string> Needs)
{
    /// <summary>What has changed from one reading to another. A factory or type that was not asked for before has not changed.</summary>
    public static IReadOnlyList<TermsChange> Between(ChainTerms before, ChainTerms after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        List<TermsChange> changes = [];
        if (before.LiveFactory is { } old && after.LiveFactory is { } live && old != live)
        {
            changes.Add(new TermsChange(
                TermsChangeKind.FactoryChanged,
                live,
                null,
                $"the SystemConfig names factory {live}, before {old}: new games come from there; those of the old one go on and are defended",
                [$"{old} in DrainingFactories, so that it is known too where the data directory is lost"]));
        }

        foreach (FactoryTerms now in after.Factories)
        {
            if (before.Factories.FirstOrDefault(known => known.Factory == now.Factory) is { } then)
            {
                changes.AddRange(now.Asked.Intersect(then.Asked).Order().Select(type => OfType(now.Factory, type, Find(then, type), Find(now, type))).OfType<TermsChange>());
            }
        }

        if (before.RespectedGameType is uint was && after.RespectedGameType is uint respected && was != respected)
        {
            changes.Add(Respected(was, respected, after));
        }

        return changes;
    }

    /// <summary>A type's terms in words, without the type's number.</summary>
    public static string WordsOf(TypeTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        string prestate = terms.AbsolutePrestate is { } hash ? $", absolute prestate {hash}{(PlaceholderPrestate.Is(hash) ? " (a placeholder)" : "")}" : "";
        string vm = terms.Vm is { } address ? $", VM {address}{VersionOf(terms.VmVersion)}" : "";
        return $"implementation {terms.Implementation}{VersionOf(terms.Version)}{prestate}{vm}, init bond {Ether.Format(terms.InitBond)} ETH";
    }

    private static TypeTerms? Find(FactoryTerms factory, uint type) => factory.Types.FirstOrDefault(terms => terms.GameType == type);

    private static TermsChange? OfType(Address factory, uint type, TypeTerms? before, TypeTerms? after) => (before, after) switch
    {
        (null, null) => null,
        (null, { } added) => new TermsChange(TermsChangeKind.TypeAdded, factory, type, $"games of it can be created now: {WordsOf(added)}", NeedsOf(before, added)),
        ({ } gone, null) => new TermsChange(
            TermsChangeKind.TypeRemoved, factory, type, $"no game of it can be created any more (it had {WordsOf(gone)}); those that exist go on", []),
        ({ } then, { } now) when then != now => new TermsChange(
            TermsChangeKind.TypeChanged, factory, type, string.Join("; ", Differences(then, now)), NeedsOf(then, now)),
        _ => null,
    };

    private static IEnumerable<string> Differences(TypeTerms before, TypeTerms after)
    {
        bool isOther = before.Implementation != after.Implementation;
        if (isOther)
        {
            yield return $"implementation {after.Implementation}{VersionOf(after.Version)}, before {before.Implementation}{VersionOf(before.Version)}";
        }

        if (before.AbsolutePrestate != after.AbsolutePrestate)
        {
            yield return $"absolute prestate {after.AbsolutePrestate?.ToString() ?? "none"}{(after.AbsolutePrestate is { } hash && PlaceholderPrestate.Is(hash) ? " (a placeholder)" : "")}, before {before.AbsolutePrestate?.ToString() ?? "none"}";
        }

        if (before.Vm != after.Vm || before.VmVersion != after.VmVersion)
        {
            yield return $"VM {after.Vm?.ToString() ?? "none"}{VersionOf(after.VmVersion)}, before {before.Vm?.ToString() ?? "none"}{VersionOf(before.VmVersion)}";
        }

        if (before.InitBond != after.InitBond)
        {
            yield return $"init bond {Ether.Format(after.InitBond)} ETH, before {Ether.Format(before.InitBond)} ETH";
        }

        // Beyond prestate and VM these are the registry, the bond store, the chain id and who may play.
        if (Rest(before) != Rest(after))
        {
            yield return $"arguments {after.Arguments}, before {before.Arguments}";
        }

        if (!isOther && (before.Version != after.Version || before.IsBisected != after.IsBisected))
        {
            yield return $"version{VersionOf(after.Version)}, before{VersionOf(before.Version)}";
        }
    }

    private static string Rest(TypeTerms terms)
    {
        const int PrestateAndVm = 2 + (2 * (Hash32.Size + Address.Size));
        return terms.IsBisected && terms.Arguments.Length >= PrestateAndVm ? terms.Arguments[PrestateAndVm..] : terms.Arguments;
    }

    private static string[] NeedsOf(TypeTerms? before, TypeTerms after)
    {
        List<string> needs = [];
        if (!after.IsBisected || !RuleSet.MayBePlayed(after.Version))
        {
            needs.Add($"a version of Gavel that plays such games{VersionOf(after.Version)}: this one does not");
            return [.. needs];
        }

        if (before?.Version != after.Version && !RuleSet.IsMeasured(after.Version))
        {
            needs.Add($"look for a newer version of Gavel: this one was not measured on version {after.Version} and plays it by what its functions show");
        }

        if (after.AbsolutePrestate is { } prestate && before?.AbsolutePrestate != prestate && !PlaceholderPrestate.Is(prestate))
        {
            needs.Add($"the file {prestate}.bin.gz (or .bin, .json.gz, .json) in a folder or at an address of Cannon:Prestates, and in Cannon:Server the program that it was built with");
        }

        return [.. needs];
    }

    private static TermsChange Respected(uint before, uint respected, ChainTerms after)
    {
        TypeTerms? terms = after.Factories.Select(factory => Find(factory, respected)).FirstOrDefault(found => found is not null);
        string words = string.Create(CultureInfo.InvariantCulture, $"withdrawals rest on games of type {respected} now, before on type {before}: {(terms is null ? "no factory offers it" : WordsOf(terms))}");
        return new TermsChange(TermsChangeKind.RespectedTypeChanged, null, respected, words, terms is null ? [] : NeedsOf(null, terms));
    }

    private static string VersionOf(string version) => version.Length == 0 ? "" : $" (version {version})";
}
