using System.CommandLine;

var root = new RootCommand("Gavel: an honest fault-dispute agent for OP Stack chains");
return await root.Parse(args).InvokeAsync();
