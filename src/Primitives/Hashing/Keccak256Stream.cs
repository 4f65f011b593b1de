namespace Gavel.Primitives;

/// <summary>Keccak-256 of a message that comes in pieces. Not for several threads at once.</summary>
public sealed class Keccak256Stream
{
    private readonly byte[] _block = new byte[Keccak256.Rate];
    private KeccakState<ulong> _state;
    private int _filled;

    /// <summary>Adds the next piece, of any length.</summary>
    public void Append(ReadOnlySpan<byte> piece)
    {
        if (_filled > 0)
        {
            int taken = Math.Min(piece.Length, Keccak256.Rate - _filled);
            piece[..taken].CopyTo(_block.AsSpan(_filled));
            _filled += taken;
            piece = piece[taken..];
            if (_filled < Keccak256.Rate)
            {
                return;
            }

            Keccak256.Absorb(ref _state, _block);
            _filled = 0;
        }

        while (piece.Length >= Keccak256.Rate)
        {
            Keccak256.Absorb(ref _state, piece[..Keccak256.Rate]);
            piece = piece[Keccak256.Rate..];
        }

        piece.CopyTo(_block);
        _filled = piece.Length;
    }

    /// <summary>The hash of all pieces. Afterwards the object is as new and takes another message.</summary>
    public Hash32 Finish()
    {
        Keccak256.AbsorbLast(ref _state, _block.AsSpan(0, _filled));
        Hash32 hash = Keccak256.Squeeze(_state);
        _state = default;
        _filled = 0;
        return hash;
    }
}
