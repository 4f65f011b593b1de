namespace Gavel.Cannon;

/// <summary>What a VM has done since it was made.</summary>
public sealed class VmStatistics
{
    // The numbers of both VMs' calls; a guest may make up others.
    private const ulong FirstCommon = 4000;

    private readonly long[] _common = new long[2048];
    private readonly Dictionary<ulong, long> _rare = [];

    /// <summary>Preimages fetched; reads in a row of one key count once.</summary>
    public long PreimagesFetched { get; internal set; }

    /// <summary>Bytes of those preimages.</summary>
    public long PreimageBytes { get; internal set; }

    /// <summary>Hints passed on.</summary>
    public long Hints { get; internal set; }

    /// <summary>Most threads that were alive at once.</summary>
    public int MaxThreads { get; internal set; }

    /// <summary>Conditional stores (SC) that stored.</summary>
    public long ConditionalStores { get; internal set; }

    /// <summary>Conditional stores that did not.</summary>
    public long FailedConditionalStores { get; internal set; }

    /// <summary>Reservations (LL) that an ordinary store of the guest ended.</summary>
    public long ReservationsBroken { get; internal set; }

    /// <summary>Threads that had to give way at the end of their quantum.</summary>
    public long Preemptions { get; internal set; }

    /// <summary>Steps of threads other than number 0.</summary>
    public ulong StepsOfOtherThreads { get; internal set; }

    /// <summary>Executed system calls by number, as of now.</summary>
    public IReadOnlyDictionary<ulong, long> SyscallCounts
    {
        get
        {
            Dictionary<ulong, long> counts = new(_rare);
            for (int i = 0; i < _common.Length; i++)
            {
                if (_common[i] > 0)
                {
                    counts.Add(FirstCommon + (ulong)i, _common[i]);
                }
            }

            return counts;
        }
    }

    internal void CountSyscall(ulong number)
    {
        if (number - FirstCommon < (ulong)_common.Length)
        {
            _common[number - FirstCommon]++;
        }
        else
        {
            _rare[number] = _rare.GetValueOrDefault(number) + 1;
        }
    }
}
