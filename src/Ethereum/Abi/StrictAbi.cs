using System.Collections.Concurrent;
using System.Reflection;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace Gavel.Ethereum;

/// <summary>
/// The contract ABI through Nethereum, both ways: what was decoded is encoded again and must give the same bytes. That refuses what the
/// library alone takes in silence: an empty answer (no code at the address reads as zeros), data cut short or with bytes behind, dirty padding of
/// addresses, booleans and short bytes, text that is not UTF-8, numbers wider than their property, and offsets in another order than encoders write.
/// </summary>
/// <remarks>
/// Arrays of any length are not decoded: Nethereum loops on a hostile count of elements before any check could see it. No contract that we
/// read returns one.
/// </remarks>
public static class StrictAbi
{
    private const int Word = 32;
    private static readonly ConcurrentDictionary<Type, bool> s_checked = new();
    private static readonly ConcurrentDictionary<Type, (string Signature, Selector Selector)> s_functions = new();

    /// <summary>Decodes what a function returned, the data of an error behind its selector, or the words of an event.</summary>
    /// <typeparam name="T">A class of properties with <see cref="ParameterAttribute"/>.</typeparam>
    /// <param name="data">A whole number of words, at least one.</param>
    /// <param name="place">The function, event or error, for errors.</param>
    /// <exception cref="AbiMismatchException">The data are not exactly one <typeparamref name="T"/>.</exception>
    public static T Decode<T>(ReadOnlySpan<byte> data, string place)
        where T : class, new() => (T)Decode(typeof(T), data, place);

    /// <inheritdoc cref="Decode{T}"/>
    public static object Decode(Type type, ReadOnlySpan<byte> data, string place)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (data.IsEmpty)
        {
            throw new AbiMismatchException(place, "the answer is empty (0x): nothing is at the address, or it has no such function");
        }

        if (data.Length % Word != 0)
        {
            throw new AbiMismatchException(place, $"{data.Length} bytes are no whole number of words: {Shown(data)}");
        }

        RequireNoArrays(type);
        byte[] given = data.ToArray();
        object value;
        byte[] again;
        try
        {
            value = new ParameterDecoder().DecodeAttributes(given, type);
            again = new ParametersEncoder().EncodeParametersFromTypeAttributes(type, value);
        }
        catch (Exception error) when (error is not (OutOfMemoryException or ThreadAbortException))
        {
            // The library throws whatever its parts do: overflows, arguments, null references, encoding errors.
            throw new AbiMismatchException(place, $"{data.Length} bytes are no {type.Name}: {Shown(data)}", error);
        }

        return again.AsSpan().SequenceEqual(data)
            ? value
            : throw new AbiMismatchException(place, $"{data.Length} bytes are not how a {type.Name} is encoded: {Shown(data)}");
    }

    /// <summary>Selector and arguments of a call.</summary>
    /// <exception cref="AbiMismatchException">A value does not fit its type.</exception>
    public static byte[] Encode<TMessage>(TMessage message)
        where TMessage : FunctionMessage, new()
    {
        ArgumentNullException.ThrowIfNull(message);
        try
        {
            return message.GetCallData();
        }
        catch (Exception error) when (error is not (OutOfMemoryException or ThreadAbortException))
        {
            throw new AbiMismatchException(SignatureOf<TMessage>(), "an argument does not fit its type", error);
        }
    }

    /// <summary>The arguments in call data, behind the selector.</summary>
    /// <exception cref="AbiMismatchException">The data are of another function, or malformed.</exception>
    public static TMessage DecodeCall<TMessage>(ReadOnlySpan<byte> callData)
        where TMessage : FunctionMessage, new()
    {
        string place = SignatureOf<TMessage>();
        return IsCall<TMessage>(callData)
            ? Decode<TMessage>(callData[Selector.Size..], place)
            : throw new AbiMismatchException(place, $"the call data begin with {Selector.At(callData)?.ToString() ?? "fewer than 4 bytes"}, not {SelectorOf<TMessage>()}");
    }

    /// <summary>True when call data are for the function of <typeparamref name="TMessage"/>.</summary>
    public static bool IsCall<TMessage>(ReadOnlySpan<byte> callData)
        where TMessage : FunctionMessage, new() => Selector.At(callData) == SelectorOf<TMessage>();

    /// <summary>The first four bytes of a call.</summary>
    public static Selector SelectorOf<TMessage>()
        where TMessage : FunctionMessage, new() => FunctionOf<TMessage>().Selector;

    /// <summary>The canonical signature, such as <c>claimData(uint256)</c>.</summary>
    public static string SignatureOf<TMessage>()
        where TMessage : FunctionMessage, new() => FunctionOf<TMessage>().Signature;

    private static (string Signature, Selector Selector) FunctionOf<TMessage>()
        where TMessage : FunctionMessage, new() => s_functions.GetOrAdd(typeof(TMessage), static _ =>
        {
            Nethereum.ABI.Model.FunctionABI function = ABITypedRegistry.GetFunctionABI<TMessage>();
            string signature = new SignatureEncoder().GenerateSignature(function.Name, function.InputParameters);
            return (signature, Selector.Of(signature));
        });

    /// <summary>Refuses types with arrays of any length, also within tuples.</summary>
    private static void RequireNoArrays(Type type)
    {
        if (!s_checked.GetOrAdd(type, static type => HasArray(type)))
        {
            return;
        }

        throw new ArgumentException($"{type} has an array of any length, which cannot be decoded safely", nameof(type));
    }

    private static bool HasArray(Type type) => type.GetProperties()
        .Any(static property => property.GetCustomAttribute<ParameterAttribute>() is { } parameter
            && (parameter.Parameter.Type.Contains("[]", StringComparison.Ordinal)
                || (parameter.Parameter.Type.StartsWith("tuple", StringComparison.Ordinal) && HasArray(property.PropertyType))));

    private static string Shown(ReadOnlySpan<byte> data) => data.Length <= AbiMismatchException.MaxShown
        ? Hex.Encode(data)
        : $"{Hex.Encode(data[..AbiMismatchException.MaxShown])}…";
}
