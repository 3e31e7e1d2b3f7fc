using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TenantEncryption.Aws.Tests;

/// <summary>A web server on a loopback port that answers what a test tells it to, for what a real KMS can't be brought to answer.</summary>
public sealed class StubEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StubEndpoint(WebApplication app) => _app = app;

    /// <summary>The URL of the server.</summary>
    public string Url => _app.Urls.Single();

    /// <summary>The requests so far, in order.</summary>
    public ConcurrentQueue<StubRequest> Requests { get; } = new();

    /// <summary>Starts a server.</summary>
    public static async Task<StubEndpoint> StartAsync(Func<StubRequest, StubAnswer> answer) =>
        await StartAsync((request, _) => Task.FromResult(answer(request)));

    /// <summary>Starts a server that may take its time.</summary>
    public static async Task<StubEndpoint> StartAsync(Func<StubRequest, CancellationToken, Task<StubAnswer>> answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        var stub = new StubEndpoint(app);
        app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var request = new StubRequest(
                context.Request.Headers["X-Amz-Target"].ToString().Split('.').Last(),
                await reader.ReadToEndAsync(),
                context.Request.Headers.ToDictionary(
                    header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
            stub.Requests.Enqueue(request);
            StubAnswer given = await answer(request, context.RequestAborted);
            context.Response.StatusCode = given.Status;
            context.Response.ContentType = given.ContentType;
            foreach ((string name, string value) in given.Headers)
            {
                context.Response.Headers[name] = value;
            }

            do
            {
                await context.Response.WriteAsync(given.Body, context.RequestAborted);
            }
            while (given.IsEndless);
        });
        await app.StartAsync();
        return stub;
    }

    /// <summary>Stops the server.</summary>
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
