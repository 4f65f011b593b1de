namespace Gavel.Cannon;

/// <summary>A system call that the VM does not allow; becomes a <see cref="VmFaultException"/> with its place.</summary>
internal sealed class SyscallFaultException(string reason) : Exception(reason);
