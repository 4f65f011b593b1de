using System.CommandLine;
using Gavel.Agent;
using Gavel.Agent.Commands;

RootCommand root = new("Gavel: an honest fault-dispute agent for OP Stack chains")
{
    RunCommand.Create(),
    DemoCommand.Create(),
    GamesCommand.Create(),
    ClaimsCommand.Create(),
    CreditsCommand.Create(),
    ExplainCommand.Create(),
    DecideCommand.Create(),
    MoveCommand.Create(),
    ResolveCommand.Create(),
    CreateGameCommand.Create(),
    DevnetCommand.Create(),
    CannonCommand.Create(),
    SolveCommand.Create(),
    CheckCommand.Create(),
};
return await UsageErrors.InvokeAsync(root, CannonCommand.Arguments(Environment.ProcessPath, args));
