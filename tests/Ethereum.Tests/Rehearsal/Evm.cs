namespace Gavel.Ethereum.Tests;

/// <summary>A few opcodes, and code put together from them.</summary>
internal static class Evm
{
    public const byte Stop = 0x00, Add = 0x01, Mul = 0x02, SignExtend = 0x0b, Sha3 = 0x20, Balance = 0x31, CallDataSize = 0x36, CodeSize = 0x38,
        CodeCopy = 0x39, ExtCodeSize = 0x3b, ReturnDataSize = 0x3d, ReturnDataCopy = 0x3e, Pop = 0x50, MLoad = 0x51, MStore = 0x52, SLoad = 0x54, SStore = 0x55, Jump = 0x56,
        JumpI = 0x57, Gas = 0x5a, JumpDest = 0x5b, TStore = 0x5d, Push0 = 0x5f, Push1 = 0x60, Push2 = 0x61, Push4 = 0x63, Push20 = 0x73, Push32 = 0x7f, MSize = 0x59, Dup1 = 0x80,
        Dup2 = 0x81, Swap1 = 0x90, Log0 = 0xa0, Create = 0xf0, Call = 0xf1, CallCode = 0xf2, Return = 0xf3, DelegateCall = 0xf4, Create2 = 0xf5, StaticCall = 0xfa,
        Revert = 0xfd, Invalid = 0xfe, SelfDestruct = 0xff;

    /// <summary>Bytes, numbers (pushed as four bytes) and addresses one after another.</summary>
    public static byte[] Code(params object[] parts)
    {
        List<byte> code = [];
        foreach (object part in parts)
        {
            switch (part)
            {
                case byte opcode:
                    code.Add(opcode);
                    break;
                case int number:
                    code.AddRange([Push4, (byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
                    break;
                case Address address:
                    code.Add(Push20);
                    code.AddRange(address.ToArray());
                    break;
                case byte[] bytes:
                    code.AddRange(bytes);
                    break;
                default:
                    throw new ArgumentException($"no code: {part}");
            }
        }

        return [.. code];
    }

    /// <summary>Code that repeats a body until the gas is gone.</summary>
    public static byte[] Forever(params object[] body) => [JumpDest, .. Code(body), .. Code(0, Jump)];

    /// <summary>A call with all gas, without input and output; its answer is left on the stack.</summary>
    public static byte[] CallTo(Address target, byte kind = Call) =>
        kind is Call or CallCode ? Code(Push0, Push0, Push0, Push0, Push0, target, Gas, kind) : Code(Push0, Push0, Push0, Push0, target, Gas, kind);
}
