using System.Numerics;
using Nethereum.EVM;
using Nethereum.EVM.BlockchainState;
using Nethereum.EVM.Exceptions;
using Nethereum.EVM.Gas;
using Nethereum.Hex.HexTypes;
using Nethereum.RPC.Eth.DTOs;

namespace Gavel.Ethereum;

/// <summary>
/// Executes one transaction with the library's opcodes, gas table and state, but in a loop of its own: the library's loop cannot be
/// interrupted, catches every exception (its own faults too) and makes reverts of them, and has no bound but gas. Frames live on a stack
/// here, so no contract can exhaust the thread's.
/// </summary>
internal sealed class Machine
{
    private readonly ExecutionStateService _state;
    private readonly RehearsalState _reads;
    private readonly ExecutionBlock _block;
    private readonly RehearsalBudget _budget;
    private readonly Opcodes _opcodes;
    private readonly MachineCalls _calls;
    private readonly Stack<Frame> _frames = new();

    public Machine(RehearsalState reads, ExecutionBlock block, RehearsalBudget budget)
    {
        _reads = reads;
        _block = block;
        _budget = budget;
        _state = new ExecutionStateService(reads);
        _opcodes = new Opcodes(budget);
        _calls = new MachineCalls(_state, reads, block, budget);
    }

    /// <summary>Executes the call.</summary>
    /// <param name="call">What is called.</param>
    /// <param name="chainId">The chain's id.</param>
    /// <exception cref="RehearsalStoppedException">A bound was reached, or the library cannot go on.</exception>
    /// <exception cref="RpcException">State could not be read.</exception>
    public async Task<Rehearsal> RunAsync(RehearsalCall call, ulong chainId)
    {
        ulong limit = _budget.Limits.Gas;
        byte[] data = call.Data.ToArray();
        BigInteger intrinsic = IntrinsicGasCalculator.CalculateIntrinsicGas(data, false, null);
        BigInteger floor = _block.IsPrague ? IntrinsicGasCalculator.CalculateFloorGasLimit(data, false) : 0;
        if (BigInteger.Max(intrinsic, floor) > limit)
        {
            throw new RehearsalStoppedException($"its calldata alone costs more than {limit} gas");
        }

        byte[] code = await PrepareAsync(call).ConfigureAwait(false);
        int snapshot = _state.TakeSnapshot();
        CallInput input = new()
        {
            From = call.From.ToString(),
            To = call.To.ToString(),
            Data = Hex.Encode(data),
            Value = new HexBigInteger(call.Value.ToBigInteger()),
            Gas = new HexBigInteger(limit - intrinsic),
            GasPrice = new HexBigInteger(_block.BaseFee.ToBigInteger()),
            ChainId = new HexBigInteger(chainId),
        };
        Frame top = _calls.Open(input, code, call.To.ToString(), isStatic: false, depth: 1, snapshot, limit - intrinsic);
        _state.UpsertInternalBalance(input.From, -call.Value.ToBigInteger());
        _state.UpsertInternalBalance(input.To, call.Value.ToBigInteger());
        _frames.Push(top);
        await LoopAsync().ConfigureAwait(false);

        BigInteger needed = limit - top.Program.GasRemaining;
        if (top.Program.ProgramResult.IsRevert)
        {
            return new Reverted((ulong)BigInteger.Max(needed, floor), top.Program.ProgramResult.Result ?? [], top.Halted);
        }

        BigInteger refund = BigInteger.Min(top.Program.RefundCounter, needed / GasConstants.REFUND_QUOTIENT);
        return new Succeeded(
            (ulong)BigInteger.Max(needed - refund, floor),
            (ulong)BigInteger.Max(needed, floor),
            [.. top.Program.ProgramResult.Logs.Select(Log)],
            top.Program.ProgramResult.Result ?? []);
    }

    private static RehearsedLog Log(FilterLog log) => new(
        Address.Parse(log.Address),
        [.. log.Topics.Select(topic => Hash32.Parse("0x" + topic))],
        log.Data.Length == 0 ? [] : Hex.Decode("0x" + log.Data));

