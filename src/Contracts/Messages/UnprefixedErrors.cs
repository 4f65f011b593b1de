using Nethereum.ABI.FunctionEncoding.Attributes;

namespace Gavel.Contracts.Messages;

// Errors of portals and registries before their names had prefixes (portal up to 3.x, registry up to 2.x), and of the oracle's assembly.

/// <summary><c>BadTarget()</c>.</summary>
[Error("BadTarget")]
public sealed class BadTargetError : IErrorDTO;

/// <summary><c>Blacklisted()</c>.</summary>
[Error("Blacklisted")]
public sealed class BlacklistedError : IErrorDTO;

/// <summary><c>CallPaused()</c>.</summary>
[Error("CallPaused")]
public sealed class CallPausedError : IErrorDTO;

/// <summary><c>GasEstimation()</c>.</summary>
[Error("GasEstimation")]
public sealed class GasEstimationError : IErrorDTO;

/// <summary><c>InvalidDisputeGame()</c>.</summary>
[Error("InvalidDisputeGame")]
public sealed class InvalidDisputeGameError : IErrorDTO;

/// <summary><c>InvalidGameStatus()</c>.</summary>
[Error("InvalidGameStatus")]
public sealed class InvalidGameStatusError : IErrorDTO;

/// <summary><c>InvalidGameType()</c>.</summary>
[Error("InvalidGameType")]
public sealed class InvalidGameTypeError : IErrorDTO;

/// <summary><c>InvalidMerkleProof()</c>.</summary>
[Error("InvalidMerkleProof")]
public sealed class InvalidMerkleProofError : IErrorDTO;

/// <summary><c>LargeCalldata()</c>.</summary>
[Error("LargeCalldata")]
public sealed class LargeCalldataError : IErrorDTO;

/// <summary><c>LegacyGame()</c>.</summary>
[Error("LegacyGame")]
public sealed class LegacyGameError : IErrorDTO;

/// <summary><c>NonReentrant()</c>.</summary>
[Error("NonReentrant")]
public sealed class NonReentrantError : IErrorDTO;

/// <summary><c>NotEnoughGas()</c>.</summary>
[Error("NotEnoughGas")]
public sealed class NotEnoughGasError : IErrorDTO;

/// <summary><c>NoValue()</c>.</summary>
[Error("NoValue")]
public sealed class NoValueError : IErrorDTO;

/// <summary><c>OnlyCustomGasToken()</c>.</summary>
[Error("OnlyCustomGasToken")]
public sealed class OnlyCustomGasTokenError : IErrorDTO;

/// <summary><c>ProposalNotValidated()</c>.</summary>
[Error("ProposalNotValidated")]
public sealed class ProposalNotValidatedError : IErrorDTO;

/// <summary><c>SmallGasLimit()</c>.</summary>
[Error("SmallGasLimit")]
public sealed class SmallGasLimitError : IErrorDTO;

/// <summary><c>TransferFailed()</c>.</summary>
[Error("TransferFailed")]
public sealed class TransferFailedError : IErrorDTO;

/// <summary><c>Unauthorized()</c>.</summary>
[Error("Unauthorized")]
public sealed class UnauthorizedError : IErrorDTO;

/// <summary><c>Unproven()</c>.</summary>
[Error("Unproven")]
public sealed class UnprovenError : IErrorDTO;

/// <summary><c>UnregisteredGame()</c>.</summary>
[Error("UnregisteredGame")]
public sealed class UnregisteredGameError : IErrorDTO;
