using System.Reflection;
using System.Text.Json;
using Gavel.Contracts.Messages;
using Gavel.Ethereum;
using Gavel.TestKit;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace Gavel.Contracts.Tests;

/// <summary>
/// The typed messages are what the contracts declare: of the npm package by its compiler's own selectors, of every later generation by its interface
/// (<c>interfaces.json</c>: functions that we call with what they return, all errors and events).
/// </summary>
public sealed class InterfaceTests
{
    private static readonly JsonElement Interfaces = JsonDocument.Parse(
        File.ReadAllBytes(Checkout.PathOf("tests", "Contracts.Tests", "interfaces.json"))).RootElement;

    /// <summary>Each function that returns something, with the answer that its message's documentation names.</summary>
    private static readonly Dictionary<Type, Type> Answers = new()
    {
        [typeof(VersionFunction)] = typeof(TextAnswer),
        [typeof(GameTypeFunction)] = typeof(UInt32Answer),
        [typeof(RootClaimFunction)] = typeof(WordAnswer),
        [typeof(L1HeadFunction)] = typeof(WordAnswer),
        [typeof(L2BlockNumberFunction)] = typeof(NumberAnswer),
        [typeof(GameCreatorFunction)] = typeof(AddressAnswer),
        [typeof(GameDataFunction)] = typeof(GameDataAnswer),
        [typeof(CreatedAtFunction)] = typeof(UInt64Answer),
        [typeof(ResolvedAtFunction)] = typeof(UInt64Answer),
        [typeof(StatusFunction)] = typeof(ByteAnswer),
        [typeof(StartingOutputRootFunction)] = typeof(StartingOutputRootAnswer),
        [typeof(AbsolutePrestateFunction)] = typeof(WordAnswer),
        [typeof(MaxGameDepthFunction)] = typeof(CountAnswer),
        [typeof(SplitDepthFunction)] = typeof(CountAnswer),
        [typeof(MaxClockDurationFunction)] = typeof(UInt64Answer),
        [typeof(ClockExtensionFunction)] = typeof(UInt64Answer),
        [typeof(VmFunction)] = typeof(AddressAnswer),
        [typeof(OracleFunction)] = typeof(AddressAnswer),
        [typeof(WethFunction)] = typeof(AddressAnswer),
        [typeof(AnchorStateRegistryFunction)] = typeof(AddressAnswer),
        [typeof(L2ChainIdFunction)] = typeof(CountAnswer),
        [typeof(ProposerFunction)] = typeof(AddressAnswer),
        [typeof(ChallengerFunction)] = typeof(AddressAnswer),
        [typeof(ClaimDataLenFunction)] = typeof(CountAnswer),
        [typeof(ClaimDataFunction)] = typeof(ClaimDataAnswer),
        [typeof(ClaimsFunction)] = typeof(FlagAnswer),
        [typeof(GetRequiredBondFunction)] = typeof(NumberAnswer),
        [typeof(ResolvedSubgamesFunction)] = typeof(FlagAnswer),
        [typeof(L2BlockNumberChallengerFunction)] = typeof(AddressAnswer),
        [typeof(CreditFunction)] = typeof(NumberAnswer),
        [typeof(BondDistributionModeFunction)] = typeof(ByteAnswer),
        [typeof(HasUnlockedCreditFunction)] = typeof(FlagAnswer),
        [typeof(RefundModeCreditFunction)] = typeof(NumberAnswer),
        [typeof(GameCountFunction)] = typeof(CountAnswer),
        [typeof(GameAtIndexFunction)] = typeof(GameAtIndexAnswer),
        [typeof(GameImplsFunction)] = typeof(AddressAnswer),
        [typeof(InitBondsFunction)] = typeof(NumberAnswer),
        [typeof(GamesFunction)] = typeof(GamesAnswer),
        [typeof(DisputeGameFactoryFunction)] = typeof(AddressAnswer),
        [typeof(OptimismPortalFunction)] = typeof(AddressAnswer),
        [typeof(IsGameFinalizedFunction)] = typeof(FlagAnswer),
        [typeof(IsGameProperFunction)] = typeof(FlagAnswer),
        [typeof(IsGameRegisteredFunction)] = typeof(FlagAnswer),
        [typeof(IsGameRespectedFunction)] = typeof(FlagAnswer),
        [typeof(IsGameBlacklistedFunction)] = typeof(FlagAnswer),
        [typeof(IsGameRetiredFunction)] = typeof(FlagAnswer),
        [typeof(DisputeGameBlacklistFunction)] = typeof(FlagAnswer),
        [typeof(RespectedGameTypeUpdatedAtFunction)] = typeof(UInt64Answer),
        [typeof(ConfigFunction)] = typeof(AddressAnswer),
        [typeof(SystemConfigFunction)] = typeof(AddressAnswer),
        [typeof(PausedFunction)] = typeof(FlagAnswer),
        [typeof(DelayFunction)] = typeof(CountAnswer),
        [typeof(WithdrawalsFunction)] = typeof(WithdrawalsAnswer),
        [typeof(PreimagePartOkFunction)] = typeof(FlagAnswer),
        [typeof(MinProposalSizeFunction)] = typeof(CountAnswer),
        [typeof(ChallengePeriodFunction)] = typeof(CountAnswer),
        [typeof(DisputeGameFinalityDelaySecondsFunction)] = typeof(CountAnswer),
        [typeof(SuperchainConfigFunction)] = typeof(AddressAnswer),
        [typeof(RespectedGameTypeFunction)] = typeof(UInt32Answer),
        [typeof(PortalFunction)] = typeof(AddressAnswer),
        [typeof(RetirementTimestampFunction)] = typeof(UInt64Answer),
        [typeof(GameArgsFunction)] = typeof(BytesAnswer),
        [typeof(L2SequenceNumberFunction)] = typeof(NumberAnswer),
        [typeof(StartingBlockNumberFunction)] = typeof(NumberAnswer),
        [typeof(ParentIndexFunction)] = typeof(UInt32Answer),
        [typeof(RootClaimByChainIdFunction)] = typeof(WordAnswer),
        [typeof(StartingProposalFunction)] = typeof(StartingProposalAnswer),
        [typeof(GetAnchorRootFunction)] = typeof(AnchorRootAnswer),
    };

