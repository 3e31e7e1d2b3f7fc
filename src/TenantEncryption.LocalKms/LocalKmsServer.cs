using System.Net;
using TenantEncryption.LocalKms.Identity;
using TenantEncryption.LocalKms.Protocol;
using TenantEncryption.LocalKms.Signing;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms;

/// <summary>
/// A local endpoint of the AWS KMS API, for tests: every AWS SDK and the AWS CLI call it with <see cref="Url"/> as their endpoint.
/// The access key <c>local</c> with the secret <c>local</c> is the root of account 111122223333. Disposing it stops it.
/// </summary>
public sealed class LocalKmsServer : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly KmsState _state;

    private LocalKmsServer(WebApplication web, KmsState state)
    {
        _web = web;
        _state = state;
        Url = web.Urls.First();
    }

    /// <summary>The address that it listens on, such as <c>http://127.0.0.1:34567</c>.</summary>
    public string Url { get; }

    /// <summary>Starts a server; when this returns it answers calls.</summary>
    /// <param name="options">The address, the data folder and the clock.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="ArgumentException">The address is no http URL, or other machines reach it and that was not allowed.</exception>
    /// <exception cref="IOException">The address is in use, or another server uses the data folder.</exception>
    /// <exception cref="InvalidDataException">The data folder's journal is damaged.</exception>
    public static async Task<LocalKmsServer> StartAsync(LocalKmsOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckAddress(options);
        var state = new KmsState(options.DataFolder);
        try
        {
            WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().UseUrls(options.Url);
            builder.WebHost.ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.AllowSynchronousIO = false;
            });
            WebApplication web = builder.Build();
            var endpoint = new KmsEndpoint(state, new SignatureVerifier(new IdentityDirectory(state, options.Time), options.Time), options.Time);
            web.Run(endpoint.HandleAsync);
            await web.StartAsync(cancellationToken);
            return new LocalKmsServer(web, state);
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    /// <summary>Stops answering and closes the data folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _state.Dispose();
    }

    private static void CheckAddress(LocalKmsOptions options)
    {
        if (!Uri.TryCreate(options.Url, UriKind.Absolute, out Uri? url) || url.Scheme != Uri.UriSchemeHttp)
        {
            throw new ArgumentException($"'{options.Url}' is not an http address such as http://127.0.0.1:8080.", nameof(options));
        }

        bool loopback = url.Host == "localhost" || (IPAddress.TryParse(url.Host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
        if (!loopback && !options.AllowRemote)
        {
            throw new ArgumentException(
                $"{options.Url} can be reached from other machines, and this server is for tests. Use a loopback address, or allow it.", nameof(options));
        }
    }
}
