namespace Gavel.Contracts;

/// <summary>
/// The names that the field has for game types. They are for people: a type's number says nothing of how its games are played, which each game's own functions show.
/// </summary>
public static class GameTypeNames
{
    /// <summary>A type's name; null for one that has none.</summary>
    public static string? Of(uint gameType) => gameType switch
    {
        0 => "CANNON",
        1 => "PERMISSIONED_CANNON",
        2 => "ASTERISC",
        3 => "ASTERISC_KONA",
        4 => "SUPER_CANNON",
        5 => "SUPER_PERMISSIONED_CANNON",
        6 => "OP_SUCCINCT",
        7 => "SUPER_ASTERISC_KONA",
        8 => "CANNON_KONA",
        9 => "SUPER_CANNON_KONA",
        10 => "ZK",
        254 => "FAST",
        255 => "ALPHABET",
        1337 => "KAILUA",
        _ => null,
    };

    /// <summary>Number and name, such as <c>9 SUPER_CANNON_KONA</c>, or the number alone.</summary>
    public static string Show(uint gameType) => Of(gameType) is { } name ? $"{gameType} {name}" : $"{gameType}";
}
