namespace Gavel.Cannon.OnChain.Tests;

/// <summary>Steps that our VM has taken, to be put before the contract.</summary>
internal sealed class StepTranscript
{
    private readonly List<(string Name, uint Instruction, byte[] Witness, byte[] Proof, Hash32? Post)> _steps = [];

    public int Count => _steps.Count;

    /// <summary>Takes one step with its proof; where the VM faults, the contract must revert.</summary>
    /// <returns>False if the VM faulted.</returns>
    public bool Take(string name, uint instruction, Vm vm)
    {
        byte[] witness = vm.State.EncodeWitness();
        // For a step that faults: what the proof would be, whose memory slot nobody gets to read.
        byte[] proof = new byte[2 * vm.State.Version.MemoryProofSize];
        vm.State.Memory.Proof(vm.State.ActiveThread!.Pc).CopyTo(proof, 0);
        try
        {
            StepProof step = vm.Prove();
            _steps.Add((name, instruction, witness, step.ProofData, step.Post));
            return true;
        }
        catch (VmFaultException)
        {
            _steps.Add((name, instruction, witness, proof, null));
            return false;
        }
    }

    /// <summary>Executes all steps on the contract.</summary>
    /// <returns>The steps on which the contract gives another state.</returns>
    public async Task<List<(string Name, uint Instruction, Hash32? Ours, Hash32? Contract)>> DifferencesAsync(MipsContract contract)
    {
        Hash32?[] results = await contract.StepAsync([.. _steps.Select(step => (step.Witness, step.Proof))]);
        return
        [
            .. _steps.Zip(results)
                .Where(pair => pair.First.Post != pair.Second)
                .Select(pair => (pair.First.Name, pair.First.Instruction, pair.First.Post, pair.Second)),
        ];
    }
}
