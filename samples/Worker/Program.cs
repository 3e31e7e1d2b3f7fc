using System.Net;
using OpenTelemetry.Metrics;
using TenantEncryption.PostgreSql;
using TenantEncryption.S3;
using TenantEncryption.Telemetry;
using TenantEncryption.Worker;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);

// Whichever of the two started it; neither is needed.
builder.Services.AddSystemd();
builder.Services.AddWindowsService(service => service.ServiceName = "TenantEncryption worker");

builder.Services.AddTenantEncryption(builder.Configuration.GetSection("TenantEncryption"), settings =>
{
    // The store that the machines share, unless StorePath names a folder. A connection string is a secret: give it as the variable Store, or by a secret store.
    if (builder.Configuration["Store"] is { Length: > 0 } connectionString)
    {
        settings.Store = _ => new PostgreSqlStore(connectionString);
    }

    // Messages may lie in buckets; credentials, region and endpoint are those of the AWS configuration.
    settings.ObjectStore = _ => new S3ObjectStore();
});
builder.Services.AddHealthChecks().AddTenantEncryption();
builder.Services.AddOpenTelemetry()
    .WithMetrics(metrics => metrics.AddMeter(TenantEncryptionTelemetry.MeterName, MigrationWork.MeterName).AddPrometheusExporter());

builder.Services.Configure<MigrationWorkOptions>(builder.Configuration.GetSection("Work"));
builder.Services.AddHostedService<MigrationWork>();

// Health and metrics are for this machine, or for what stands before it.
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, builder.Configuration.GetValue("Port", 5081)));

WebApplication app = builder.Build();
app.MapHealthChecks("/health");
app.MapPrometheusScrapingEndpoint("/metrics");

await app.RunAsync();
