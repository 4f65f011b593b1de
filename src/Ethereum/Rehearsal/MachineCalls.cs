using System.Numerics;
using Nethereum.EVM;
using Nethereum.EVM.BlockchainState;
using Nethereum.EVM.Gas;
using Nethereum.Hex.HexTypes;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.Util;

namespace Gavel.Ethereum;

/// <summary>Calls and creations: the rules of the yellow paper, EIP-150, 214, 684, 2929, 3541 and 3860, by which frames begin and end.</summary>
internal sealed class MachineCalls(ExecutionStateService state, RehearsalState reads, ExecutionBlock block, RehearsalBudget budget)
{
    /// <summary>The account of an owner that runs a contract's code in its own name (EIP-7702).</summary>
    public static bool IsDelegation(byte[] code) => code is [0xef, 0x01, 0x00, ..] && code.Length == 23;

    /// <summary>A new frame, not yet on the stack.</summary>
    public Frame Open(
        CallInput input, byte[] code, string codeAddress, bool isStatic, int depth, int snapshot, BigInteger gas,
        (int At, int Size) output = default, Address? created = null, string? origin = null)
    {
        budget.Frame(depth);
        ProgramContext context = new(
            input, state, origin ?? input.From, codeAddress, (long)block.Number, (long)block.Timestamp, block.Coinbase.ToString(), (long)block.BaseFee.ToBigInteger())
        {
            Difficulty = block.Random.ToUInt256().ToBigInteger(),
            GasLimit = block.GasLimit,
            IsStatic = isStatic,
            Depth = depth,
            EnforceGasSentry = true,
        };
        Program program = new(code, context) { GasRemaining = gas };
        return new Frame(program, depth)
        {
            Snapshot = snapshot,
            OutputAt = output.At,
            OutputSize = output.Size,
            Created = created,
        };
    }

    /// <summary>Begins an inner call.</summary>
    /// <returns>Its frame, or null where it is over already.</returns>
    public async ValueTask<Frame?> CallAsync(Frame frame, Instruction kind)
    {
        budget.Look();
        Program program = frame.Program;
        ProgramContext context = program.ProgramContext;
        BigInteger wanted = program.StackPopAndConvertToUBigInteger();
        Address target = new(program.StackPop().AsSpan(12));
        bool ownValue = kind is Instruction.CALL or Instruction.CALLCODE;
        BigInteger value = ownValue ? program.StackPopAndConvertToUBigInteger() : 0;
        byte[] input = Range(program, out _);
        Range(program, out (int At, int Size) output, read: false);
        if (kind == Instruction.CALL && context.IsStatic && value > 0)
        {
            throw new HaltException("a payment inside a static call");
        }

        program.ProgramResult.LastCallReturnData = [];
        BigInteger stipend = value > 0 ? GasConstants.CALL_STIPEND : 0;
        BigInteger gas = BigInteger.Min(wanted, program.GasRemaining - (program.GasRemaining / GasConstants.GAS_DIVISOR));
        if (value > 0 && await state.GetTotalBalanceAsync(context.AddressContract).ConfigureAwait(false) < value)
        {
            program.GasRemaining += stipend;
            return Answer(program, 0);
        }

        program.GasRemaining -= gas;
        int snapshot = state.TakeSnapshot();
        string codeAddress = target.ToString();
        string to = kind is Instruction.CALL or Instruction.STATICCALL ? codeAddress : context.AddressContract;
        if (kind == Instruction.CALL && value > 0)
        {
            state.UpsertInternalBalance(context.AddressContract, -value);
            state.UpsertInternalBalance(to, value);
        }

        if (BoundedPrecompiles.NumberOf(target, block) is { } number)
        {
            return Precompiled(program, number, input, gas + stipend, snapshot, output);
        }

        byte[] code = await state.GetCodeAsync(codeAddress).ConfigureAwait(false) ?? [];
        if (code.Length == 0)
        {
            state.CommitSnapshot(snapshot);
            program.GasRemaining += gas + stipend;
            return Answer(program, 1);
        }

        if (IsDelegation(code))
        {
            throw new RehearsalStoppedException($"it calls {target}, an account that delegates its code");
        }

        CallInput call = new()
        {
            From = kind == Instruction.DELEGATECALL ? context.AddressCaller : context.AddressContract,
            To = to,
            Value = new HexBigInteger(kind == Instruction.DELEGATECALL ? context.Value : value),
            Data = Hex.Encode(input),
            Gas = new HexBigInteger(gas),
            GasPrice = new HexBigInteger(context.GasPrice),
            ChainId = new HexBigInteger(context.ChainId),
        };
        bool isStatic = context.IsStatic || kind == Instruction.STATICCALL;
        return Open(call, code, codeAddress, isStatic, frame.Depth + 1, snapshot, gas + stipend, output, origin: context.AddressOrigin);
    }

