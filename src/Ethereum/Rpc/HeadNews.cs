namespace Gavel.Ethereum;

/// <summary>
/// Which of the heads that one endpoint announces are a reason to look sooner: each block once, and none for as long as the last one that was
/// such a reason has not been borne out by what is read elsewhere. So an endpoint that announces what nobody has is heard once.
/// </summary>
internal sealed class HeadNews
{
    private const int Remembered = 32;

    private readonly Lock _lock = new();
    private readonly Queue<Hash32> _announced = [];
    private ChainHead? _owed;

    /// <summary>Whether a head that the endpoint announces is news.</summary>
    public bool Take(ChainHead announced)
    {
        lock (_lock)
        {
            if (_announced.Contains(announced.Hash))
            {
                return false;
            }

            _announced.Enqueue(announced.Hash);
            if (_announced.Count > Remembered)
            {
                _announced.Dequeue();
            }

            if (_owed is not null)
            {
                return false;
            }

            _owed = announced;
            return true;
        }
    }

    /// <summary>A head that others have, or that this endpoint is believed.</summary>
    public void Saw(ChainHead read)
    {
        lock (_lock)
        {
            if (_owed is { } owed && (read.Number > owed.Number || read.Hash == owed.Hash))
            {
                _owed = null;
            }
        }
    }
}
