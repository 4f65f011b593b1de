using System.Numerics;
using Nethereum.EVM;
using Nethereum.EVM.Execution;
using Nethereum.EVM.Gas;
using Op = Nethereum.EVM.Instruction;

namespace Gavel.Ethereum;

/// <summary>Hands each opcode that begins no frame and jumps nowhere to the library's implementation of it.</summary>
internal sealed class Opcodes
{
    private static readonly BigInteger?[] Costs = [.. Enumerable.Range(0, 256).Select(code =>
        OpcodeGasTable.GasCosts.TryGetValue((Op)code, out BigInteger cost) && cost >= 0 ? cost : (BigInteger?)null)];

    private readonly EvmProgramExecution _library = new();
    private readonly Action<Program>?[] _actions;
    private readonly RehearsalBudget _budget;

    public Opcodes(RehearsalBudget budget)
    {
        _budget = budget;
        _actions = [.. Enumerable.Range(0, 256).Select(code => Of((Op)code))];
    }

    /// <summary>The gas of an opcode that always costs the same; null where it depends.</summary>
    public static BigInteger? StaticGas(Op opcode) => Costs[(int)opcode];

    /// <summary>Executes it; its gas has been paid.</summary>
    public ValueTask ExecuteAsync(Program program, Op opcode)
    {
        switch (opcode)
        {
            case >= Op.PUSH1 and <= Op.PUSH32:
                _library.StackFlowExecution.Push(program);
                return default;
            case >= Op.DUP1 and <= Op.DUP16:
                _library.StackFlowExecution.Dup(program);
                return default;
            case >= Op.SWAP1 and <= Op.SWAP16:
                _library.StackFlowExecution.Swap(program);
                return default;
            case >= Op.LOG0 and <= Op.LOG4:
                _budget.Write();
                _library.ReturnRevertLogExecution.Log(program);
                return default;
            case Op.TSTORE:
                _budget.Write();
                _library.BlockchainCurrentContractContext.TStore(program);
                return default;
            case Op.SIGNEXTEND:
                SignExtend(program);
                return default;
            case Op.RETURNDATACOPY:
                ReturnDataCopy(program);
                return default;
        }

        if (_actions[(int)opcode] is { } action)
        {
            action(program);
            return default;
        }

        return new ValueTask(ReadAsync(program, opcode));
    }

    // The library changes the popped word in place, and with it every copy that DUP made of it.
    private void SignExtend(Program program)
    {
        byte[] width = program.StackPop();
        byte[] word = [.. program.StackPop()];
        program.StackPush(word);
        program.StackPush(width);
        _library.Bitwise.SignExtend(program);
    }

    // The library takes offsets of more than 31 bits for a fault of its own; the rules demand a halt.
    private void ReturnDataCopy(Program program)
    {
        BigInteger end = program.StackPeekAtAndConvertToUBigInteger(1) + program.StackPeekAtAndConvertToUBigInteger(2);
        if (end > (program.ProgramResult.LastCallReturnData?.Length ?? 0))
        {
            throw new HaltException("a read past the end of the return data");
        }

        if (program.StackPeekAtAndConvertToUBigInteger(2).IsZero)
        {
            program.StackPop();
            program.StackPop();
            program.StackPop();
            program.Step();
            return;
        }

        _library.ReturnRevertLogExecution.ReturnDataCopy(program);
    }

