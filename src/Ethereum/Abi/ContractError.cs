using System.Reflection;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace Gavel.Ethereum;

/// <summary>An argument of a decoded error: its name (empty when the declaration gives none), type and value as text for people.</summary>
public sealed record AbiArgument(string Name, string Type, string Value)
{
    /// <summary><c>name: value</c>.</summary>
    public override string ToString() => Name.Length == 0 ? Value : $"{Name}: {Value}";
}

/// <summary>A custom error of a contract, declared by a class with <see cref="ErrorAttribute"/>: its selector and its arguments for display.</summary>
public sealed class ContractError
{
    private readonly Type _type;

    private ContractError(Type type, Selector? selector)
    {
        ErrorAttribute attribute = type.GetCustomAttribute<ErrorAttribute>() ?? throw new ArgumentException($"{type} is no error", nameof(type));
        _type = type;
        Name = attribute.Name;
        Signature = new SignatureEncoder().GenerateSignature(Name, AbiParameters.Of(type));
        Selector = selector ?? Selector.Of(Signature);
    }

    /// <summary>The name alone.</summary>
    public string Name { get; }

    /// <summary>The canonical signature.</summary>
    public string Signature { get; }

    /// <summary>The first four bytes of the revert data.</summary>
    public Selector Selector { get; }

    /// <summary>The error that a class declares.</summary>
    /// <param name="type">A class with <see cref="ErrorAttribute"/>.</param>
    /// <param name="selector">Where a contract raises it from assembly under a selector that is not the hash of its signature.</param>
    /// <exception cref="ArgumentException">The class declares no error.</exception>
    public static ContractError Of(Type type, Selector? selector = null)
    {
        ArgumentNullException.ThrowIfNull(type);
        return new ContractError(type, selector);
    }

    /// <inheritdoc cref="Of(Type, Gavel.Ethereum.Selector?)"/>
    public static ContractError Of<T>(Selector? selector = null)
        where T : IErrorDTO => Of(typeof(T), selector);

    /// <summary>The arguments in revert data, behind the selector.</summary>
    /// <exception cref="AbiMismatchException">The data are of another error, or malformed.</exception>
    public IReadOnlyList<AbiArgument> Decode(ReadOnlySpan<byte> revertData)
    {
        if (Selector.At(revertData) != Selector)
        {
            throw new AbiMismatchException(Signature, $"the data do not begin with {Selector}");
        }

        ReadOnlySpan<byte> arguments = revertData[Selector.Size..];
        (PropertyInfo Property, ParameterAttribute Attribute)[] declared = [.. AbiParameters.PropertiesOf(_type)];
        if (declared.Length == 0)
        {
            return arguments.IsEmpty ? [] : throw new AbiMismatchException(Signature, $"{arguments.Length} bytes are left over");
        }

        object values = StrictAbi.Decode(_type, arguments, Signature);
        return [.. declared.Select(pair => new AbiArgument(
            pair.Attribute.Name ?? "", pair.Attribute.Type, HostileText.Show(pair.Property.GetValue(values), pair.Attribute.Type)))];
    }

    /// <summary>The canonical signature.</summary>
    public override string ToString() => Signature;
}
