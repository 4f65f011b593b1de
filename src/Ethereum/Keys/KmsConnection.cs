using Amazon;
using Amazon.KeyManagementService;
using Amazon.Runtime;

namespace Gavel.Ethereum;

/// <summary>How AWS KMS is reached: no redirects, few retries, small answers.</summary>
internal static class KmsConnection
{
    private const int MaxAnswerBytes = 64 << 10;
    private const int Retries = 2;
    private const int MaxCauseLength = 300;

    // KMS gives these with status 400: too many requests, its store of keys away, and credentials that have run out and are renewed.
    private static readonly string[] s_passing = ["Throttling", "LimitExceeded", "TooManyRequests", "RequestLimitExceeded", "DependencyTimeout", "KMSInternal", "KeyUnavailable", "ExpiredToken"];

    /// <exception cref="AccountException">The endpoint is none that <see cref="KmsOptions.ReadEndpoint"/> takes.</exception>
    public static AmazonKeyManagementServiceConfig Configure(KmsOptions options)
    {
        AmazonKeyManagementServiceConfig config = new()
        {
            AllowAutoRedirect = false,
            MaxErrorRetry = Retries,
            Timeout = options.Timeout,
            DisableLogging = true,
            HttpClientFactory = new BoundedClients(),
        };
        if (options.Endpoint is { } endpoint)
        {
            try
            {
                _ = KmsOptions.ReadEndpoint(endpoint.OriginalString);
            }
            catch (FormatException e)
            {
                throw new AccountException(e.Message);
            }

            config.ServiceURL = endpoint.AbsoluteUri;
            config.AuthenticationRegion = options.Region;
        }
        else if (options.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        return config;
    }

    /// <summary>True where the service said nothing of the request: it is out of order, overloaded, or its answer is none.</summary>
    public static bool IsTransient(AmazonServiceException e) =>
        e is AmazonUnmarshallingException || (int)e.StatusCode is 0 or 408 or 429 or >= 500 || Array.Exists(s_passing, code => e.ErrorCode?.StartsWith(code, StringComparison.Ordinal) == true);

    /// <summary>What the service said, or else the innermost cause, in few words.</summary>
    public static string Cause(Exception e)
    {
        while (e.InnerException is { } inner && e is not AmazonServiceException { ErrorCode.Length: > 0 })
        {
            e = inner;
        }

        string text = string.Concat(e.Message.Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length > MaxCauseLength ? $"{text[..MaxCauseLength]}…" : text;
    }

    private sealed class BoundedClients : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new BoundedAnswers());

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => true;
    }

    // The SDK reads an answer whatever its size; this reads it before, and no more than it may have.
    private sealed class BoundedAnswers() : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage answer = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            await answer.Content.LoadIntoBufferAsync(MaxAnswerBytes, cancellationToken).ConfigureAwait(false);
            return answer;
        }
    }
}
