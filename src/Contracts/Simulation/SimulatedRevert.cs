using System.Text;
using Gavel.Ethereum;

namespace Gavel.Contracts.Simulation;

/// <summary>A simulated call reverts; nothing of it has happened.</summary>
/// <param name="data">What it reverts with.</param>
internal sealed class SimulatedRevert(byte[] data) : Exception
{
    private const int Word = 32;

    /// <summary>The revert data.</summary>
    public byte[] RevertData { get; } = data;

    /// <summary>Without data: no such function, value sent to what takes none, arguments too short.</summary>
    public static SimulatedRevert Empty() => new([]);

    /// <summary>An error without arguments, by its name.</summary>
    public static SimulatedRevert Of(string name) => new(SelectorOf($"{name}()"));

    /// <summary>An error with one word.</summary>
    public static SimulatedRevert Of(string signature, Hash32 word) => new([.. SelectorOf(signature), .. word.ToArray()]);

    /// <summary><c>Error(string)</c>.</summary>
    public static SimulatedRevert Text(string words)
    {
        byte[] text = Encoding.UTF8.GetBytes(words);
        byte[] padded = new byte[(text.Length + Word - 1) / Word * Word];
        text.CopyTo(padded, 0);
        return new([.. SelectorOf("Error(string)"), .. Hash32.FromUInt256(Word).ToArray(), .. Hash32.FromUInt256((ulong)text.Length).ToArray(), .. padded]);
    }

    /// <summary>An index out of bounds.</summary>
    public static SimulatedRevert OutOfBounds() => Of("Panic(uint256)", Hash32.FromUInt256(0x32));

    /// <summary>Arithmetic that does not fit its type.</summary>
    public static SimulatedRevert Overflow() => Of("Panic(uint256)", Hash32.FromUInt256(0x11));

    private static byte[] SelectorOf(string signature)
    {
        byte[] selector = new byte[Selector.Size];
        Selector.Of(signature).CopyTo(selector);
        return selector;
    }
}
