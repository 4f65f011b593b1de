using System.CommandLine;
using Gavel.Agent.Commands;
using Gavel.Agent.Operating;

RootCommand root = new("Gavel: an honest fault-dispute agent for OP Stack chains")
{
    RunCommand.Create(),
    DemoCommand.Create(),
    GamesCommand.Create(),
    ClaimsCommand.Create(),
    CreditsCommand.Create(),
    ExplainCommand.Create(),
    MoveCommand.Create(),
    ResolveCommand.Create(),
    CreateGameCommand.Create(),
    DevnetCommand.Create(),
    CannonCommand.Create(),
    SolveCommand.Create(),
};
ParseResult parsed = root.Parse(args);
int code = await parsed.InvokeAsync();

// A command line that cannot be read is bad usage, whatever the parser itself ends with.
return parsed.Errors.Count > 0 ? ExitCodes.BadInput : code;
