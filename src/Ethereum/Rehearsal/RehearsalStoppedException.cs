namespace Gavel.Ethereum;

/// <summary>A rehearsal cannot go on: a bound was reached, or something is not to be had. It unwinds the machine; no frame may swallow it.</summary>
internal sealed class RehearsalStoppedException(string reason, Exception? inner = null) : Exception(reason, inner);

/// <summary>The machine halts the frame, with all its gas, as the rules demand.</summary>
internal sealed class HaltException(string what) : Exception(what);
