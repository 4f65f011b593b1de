using Gavel.Cannon;
using Gavel.Ethereum;

namespace Gavel.Traces;

/// <summary>An absolute prestate is not to be had, or a file that bears its hash as a name holds another.</summary>
public sealed class PrestateException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Absolute prestates by hash, from folders and http(s) addresses, as files named <c>0x….bin.gz</c>, <c>.bin</c>, <c>.json.gz</c> or
/// <c>.json</c>. The hash is computed before a state is used: a name proves nothing.
/// </summary>
/// <param name="sources">Folders and addresses, the preferred first.</param>
/// <param name="cache">Folder for what was downloaded.</param>
/// <param name="http">Downloads.</param>
public sealed class PrestateStore(IReadOnlyList<string> sources, string cache, HttpClient http)
{
    private static readonly string[] Endings = [".bin.gz", ".bin", ".json.gz", ".json"];

    /// <summary>Loads a fresh copy of the state whose hash is <paramref name="prestate"/>.</summary>
    /// <exception cref="PrestateException">No source has it, or what it has is another; the message names the source.</exception>
    public VmState Load(Hash32 prestate, CancellationToken cancellationToken)
    {
        List<string> problems = [];
        foreach (string path in Candidates(prestate, problems, cancellationToken))
        {
            VmState? state = null;
            try
            {
                state = StateFile.Read(path);
                Hash32 hash = state.StateHash();
                if (hash == prestate)
                {
                    return state;
                }

                problems.Add($"{path} holds the state {hash}");
            }
            catch (Exception error) when (error is StateFileException or IOException or InvalidDataException)
            {
                problems.Add($"{path}: {error.Message}");
            }

            state?.Dispose();
        }

        throw new PrestateException(
            $"absolute prestate {prestate} is not to be had: {(problems.Count == 0 ? "no source of prestates is configured (Cannon:Prestates)" : string.Join("; ", problems))}");
    }

    private IEnumerable<string> Candidates(Hash32 prestate, List<string> problems, CancellationToken cancellationToken)
    {
        foreach (string source in sources.Prepend(cache)) // what was downloaded once is not asked for again
        {
            bool isAddress = PrestateSource.IsAddress(source);
            int before = problems.Count;
            bool found = false;
            foreach (string name in Endings.Select(ending => $"{prestate}{ending}"))
            {
                string? path = isAddress ? Download(source, name, problems, cancellationToken) : Path.Combine(PrestateSource.FolderOf(source), name);
                if (path is not null && File.Exists(path))
                {
                    found = true;
                    yield return path;
                }
            }

            if (!found && problems.Count == before && source != cache)
            {
                problems.Add($"{(isAddress ? EndpointUrl.Parse(source).ToString() : source)} does not have it");
            }
        }
    }

    private string? Download(string source, string name, List<string> problems, CancellationToken cancellationToken)
    {
        string target = Path.Combine(cache, name);
        string temporary = $"{target}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(cache);
            using HttpRequestMessage request = new(HttpMethod.Get, $"{source.TrimEnd('/')}/{name}");
            using HttpResponseMessage response = http.Send(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return null;
            }

            using (Stream body = response.Content.ReadAsStream(cancellationToken))
            using (FileStream file = File.Create(temporary))
            {
                body.CopyTo(file);
            }

            File.Move(temporary, target, overwrite: true);
            return target;
        }
        catch (Exception error) when (error is HttpRequestException or IOException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            problems.Add($"{EndpointUrl.Parse(source)}: {error.Message}");
            File.Delete(temporary);
            return null;
        }
    }
}
