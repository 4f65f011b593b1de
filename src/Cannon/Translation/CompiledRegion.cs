namespace Gavel.Cannon;

/// <summary>A region's code, and the places where it can be left, by the number that the code leaves in the context.</summary>
internal sealed record CompiledRegion(RegionCode Code, ExitPlace[] Exits);
