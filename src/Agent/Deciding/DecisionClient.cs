using System.Net;
using System.Text.Json;
using Gavel.Agent.Operating;

namespace Gavel.Agent.Deciding;

/// <summary>Asks the running agent what a decision costs, and to take it.</summary>
internal sealed class DecisionClient : IDisposable
{
    // The agent asks its nodes for what a choice would need.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly Uri _page;

    private DecisionClient(HttpClient http, Uri page)
    {
        _http = http;
        _page = page;
    }

    /// <summary>A client of the agent with a configuration.</summary>
    /// <exception cref="OperatorException">The configuration names no page or no token.</exception>
    /// <exception cref="Configuring.ConfigurationException">The token cannot be used.</exception>
    public static DecisionClient Of(Configuring.HostOptions options)
    {
        if (RunningAgent.PageOf(options.Listen) is not { } page)
        {
            throw OperatorException.BadInput("Host:Listen is empty: the running agent, which takes decisions, cannot be asked");
        }

        if (string.IsNullOrEmpty(options.OperatorTokenFile))
        {
            throw OperatorException.BadInput(
                "Host:OperatorTokenFile is not set: without it the agent takes no decisions; name a file with a secret of at least 32 characters (openssl rand -hex 32) and start the agent anew");
        }

        OperatorToken token = OperatorToken.Read(options.OperatorTokenFile);
        HttpClient http = new(new HttpClientHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Patience };
        http.DefaultRequestHeaders.Authorization = token.Header;
        return new DecisionClient(http, page);
    }

    /// <summary>What each choice costs.</summary>
    /// <exception cref="OperatorException">The agent cannot tell.</exception>
    public Task<DecisionView> LookAsync(Address game, string? chain, CancellationToken cancellationToken) => AskAsync<DecisionView>(
        () => _http.GetAsync(new Uri(_page, $"decisions/{game}{(chain is null ? "" : $"?chain={Uri.EscapeDataString(chain)}")}"), cancellationToken), cancellationToken)!;

    /// <summary>Takes a decision, or takes one back.</summary>
    /// <returns>What stands now; null where nothing does.</returns>
    /// <exception cref="OperatorException">It was not taken.</exception>
    public Task<StandingDecision?> DecideAsync(DecisionRequest request, CancellationToken cancellationToken) =>
        AskAsync<StandingDecision?>(() => _http.PostAsJsonAsync(new Uri(_page, "decisions"), request, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<T?> AskAsync<T>(Func<Task<HttpResponseMessage>> ask, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage answer = await ask();
            return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<T>(cancellationToken) : throw await RefusalAsync(answer, cancellationToken);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw OperatorException.Refused(
                $"no agent gave a usable answer at {_page} ({error.Message}); start it with this configuration, and see with agent explain whether a decision that was under way was taken", error);
        }
    }

    private async Task<OperatorException> RefusalAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        string words;
        try
        {
            words = (await answer.Content.ReadFromJsonAsync<DecisionProblem>(cancellationToken))?.Error ?? "";
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            words = "";
        }

        return OperatorException.Refused(answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => $"the agent at {_page} refuses the token: it was started with another one, and must be started anew after a change of Host:OperatorTokenFile",
            HttpStatusCode.NotFound when words.Length == 0 => $"the agent at {_page} takes no decisions: it was started without Host:OperatorTokenFile",
            _ => words.Length > 0 ? words : $"the agent at {_page} answers with status {(int)answer.StatusCode}",
        });
    }
}
