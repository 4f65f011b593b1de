namespace Gavel.Devnet;

/// <summary>Which dispute contracts a devnet has; VM and preimage oracle are the package's in both.</summary>
public enum DevnetGeneration
{
    /// <summary>The package's own: games of 1.2.0.</summary>
    V1,

    /// <summary>Our twins of those of 2.x: games of 2.4.2, permissioned ones of 2.4.0.</summary>
    V2,
}
