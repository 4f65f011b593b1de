using Gavel.Cannon.Preimages;

namespace Gavel.Cannon.Tests.Preimages;

public sealed class DirectoryPreimageCacheTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gavel-cache-").FullName;
    private readonly MapSource _inner = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Value_IsAskedOnce_AcrossCaches()
    {
        Hash32 key = Put(1, 5000);
        Assert.Equal(_inner.Values[key], new DirectoryPreimageCache(_folder, _inner).GetPreimage(key));
        DirectoryPreimageCache second = new(_folder, _inner);
        Assert.Equal(_inner.Values[key], second.GetPreimage(key));
        Assert.Equal(_inner.Values[key], second.GetPreimage(key));
        Assert.Equal(2, second.Hits);
        Assert.Single(_inner.Asked);
        string path = second.PathOf(key);
        Assert.Equal(Path.Combine(_folder, key.ToString()[4..6], key + ".bin"), path);
        Assert.Equal(_inner.Values[key], File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(4999)]
    public void DamagedFile_IsFetchedAnewAndReplaced(int keptBytes)
    {
        Hash32 key = Put(2, 5000);
        DirectoryPreimageCache cache = new(_folder, _inner);
        cache.GetPreimage(key);
        using (FileStream file = new(cache.PathOf(key), FileMode.Open))
        {
            file.SetLength(keptBytes);
        }

        Assert.Equal(_inner.Values[key], cache.GetPreimage(key));
        Assert.Equal(1, cache.Damaged);
        Assert.Equal(2, _inner.Asked.Count);
        Assert.Equal(_inner.Values[key], File.ReadAllBytes(cache.PathOf(key)));
    }

    [Fact]
    public void ValuesWithoutHash_AreNeverStored()
    {
        Hash32[] keys = [PreimageKey.Local(1), Keccak256.Empty.WithFirstByte(5), Keccak256.Empty.WithFirstByte(6)];
        DirectoryPreimageCache cache = new(_folder, _inner);
        foreach (Hash32 key in keys)
        {
            _inner.Values[key] = new byte[32];
            cache.GetPreimage(key);
            cache.GetPreimage(key);
        }

        Assert.Equal(6, _inner.Asked.Count);
        Assert.Empty(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void WrongValue_IsNotStored()
    {
        Hash32 key = Put(3, 100);
        _inner.Values[key] = new byte[100];
        DirectoryPreimageCache cache = new(_folder, _inner);
        cache.GetPreimage(key);
        Assert.False(File.Exists(cache.PathOf(key)));
    }

    [Fact]
    public void Hints_AlwaysReachTheSource()
    {
        DirectoryPreimageCache cache = new(_folder, _inner);
        cache.Hint("l1-transactions 0x12"u8);
        Assert.Equal("l1-transactions 0x12"u8.ToArray(), Assert.Single(_inner.Hints));
    }

    [Fact]
    public void Bound_HoldsByDroppingTheLeastRecentlyUsed()
    {
        Hash32[] keys = [.. Enumerable.Range(10, 40).Select(seed => Put(seed, 1000))];
        DirectoryPreimageCache cache = new(_folder, _inner, maxBytes: 20_000);
        for (int i = 0; i < keys.Length; i++)
        {
            cache.GetPreimage(keys[i]);
            File.SetLastWriteTimeUtc(cache.PathOf(keys[i]), DateTime.UtcNow.AddMinutes(i - 100));
        }

        long total = new DirectoryInfo(_folder).GetFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        Assert.InRange(total, 10_000, 20_000);
        Assert.False(File.Exists(cache.PathOf(keys[0])));
        Assert.True(File.Exists(cache.PathOf(keys[^1])));
        int asked = _inner.Asked.Count;
        Assert.Equal(_inner.Values[keys[0]], cache.GetPreimage(keys[0]));
        Assert.Equal(asked + 1, _inner.Asked.Count);
    }

    [Fact]
    public void FolderThatCannotBeWritten_StillServes()
    {
        Hash32 key = Put(4, 100);
        DirectoryPreimageCache cache = new(_folder, _inner);
        // A file where the folder of this key would be: permissions would not stop root.
        File.WriteAllText(Path.GetDirectoryName(cache.PathOf(key))!, "");
        Assert.Equal(_inner.Values[key], cache.GetPreimage(key));
        Assert.Equal(1, cache.WriteFailures);
    }

    [Fact]
    public async Task ManyCaches_OnOneFolder_ServeTheRightValues()
    {
        Hash32[] keys = [.. Enumerable.Range(100, 60).Select(seed => Put(seed, 2000))];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            MapSource inner = new();
            foreach ((Hash32 key, byte[] value) in _inner.Values)
            {
                inner.Values[key] = value;
            }

            DirectoryPreimageCache cache = new(_folder, inner, maxBytes: 60_000);
            Random random = new(worker);
            for (int i = 0; i < 300; i++)
            {
                Hash32 key = keys[random.Next(keys.Length)];
                Assert.Equal(inner.Values[key], cache.GetPreimage(key));
            }
        })));
    }

    private Hash32 Put(int seed, int size)
    {
        byte[] value = new byte[size];
        new Random(seed).NextBytes(value);
        Hash32 key = PreimageKey.Keccak(Keccak256.Hash(value));
        _inner.Values[key] = value;
        return key;
    }
}
