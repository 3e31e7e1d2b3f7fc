using System.Net;
using System.Text;
using TenantEncryption.LocalKms.Admin;
using TenantEncryption.LocalKms.Auditing;
using TenantEncryption.LocalKms.Faults;
using TenantEncryption.LocalKms.Identity;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Operations;
using TenantEncryption.LocalKms.Protocol;
using TenantEncryption.LocalKms.Signing;
using TenantEncryption.LocalKms.Storage;
using TenantEncryption.LocalKms.Sts;

namespace TenantEncryption.LocalKms;

/// <summary>
/// A local endpoint of the AWS KMS and STS APIs, for tests: every AWS SDK and the AWS CLI call it with <see cref="Url"/> as their
/// endpoint. It serves every region and account, enforces key policies, identity policies and grants, and fails on demand.
/// The access key <c>local</c> with the secret <c>local</c> is the root of account 111122223333. Disposing it stops it.
/// </summary>
public sealed class LocalKmsServer : IAsyncDisposable, IServerControls
{
    private readonly KmsState _state;
    private readonly AuditLog _audit;
    private readonly ServiceClock _clock;
    private readonly FaultInjector _faults;
    private readonly IdentityDirectory _identities;
    private readonly WebApplication _web;

    private LocalKmsServer(LocalKmsOptions options)
    {
        CheckAddress(options);
        _state = new KmsState(options.DataFolder);
        _audit = new AuditLog(options.EventLog ?? InDataFolder(options, "cloudtrail.jsonl"));
        _clock = new ServiceClock(options.Time);
        _state.TrackUsageFrom(_clock.Now);
        _faults = new FaultInjector(options.Faults, options.Time);
        _identities = new IdentityDirectory(_state, options.Time);
        _web = Build(options.Url, options.Time);
    }

    /// <summary>The address that it listens on, such as <c>http://127.0.0.1:34567</c>.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Which calls go wrong from now on. Setting it begins the sequence of its seed.</summary>
    /// <exception cref="ArgumentException">A share or time is out of range.</exception>
    public FaultPlan Faults
    {
        get => _faults.Plan;
        set => _faults.Plan = value;
    }

    /// <summary>Starts a server; when this returns it answers calls.</summary>
    /// <param name="options">The address, the data folder, the principals, the faults and the clock.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <returns>The running server.</returns>
    /// <exception cref="ArgumentException">The address is no http URL, or other machines reach it and that was not allowed.</exception>
    /// <exception cref="IOException">The address is in use, another server uses the data folder, or a file can't be read.</exception>
    /// <exception cref="InvalidDataException">The data folder's journal or the identity file is damaged.</exception>
    public static async Task<LocalKmsServer> StartAsync(LocalKmsOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var server = new LocalKmsServer(options);
        try
        {
            if (options.IdentityFile is not null)
            {
                server.DefineFrom(options.IdentityFile);
            }

            await server._web.StartAsync(cancellationToken);
            server.Url = server._web.Urls.First();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Adds principals, or puts them in the place of their earlier definitions:
    /// <c>{"principals": [{"arn", "uniqueId", "accessKeys": [{"id", "secret", "sessionToken", "expires", "context"}], "policies": {name: document},
    /// "trustPolicy": document, "tags": {}, "context": {condition key: value}}]}</c>. Only <c>arn</c> is needed; it may be a service's
    /// name. Roles with a trust policy can be assumed through STS.
    /// </summary>
    /// <param name="json">The principals.</param>
    /// <exception cref="System.Text.Json.JsonException">It is not of this form.</exception>
    /// <exception cref="TenantEncryptionException"><c>INVALID_ARN</c> or <c>MALFORMED_POLICY</c>.</exception>
    public void Define(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        foreach (Principal principal in IdentityFile.Parse(Encoding.UTF8.GetBytes(json)))
        {
            _identities.Put(principal);
        }
    }

    /// <summary>Forgets a principal, its access keys and sessions.</summary>
    /// <param name="arn">Its ARN or service name.</param>
    public void RemovePrincipal(string arn) => _identities.Remove(arn);

    /// <summary>
    /// Sets the clock of key deletion, rotation, grants and conditions ahead. Signatures and sessions go by the real time.
    /// </summary>
    /// <param name="by">How far ahead of where it is.</param>
    public void Advance(TimeSpan by) => _clock.Advance(by);

    /// <summary>The latest calls as CloudTrail records, oldest first; up to 1,000 are kept.</summary>
    /// <param name="maximum">How many at the most.</param>
    /// <returns>One JSON object each.</returns>
    public IReadOnlyList<string> LatestEvents(int maximum = 100) => [.. _audit.Latest(maximum).Select(entry => entry.ToString())];

    /// <summary>Stops answering and closes the data folder and the event log.</summary>
    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _audit.DisposeAsync();
        _state.Dispose();
    }

    /// <inheritdoc/>
    void IServerControls.SetKeyState(string arn, KeyState state) => SetKeyState(arn, state);

    /// <summary>Puts a key into a state that AWS alone brings about.</summary>
    internal void SetKeyState(string arn, KeyState state)
    {
        lock (_state.Writing)
        {
            KmsKey key = _state.FindKey(arn) ?? throw new ArgumentException($"There is no key {arn}.");
            _state.Commit(new Change
            {
                PutKey = key with { State = state, SettlesAt = null, DeletionDate = null, PendingWindowInDays = null },
            });
        }
    }

    private static string? InDataFolder(LocalKmsOptions options, string name) =>
        options.DataFolder is null ? null : Path.Combine(options.DataFolder, name);

    private void DefineFrom(string path)
    {
        try
        {
            Define(File.ReadAllText(path));
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or TenantEncryptionException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    private WebApplication Build(string url, TimeProvider time)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(url).PreferHostingUrls(true).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        WebApplication web = builder.Build();

        var signatures = new SignatureVerifier(_identities, time);
        var kms = new ServiceEndpoint(new KmsProtocol(_state, signatures, _faults, _clock), _faults, _audit, _clock);
        var sts = new ServiceEndpoint(new StsProtocol(_state, signatures, time), _faults, _audit, _clock);
        var admin = new AdminEndpoint(this);
        web.Run(http => http.Request.Path.StartsWithSegments(AdminEndpoint.Prefix, StringComparison.Ordinal) ? admin.HandleAsync(http)
            : http.Request.HasFormContentType ? sts.HandleAsync(http)
            : kms.HandleAsync(http));
        return web;
    }

    // Kestrel listens on each of them, and takes a name that it does not know for every address of the machine: so they are read as it reads them.
    private static void CheckAddress(LocalKmsOptions options)
    {
        foreach (string url in options.Url.Split(';'))
        {
            CheckAddress(url, options.AllowRemote);
        }
    }

    private static void CheckAddress(string url, bool allowRemote)
    {
        BindingAddress? address = null;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            // Said below.
        }

        if (address is null || address.Scheme != Uri.UriSchemeHttp)
        {
            throw new ArgumentException($"'{url}' is not an http address such as http://127.0.0.1:8080.", nameof(url));
        }

        bool loopback = string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(address.Host, out IPAddress? ip) && IPAddress.IsLoopback(ip));
        if (!loopback && !allowRemote)
        {
            throw new ArgumentException(
                $"{url} can be reached from other machines, and this server is for tests. Use a loopback address, or allow it.",
                nameof(url));
        }
    }
}