    /// <summary>Begins a creation.</summary>
    /// <returns>Its frame, or null where it is over already.</returns>
    public async ValueTask<Frame?> CreateAsync(Frame frame, Instruction kind)
    {
        budget.Look();
        Program program = frame.Program;
        ProgramContext context = program.ProgramContext;
        if (context.IsStatic)
        {
            throw new HaltException("a creation inside a static call");
        }

        BigInteger value = program.StackPopAndConvertToUBigInteger();
        if (program.StackPeekAtAndConvertToUBigInteger(1) > GasConstants.MAX_INITCODE_SIZE)
        {
            throw new HaltException("initcode that is too long");
        }

        byte[] code = Range(program, out _);
        string creator = context.AddressContract;
        byte[]? salt = kind == Instruction.CREATE2 ? program.StackPop() : null;
        program.ProgramResult.LastCallReturnData = [];
        BigInteger nonce = await state.GetNonceAsync(creator).ConfigureAwait(false);
        if (await state.GetTotalBalanceAsync(creator).ConfigureAwait(false) < value || nonce >= ulong.MaxValue)
        {
            return Answer(program, 0);
        }

        Address created = Address.Parse(salt is null
            ? ContractUtils.CalculateContractAddress(creator, nonce)
            : ContractUtils.CalculateCreate2Address(creator, Hex.Encode(salt), Hex.Encode(code)));
        string to = created.ToString();
        state.SetNonce(creator, nonce + 1);
        state.MarkAddressAsWarm(to);
        BigInteger gas = program.GasRemaining - (program.GasRemaining / GasConstants.GAS_DIVISOR);
        program.GasRemaining -= gas;
        byte[] there = await state.GetCodeAsync(to).ConfigureAwait(false) ?? [];
        if (there.Length > 0 || await state.GetNonceAsync(to).ConfigureAwait(false) > 0)
        {
            return Answer(program, 0);
        }

        int snapshot = state.TakeSnapshot();
        reads.Created(created);
        await state.GetTotalBalanceAsync(to).ConfigureAwait(false);
        state.SetNonce(to, 1);
        state.UpsertInternalBalance(creator, -value);
        state.UpsertInternalBalance(to, value);
        CallInput input = new()
        {
            From = creator,
            To = to,
            Value = new HexBigInteger(value),
            Data = "0x",
            Gas = new HexBigInteger(gas),
            GasPrice = new HexBigInteger(context.GasPrice),
            ChainId = new HexBigInteger(context.ChainId),
        };
        return Open(input, code, to, isStatic: false, frame.Depth + 1, snapshot, gas, created: created, origin: context.AddressOrigin);
    }

    /// <summary>Gives the outcome of an ended frame to the one that called it.</summary>
    public void Close(Frame inner, Frame outer)
    {
        if (inner.Created is not null)
        {
            Deploy(inner);
        }

        Program program = outer.Program;
        ProgramResult result = inner.Program.ProgramResult;
        byte[] output = result.Result ?? [];
        if (result.IsRevert)
        {
            Undo(inner.Snapshot);
        }
        else
        {
            state.CommitSnapshot(inner.Snapshot);
            program.RefundCounter += inner.Program.RefundCounter;
            program.ProgramResult.Logs.AddRange(result.Logs);
        }

        program.GasRemaining += inner.Program.GasRemaining;
        if (inner.Created is { } created)
        {
            program.ProgramResult.LastCallReturnData = result.IsRevert ? output : [];
            program.StackPush(result.IsRevert ? 0 : new BigInteger(created.ToArray(), isUnsigned: true, isBigEndian: true));
            program.Step();
            return;
        }

        Give(program, output, (inner.OutputAt, inner.OutputSize));
        Answer(program, result.IsRevert ? 0 : 1);
    }

    private static Frame? Answer(Program program, int answer)
    {
        program.StackPush(new BigInteger(answer));
        program.Step();
        return null;
    }

    private static void Give(Program program, byte[] output, (int At, int Size) where)
    {
        program.ProgramResult.LastCallReturnData = output;
        program.WriteToMemory(where.At, Math.Min(where.Size, output.Length), output);
    }

    // Offset and length of a piece of memory from the stack. The gas for it has been paid, so both are small, or the length is 0.
    private static byte[] Range(Program program, out (int At, int Size) range, bool read = true)
    {
        BigInteger at = program.StackPopAndConvertToUBigInteger();
        BigInteger size = program.StackPopAndConvertToUBigInteger();
        range = size.IsZero ? default : ((int)at, (int)size);
        if (range.Size > 0)
        {
            program.ExpandMemory(range.At + range.Size);
        }

        return read && range.Size > 0 ? [.. program.Memory.GetRange(range.At, range.Size)] : [];
    }

    private Frame? Precompiled(Program program, int number, byte[] input, BigInteger gas, int snapshot, (int At, int Size) output)
    {
        budget.Frame(0);
        BigInteger cost = BoundedPrecompiles.Gas(number, input);
        if (cost <= gas && BoundedPrecompiles.Run(number, input) is { } result)
        {
            state.CommitSnapshot(snapshot);
            program.GasRemaining += gas - cost;
            Give(program, result, output);
            return Answer(program, 1);
        }

        Undo(snapshot);
        return Answer(program, 0);
    }

    // The code that a creation returns is paid for and put in place; what is wrong with it makes the creation fail with all its gas.
    private void Deploy(Frame frame)
    {
        Program program = frame.Program;
        if (program.ProgramResult.IsRevert)
        {
            return;
        }

        byte[] code = program.ProgramResult.Result ?? [];
        BigInteger deposit = (BigInteger)code.Length * GasConstants.CREATE_DATA_GAS;
        if (code.Length > GasConstants.MAX_CODE_SIZE || code is [0xef, ..] || program.GasRemaining < deposit)
        {
            frame.Halt("code that cannot be deployed");
            return;
        }

        program.GasRemaining -= deposit;
        budget.Code(code.Length);
        state.SaveCode(frame.Created!.Value.ToString(), code);
    }

    // The library leaves a snapshot on its stack when it goes back to it; taking it off keeps a contract from piling them up.
    private void Undo(int snapshot)
    {
        state.RevertToSnapshot(snapshot);
        state.CommitSnapshot(snapshot);
    }
}
