using Gavel.Ethereum;

namespace Gavel.Chains;

/// <summary>Lets several leave servers out of what they read through together: a server is asked again only when all who left it out have taken it back.</summary>
/// <param name="inner">What they read through.</param>
public sealed class SharedExclusion(ILeavesOut inner)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<EndpointUrl, HashSet<string>> _by = [];

    /// <summary>The same in the name of one of them.</summary>
    public ILeavesOut By(string name) => new One(this, name);

    private bool LeaveOut(string name, EndpointUrl url, string contradiction)
    {
        lock (_lock)
        {
            if (!_by.TryGetValue(url, out HashSet<string>? names))
            {
                _by[url] = names = [];
            }

            names.Add(name);
            return inner.LeaveOut(url, contradiction);
        }
    }

    private void TakeBack(string name, EndpointUrl url)
    {
        lock (_lock)
        {
            if (_by.TryGetValue(url, out HashSet<string>? names) && names.Remove(name) && names.Count == 0)
            {
                _by.Remove(url);
                inner.TakeBack(url);
            }
        }
    }

    private sealed class One(SharedExclusion shared, string name) : ILeavesOut
    {
        public bool LeaveOut(EndpointUrl url, string contradiction) => shared.LeaveOut(name, url, contradiction);

        public void TakeBack(EndpointUrl url) => shared.TakeBack(name, url);
    }
}
