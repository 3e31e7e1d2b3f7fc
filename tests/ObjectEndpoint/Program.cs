using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using TenantEncryption.ObjectEndpoint;

// Says where it listens, and ends when its input does: with whoever started it.
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
    kestrel.Limits.MaxRequestBodySize = null;
    kestrel.Limits.MinRequestBodyDataRate = null;
    kestrel.Limits.MinResponseDataRate = null;
});
WebApplication application = builder.Build();
var endpoint = new Endpoint();
application.Run(endpoint.ServeAsync);
await application.StartAsync();
Console.WriteLine(application.Urls.Single());
while (await Console.In.ReadLineAsync() is not null)
{
}

await application.DisposeAsync();