    // What reads no state of an account, and is executed at once.
    private Action<Program>? Of(Op opcode) => opcode switch
    {
        Op.ADD => _library.Arithmetic.Add,
        Op.MUL => _library.Arithmetic.Mul,
        Op.SUB => _library.Arithmetic.Sub,
        Op.DIV => _library.Arithmetic.Div,
        Op.SDIV => _library.Arithmetic.SDiv,
        Op.MOD => _library.Arithmetic.Mod,
        Op.SMOD => _library.Arithmetic.SMod,
        Op.ADDMOD => _library.Arithmetic.AddMod,
        Op.MULMOD => _library.Arithmetic.MulMod,
        Op.EXP => _library.Arithmetic.Exp,
        Op.LT => _library.Bitwise.LT,
        Op.GT => _library.Bitwise.GT,
        Op.SLT => _library.Bitwise.SLT,
        Op.SGT => _library.Bitwise.SGT,
        Op.EQ => _library.Bitwise.EQ,
        Op.ISZERO => _library.Bitwise.IsZero,
        Op.AND => _library.Bitwise.And,
        Op.OR => _library.Bitwise.Or,
        Op.XOR => _library.Bitwise.Xor,
        Op.NOT => _library.Bitwise.Not,
        Op.BYTE => _library.Bitwise.Byte,
        Op.SHL => _library.Bitwise.ShiftLeft,
        Op.SHR => _library.Bitwise.ShiftRight,
        Op.SAR => _library.Bitwise.ShiftSignedRight,
        Op.KECCAK256 => _library.BlockchainCurrentContractContext.SHA3,
        Op.ADDRESS => _library.BlockchainCurrentContractContext.Address,
        Op.ORIGIN => _library.CallInput.Origin,
        Op.CALLER => _library.CallInput.Caller,
        Op.CALLVALUE => _library.CallInput.CallValue,
        Op.CALLDATALOAD => _library.CallData.CallDataLoad,
        Op.CALLDATASIZE => _library.CallData.CallDataSize,
        Op.CALLDATACOPY => _library.CallData.CallDataCopy,
        Op.CODESIZE => _library.Code.CodeSize,
        Op.CODECOPY => _library.Code.CodeCopy,
        Op.GASPRICE => _library.BlockchainCurrentContractContext.GasPrice,
        Op.RETURNDATASIZE => _library.ReturnRevertLogExecution.ReturnDataSize,
        Op.COINBASE => _library.BlockchainCurrentContractContext.Coinbase,
        Op.TIMESTAMP => _library.BlockchainCurrentContractContext.TimeStamp,
        Op.NUMBER => _library.BlockchainCurrentContractContext.BlockNumber,
        Op.DIFFICULTY => _library.BlockchainCurrentContractContext.Difficulty,
        Op.GASLIMIT => _library.BlockchainCurrentContractContext.GasLimit,
        Op.CHAINID => _library.BlockchainCurrentContractContext.ChainId,
        Op.BASEFEE => _library.BlockchainCurrentContractContext.BaseFee,
        Op.BLOBHASH => _library.BlockchainCurrentContractContext.BlobHash,
        Op.POP => _library.StackFlowExecution.Pop,
        Op.MLOAD => _library.StorageMemory.MLoad,
        Op.MSTORE => _library.StorageMemory.MStore,
        Op.MSTORE8 => _library.StorageMemory.MStore8,
        Op.MSIZE => _library.StorageMemory.MSize,
        Op.MCOPY => _library.StorageMemory.MCopy,
        Op.PC => _library.StackFlowExecution.PC,
        Op.GAS => _library.BlockchainCurrentContractContext.Gas,
        Op.JUMPDEST => _library.StackFlowExecution.JumpDest,
        Op.TLOAD => _library.BlockchainCurrentContractContext.TLoad,
        Op.PUSH0 => _library.StackFlowExecution.PushZero,
        Op.STOP => static stopped => stopped.Stop(),
        Op.RETURN => _library.ReturnRevertLogExecution.Return,
        Op.REVERT => _library.ReturnRevertLogExecution.Revert,
        _ => null,
    };

    private async Task ReadAsync(Program program, Op opcode) => await (opcode switch
    {
        Op.SLOAD => _library.StorageMemory.SLoad(program),
        Op.SSTORE => _library.StorageMemory.SStore(program),
        Op.BALANCE => _library.BlockchainCurrentContractContext.BalanceAsync(program),
        Op.SELFBALANCE => _library.BlockchainCurrentContractContext.SelfBalanceAsync(program),
        Op.BLOCKHASH => _library.BlockchainCurrentContractContext.BlockHashAsync(program),
        Op.EXTCODESIZE => _library.Code.ExtCodeSizeAsync(program),
        Op.EXTCODECOPY => _library.Code.ExtCodeCopyAsync(program),
        Op.EXTCODEHASH => _library.Code.ExtCodeHashAsync(program),
        Op.SELFDESTRUCT => _library.CallingCreation.SelfDestructAsync(program),
        _ => throw new RehearsalStoppedException($"it runs {opcode}, which is not executed here"),
    }).ConfigureAwait(false);
}
