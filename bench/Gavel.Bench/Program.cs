using Gavel.Bench;

// Each subject prints its own figures, as ratios to something it names and measures in the same run.
Dictionary<string, Action> subjects = new()
{
    ["solver"] = SolverBench.Run,
    ["keccak"] = KeccakBench.Run,
    ["signing"] = SigningBench.Run,
    ["vm"] = VmBench.Run,
    ["vm-cliffs"] = VmCliffs.Run,
    ["abi"] = AbiBench.Run,
    ["first-scan"] = FirstScanBench.Run,
    ["cycle"] = CycleBench.Run,
};

string[] chosen = args.Length == 0 ? [.. subjects.Keys] : args;
foreach (string name in chosen)
{
    if (!subjects.TryGetValue(name, out Action? run))
    {
        Console.Error.WriteLine($"no benchmark is called \"{name}\"; there are: {string.Join(", ", subjects.Keys)}");
        return 2;
    }

    Console.WriteLine($"== {name}");
    run();
}

return 0;
