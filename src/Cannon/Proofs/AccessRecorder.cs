namespace Gavel.Cannon;

/// <summary>Takes the memory proofs of a step into their slots at the moment of each access.</summary>
internal sealed class AccessRecorder(VmState state, byte[] proofData, int firstSlot) : IAccessTrace
{
    private int _next = firstSlot;

    public void OnAccess(ulong address)
    {
        byte[] proof = state.Memory.Proof(address);
        if (_next + proof.Length > proofData.Length)
        {
            throw new InvalidOperationException($"step {state.Step} accesses more words than a proof has slots");
        }

        proof.CopyTo(proofData, _next);
        _next += proof.Length;
    }
}