    // What is warm from the start, and an account that can pay: whether the sender has the money is for the sender to find out.
    private async Task<byte[]> PrepareAsync(RehearsalCall call)
    {
        _state.MarkAddressAsWarm(call.From.ToString());
        _state.MarkAddressAsWarm(call.To.ToString());
        _state.MarkAddressAsWarm(_block.Coinbase.ToString());
        for (int number = 1; number <= (_block.IsPrague ? 0x11 : 0x0a); number++)
        {
            _state.MarkAddressAsWarm($"0x{number:x40}");
        }

        BigInteger balance = await _state.GetTotalBalanceAsync(call.From.ToString()).ConfigureAwait(false);
        if (balance < call.Value.ToBigInteger())
        {
            _state.SetInitialChainBalance(call.From.ToString(), call.Value.ToBigInteger());
        }

        byte[] code = await _state.GetCodeAsync(call.To.ToString()).ConfigureAwait(false);
        return code.Length == 0 ? throw new RehearsalStoppedException($"there is no code at {call.To}")
            : MachineCalls.IsDelegation(code) ? throw new RehearsalStoppedException($"{call.To} is an account that delegates its code")
            : code;
    }

    private async Task LoopAsync()
    {
        while (true)
        {
            Frame frame = _frames.Peek();
            if (frame.Program.Stopped)
            {
                _frames.Pop();
                _budget.Memory(-frame.Bytes);
                if (_frames.Count == 0)
                {
                    return;
                }

                _calls.Close(frame, _frames.Peek());
                continue;
            }

            _budget.Opcode();
            try
            {
                if (await StepAsync(frame).ConfigureAwait(false) is { } inner)
                {
                    _frames.Push(inner);
                }

                Count(frame);
            }
            catch (HaltException halt)
            {
                frame.Halt(halt.Message);
            }
            catch (OutOfGasException)
            {
                frame.Halt("out of gas");
            }
            catch (StaticCallViolationException)
            {
                frame.Halt("a write inside a static call");
            }
            catch (Exception error) when (error.GetType() == typeof(Exception))
            {
                // The library's way to tell of a stack that is too full or too empty. Any other exception is a fault of the library.
                frame.Halt(error.Message);
            }
            catch (Exception error) when (error is not (RehearsalStoppedException or OperationCanceledException or RpcException))
            {
                throw new RehearsalStoppedException($"the library failed: {error.GetType().Name}: {error.Message}", error);
            }
        }
    }

    private async ValueTask<Frame?> StepAsync(Frame frame)
    {
        Program program = frame.Program;
        ProgramInstruction current = program.GetCurrentInstruction();
        if (current.Instruction is not { } opcode)
        {
            throw _block.NotExact is null
                ? new HaltException($"invalid opcode 0x{current.Value:x2}")
                : new RehearsalStoppedException($"it runs opcode 0x{current.Value:x2}, which the library does not know");
        }

        if (opcode == Instruction.SSTORE && program.GasRemaining <= GasConstants.SSTORE_SENTRY)
        {
            throw new HaltException("out of gas");
        }

        if (opcode == Instruction.INVALID)
        {
            throw new HaltException("invalid opcode 0xfe");
        }

        program.UpdateGasUsed(Opcodes.StaticGas(opcode) ?? await OpcodeGasTable.GetGasCostAsync(opcode, program).ConfigureAwait(false));
        switch (opcode)
        {
            case Instruction.JUMP:
                frame.Jump(program.StackPop());
                return null;
            case Instruction.JUMPI:
                byte[] destination = program.StackPop();
                if (program.StackPop().AsSpan().ContainsAnyExcept((byte)0))
                {
                    frame.Jump(destination);
                }
                else
                {
                    program.Step();
                }

                return null;
            case Instruction.CALL or Instruction.CALLCODE or Instruction.DELEGATECALL or Instruction.STATICCALL:
                return await _calls.CallAsync(frame, opcode).ConfigureAwait(false);
            case Instruction.CREATE or Instruction.CREATE2:
                return await _calls.CreateAsync(frame, opcode).ConfigureAwait(false);
            default:
                await _opcodes.ExecuteAsync(program, opcode).ConfigureAwait(false);
                return null;
        }
    }

    private void Count(Frame frame)
    {
        // Memory only grows while a frame lives, and return data of an inner call lives with it.
        long bytes = frame.Program.ProgramContext.DataInput.Length + frame.Program.Memory.Count
            + (frame.Program.ProgramResult.LastCallReturnData?.Length ?? 0) + (frame.Program.ProgramResult.Result?.Length ?? 0);
        if (bytes != frame.Bytes)
        {
            _budget.Memory(bytes - frame.Bytes);
            frame.Bytes = bytes;
        }
    }
}
