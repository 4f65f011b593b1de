using System.Reflection;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.ABI.Model;

namespace Gavel.Ethereum;

/// <summary>The parameters that a typed message declares by its properties' attributes.</summary>
internal static class AbiParameters
{
    /// <summary>In their order.</summary>
    public static Parameter[] Of(Type type) => [.. PropertiesOf(type).Select(static pair => pair.Attribute.Parameter)];

    /// <summary>With the properties that hold the values.</summary>
    public static IEnumerable<(PropertyInfo Property, ParameterAttribute Attribute)> PropertiesOf(Type type) => type.GetProperties()
        .Select(static property => (Property: property, Attribute: property.GetCustomAttribute<ParameterAttribute>()!))
        .Where(static pair => pair.Attribute is not null)
        .OrderBy(static pair => pair.Attribute.Order);
}
