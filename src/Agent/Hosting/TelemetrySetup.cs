using System.Reflection;
using Gavel.Agent.Configuring;
using Gavel.Ethereum;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Prometheus;

namespace Gavel.Agent.Hosting;

/// <summary>Metrics for <c>/metrics</c>, and traces for a collector where one is configured.</summary>
internal static class TelemetrySetup
{
    /// <summary>The version of the agent, as <c>--version</c> tells it.</summary>
    public static string Version { get; } =
        typeof(TelemetrySetup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Declares every metric of the catalogue, so that those which nothing has happened to are exposed too, and leaves out the library's own of other meters.</summary>
    public static void DeclareMetrics()
    {
        Metrics.SuppressDefaultMetrics(new SuppressDefaultMetricOptions { SuppressEventCounters = true, SuppressMeters = true, SuppressDebugMetrics = true });
        foreach (MetricDefinition definition in MetricCatalogue.All)
        {
            _ = definition.Kind switch
            {
                MetricKind.Counter => (Collector)PrometheusMetrics.Counter(definition),
                MetricKind.Gauge => PrometheusMetrics.Gauge(definition),
                _ => PrometheusMetrics.Histogram(definition),
            };
        }

        PrometheusMetrics.Gauge(MetricCatalogue.Build).WithLabels(Version).Set(1);
    }

    /// <summary>Sends the spans of every project to the collector.</summary>
    public static void AddTraces(IServiceCollection services, OtlpOptions options)
    {
        if (string.IsNullOrEmpty(options.Endpoint))
        {
            return;
        }

        Uri traces = TracesAt(options.Endpoint);
        services.AddSingleton(provider => new CollectorVoice(
            EndpointUrl.Parse(options.Endpoint), provider.GetRequiredService<ILoggerFactory>().CreateLogger("Gavel.Agent")));
        services.AddOptions<OtlpExporterOptions>().Configure<CollectorVoice>((exporter, voice) =>
        {
            (exporter.Endpoint, exporter.Protocol) = (traces, OtlpExportProtocol.HttpProtobuf);
            exporter.HttpClientFactory = () => new HttpClient(voice, disposeHandler: false) { Timeout = TimeSpan.FromMilliseconds(exporter.TimeoutMilliseconds) };
        });
        services.AddOpenTelemetry().WithTracing(tracing => tracing
            .ConfigureResource(resource => resource.AddService("gavel", serviceVersion: Version))
            .AddSource([.. TraceSources.All])
            .AddOtlpExporter());
    }

    private static Uri TracesAt(string endpoint)
    {
        Uri address = new(endpoint);
        return address.AbsolutePath == "/" ? new Uri(address, "v1/traces") : address;
    }
}