    public static IEnumerable<Type> Messages => typeof(VersionFunction).Assembly.GetTypes().Where(static type => type.IsSubclassOf(typeof(FunctionMessage)));

    [Fact]
    public void Functions_AreThoseOfTheContracts_WithTheirAnswers()
    {
        Assert.All(Messages, message =>
        {
            string signature = SignatureOf(message);
            string[] declared = [.. Interfaces.EnumerateObject()
                .Select(contract => contract.Value.GetProperty("functions").TryGetProperty(signature, out JsonElement returns) ? returns.GetString()! : null)
                .OfType<string>().Distinct()];
            Assert.True(declared.Length > 0, $"no contract declares {signature}");
            if (Answers.TryGetValue(message, out Type? answer))
            {
                Assert.Equal([$"({string.Join(',', Types(answer))})"], declared);
            }
            else
            {
                // What changes state is not read back; create() gives the game and resolve() the status, which events tell.
                Assert.All(declared, static returns => Assert.True(returns is "()" or "(address)" or "(uint8)", returns));
            }
        });
    }

    /// <summary>The compiler's own selectors, which owe nothing to any library of ours.</summary>
    [Theory]
    [InlineData("FaultDisputeGame")]
    [InlineData("PermissionedDisputeGame")]
    [InlineData("DisputeGameFactory")]
    [InlineData("DelayedWETH")]
    [InlineData("PreimageOracle")]
    [InlineData("MIPS")]
    [InlineData("SystemConfig")]
    public void Selectors_AreThoseOfTheCompiler(string contract)
    {
        using JsonDocument artifact = JsonDocument.Parse(File.ReadAllBytes(Checkout.PathOf(
            "devnet", "node_modules", "@eth-optimism", "contracts-bedrock", "forge-artifacts", $"{contract}.sol", $"{contract}.json")));
        JsonElement identifiers = artifact.RootElement.GetProperty("methodIdentifiers");
        int known = 0;
        foreach (Type message in Messages)
        {
            if (identifiers.TryGetProperty(SignatureOf(message), out JsonElement selector))
            {
                known++;
                Assert.Equal($"0x{selector.GetString()}", Hex.Encode(Call(nameof(EncodeOf), message)));
            }
        }

        Assert.True(known > 0, $"we call nothing of {contract}");
    }

    [Fact]
    public void Errors_AreAllThatAnyGenerationDeclares()
    {
        HashSet<(string, Selector)> known = [.. DisputeErrors.All.Select(static error => (error.Signature, error.Selector))];
        string[] declared = [.. Interfaces.EnumerateObject().SelectMany(static contract => contract.Value.GetProperty("errors").EnumerateArray())
            .Select(static error => error.GetString()!).Distinct()];
        Assert.True(declared.Length > 100, $"{declared.Length} errors");
        Assert.All(declared, signature => Assert.Contains((signature, Selector.Of(signature)), known));
    }

    [Fact]
    public void Events_AreThoseOfTheContracts()
    {
        string[] declared = [.. Interfaces.EnumerateObject().SelectMany(static contract => contract.Value.GetProperty("events").EnumerateArray())
            .Select(static e => e.GetString()!).Distinct()];
        Type[] events = [.. typeof(MoveEvent).Assembly.GetTypes().Where(static type => type.IsAssignableTo(typeof(IEventDTO)))];
        Assert.Equal(3, events.Length);
        Assert.All(events, type =>
        {
            string name = type.GetCustomAttribute<EventAttribute>()!.Name;
            string arguments = string.Join(',', Parameters(type).Select(static p => p.Type + (p.Parameter.Indexed ? " indexed" : "")));
            Assert.Contains($"{name}({arguments})", declared);
        });
    }

    internal static IEnumerable<ParameterAttribute> Parameters(Type type) => type.GetProperties()
        .Select(static property => property.GetCustomAttribute<ParameterAttribute>()).OfType<ParameterAttribute>().OrderBy(static p => p.Order);

    private static IEnumerable<string> Types(Type type) => Parameters(type).Select(static p => p.Type);

    private static string SignatureOf(Type message) => (string)typeof(StrictAbi).GetMethod(nameof(StrictAbi.SignatureOf))!.MakeGenericMethod(message).Invoke(null, null)!;

    private static byte[] Call(string method, Type message) =>
        (byte[])typeof(InterfaceTests).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(message).Invoke(null, null)!;

    private static byte[] EncodeOf<TMessage>()
        where TMessage : FunctionMessage, new()
    {
        byte[] selector = new byte[Selector.Size];
        StrictAbi.SelectorOf<TMessage>().CopyTo(selector);
        return selector;
    }
}
