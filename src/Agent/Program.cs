using System.CommandLine;
using Gavel.Agent.Commands;

RootCommand root = new("Gavel: an honest fault-dispute agent for OP Stack chains")
{
    RunCommand.Create(),
    DemoCommand.Create(),
    DevnetCommand.Create(),
    CannonCommand.Create(),
    SolveCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
