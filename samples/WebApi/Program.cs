using System.Net;
using OpenTelemetry.Metrics;
using TenantEncryption.Telemetry;
using TenantEncryption.WebApi;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);

builder.Services.AddTenantEncryption(builder.Configuration.GetSection("TenantEncryption"));
builder.Services.AddHealthChecks().AddTenantEncryption();

builder.Services.AddOpenTelemetry()
    .WithMetrics(metrics => metrics.AddMeter(TenantEncryptionTelemetry.MeterName).AddPrometheusExporter())
    .WithTracing(traces => traces.AddSource(TenantEncryptionTelemetry.ActivitySourceName));

builder.Services.AddSingleton<Uploads>();
builder.Services.AddProblemDetails();
builder.Services.AddExceptionHandler<Problems>();

// This sample asks nobody who they are, so it listens to this machine alone.
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, builder.Configuration.GetValue("Port", 5080)));

WebApplication app = builder.Build();
app.UseExceptionHandler();

app.MapPut("/tenants/{tenantId}/files/{name}", async (string tenantId, string name, HttpRequest request, Uploads uploads, CancellationToken cancelled) =>
    Results.Ok(await uploads.PutAsync(tenantId, name, request.Body, cancelled)));

app.MapGet("/tenants/{tenantId}/files/{name}", async (string tenantId, string name, HttpResponse response, Uploads uploads, CancellationToken cancelled) =>
{
    response.ContentType = "application/octet-stream";
    await uploads.GetAsync(tenantId, name, response.Body, cancelled);
});

app.MapHealthChecks("/health");
app.MapPrometheusScrapingEndpoint("/metrics");

await app.RunAsync();
