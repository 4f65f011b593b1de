namespace Gavel.Cannon;

/// <summary>A program header.</summary>
/// <param name="Index">Its place among the headers.</param>
/// <param name="Offset">Where the header lies in the file.</param>
/// <param name="Type">p_type.</param>
/// <param name="Address">p_vaddr.</param>
/// <param name="MemorySize">p_memsz.</param>
/// <param name="Content">The bytes in the file: p_filesz of them.</param>
internal sealed record ElfSegment(int Index, long Offset, uint Type, ulong Address, ulong MemorySize, ReadOnlyMemory<byte> Content);
