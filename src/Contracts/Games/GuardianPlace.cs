namespace Gavel.Contracts;

/// <summary>Where a generation keeps which games the guardian respects, has blacklisted and has retired.</summary>
public enum GuardianPlace
{
    /// <summary>
    /// The portal (1.2.0, 1.3.x): respected is who is of the type that is respected now; naming the type anew retires all games up to then. It concerns
    /// withdrawals alone, never bonds.
    /// </summary>
    Portal,

    /// <summary>The portal, with the registry to ask (1.4.x): respected is who was of that type when created; naming the greatest type retires.</summary>
    PortalThroughRegistry,

    /// <summary>The registry (from 1.6 on): the same, with a call of its own to retire.</summary>
    Registry,
}
