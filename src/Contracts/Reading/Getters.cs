using System.Diagnostics.CodeAnalysis;
using Gavel.Contracts.Messages;
using Gavel.Ethereum;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace Gavel.Contracts;

/// <summary>Reads of functions that return one value, with this project's types. What is optional gives no error where a contract lacks it.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The names are those of the ABI's types.")]
internal static class Getters
{
    public static Read<Address> Address<TMessage>(this ReadBatch batch, Address contract, bool optional = false, TMessage? message = null)
        where TMessage : FunctionMessage, new() => Of(batch, contract, message, static (AddressAnswer answer) => answer.Value.ToAddress(), optional);

    public static Read<Hash32> Word<TMessage>(this ReadBatch batch, Address contract, bool optional = false, TMessage? message = null)
        where TMessage : FunctionMessage, new() => Of(batch, contract, message, static (WordAnswer answer) => answer.Value.ToHash32(), optional);

    public static Read<UInt256> Number<TMessage>(this ReadBatch batch, Address contract, bool optional = false, TMessage? message = null)
        where TMessage : FunctionMessage, new() => Of(batch, contract, message, static (NumberAnswer answer) => answer.Value.ToUInt256(), optional);

    public static Read<ulong> Count<TMessage>(this ReadBatch batch, Address contract, bool optional = false, TMessage? message = null)
        where TMessage : FunctionMessage, new() => Of(batch, contract, message, static (CountAnswer answer) => answer.Value, optional);

    public static Read<ulong> UInt64<TMessage>(this ReadBatch batch, Address contract, bool optional = false)
        where TMessage : FunctionMessage, new() => Of(batch, contract, (TMessage?)null, static (UInt64Answer answer) => answer.Value, optional);

    public static Read<uint> UInt32<TMessage>(this ReadBatch batch, Address contract, bool optional = false)
        where TMessage : FunctionMessage, new() => Of(batch, contract, (TMessage?)null, static (UInt32Answer answer) => answer.Value, optional);

    public static Read<bool> Flag<TMessage>(this ReadBatch batch, Address contract, bool optional = false, TMessage? message = null)
        where TMessage : FunctionMessage, new() => Of(batch, contract, message, static (FlagAnswer answer) => answer.Value, optional);

    public static Read<string> Text<TMessage>(this ReadBatch batch, Address contract, bool optional = false)
        where TMessage : FunctionMessage, new() => Of(batch, contract, (TMessage?)null, static (TextAnswer answer) => answer.Value, optional);

    public static Read<ReadOnlyMemory<byte>> Bytes<TMessage>(this ReadBatch batch, Address contract, bool optional = false, TMessage? message = null)
        where TMessage : FunctionMessage, new() => Of(batch, contract, message, static (BytesAnswer answer) => (ReadOnlyMemory<byte>)answer.Value, optional);

    /// <summary>An enumeration, of which the last member is known.</summary>
    public static Read<T> Enumeration<TMessage, T>(this ReadBatch batch, Address contract, T last, bool optional = false)
        where TMessage : FunctionMessage, new()
        where T : struct, Enum => Of(batch, contract, (TMessage?)null, (ByteAnswer answer) => Named(answer.Value, last), optional);

    private static T Named<T>(byte value, T last)
        where T : struct, Enum => value <= Convert.ToByte(last, null)
            ? (T)Enum.ToObject(typeof(T), value)
            : throw new FormatException($"{value} is no {typeof(T).Name}");

    private static Read<T> Of<TMessage, TOutput, T>(ReadBatch batch, Address contract, TMessage? message, Func<TOutput, T> map, bool optional)
        where TMessage : FunctionMessage, new()
        where TOutput : class, IFunctionOutputDTO, new()
    {
        ArgumentNullException.ThrowIfNull(batch);
        return optional ? batch.AddOptional(contract, message ?? new TMessage(), map) : batch.Add(contract, message ?? new TMessage(), map);
    }
}
