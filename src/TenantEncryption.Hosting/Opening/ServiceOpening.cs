using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantEncryption.Aws;
using TenantEncryption.Keys.Root;
using TenantEncryption.Sqlite;
using TenantEncryption.Stores;

namespace TenantEncryption.Hosting;

/// <summary>Opens the one service of a host, when it is asked for first. What was opened is the container's, which disposes it.</summary>
internal sealed partial class ServiceOpening(IServiceProvider services, IOptions<TenantEncryptionSettings> settings, ILogger<TenantEncryptionService> log)
{
    private readonly object _gate = new();
    private Task<TenantEncryptionService>? _opened;

    /// <summary>The service; a failure to open it stays the answer, as the host does not start then.</summary>
    /// <param name="cancellationToken">Ends the opening, for the first caller.</param>
    public Task<TenantEncryptionService> OpenAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return _opened ??= Task.Run(() => OpenOnceAsync(settings.Value, cancellationToken), CancellationToken.None);
        }
    }

    private async Task<TenantEncryptionService> OpenOnceAsync(TenantEncryptionSettings how, CancellationToken cancellationToken)
    {
        IRootKeyVault? vault = how.RootKeyVault?.Invoke(services)
            ?? (how.RootKeyArn is not null ? new KmsRootKeyVault(how.RootKeyArn)
                : how.RootKeyFolder is not null ? new FileRootKeyVault(how.RootKeyFolder)
                : null);
        TenantEncryptionService service = await TenantEncryptionService.OpenAsync(
            StoreOf(how),
            () => how.KmsClient?.Invoke(services) ?? KmsOf(how.Kms),
            new TenantEncryptionOptions
            {
                RootKeyVault = vault,
                LogHeadFolder = how.LogHeadFolder ?? how.RootKeyFolder,
                Actor = how.Actor,
                KeyLease = how.KeyLease,
                ObjectStore = how.ObjectStore is { } objects ? () => objects(services) : null,
                Anchors = how.Anchors.Schedule,
                OnWarning = warning => LogWarning(log, warning),
            },
            cancellationToken).ConfigureAwait(false);
        return service;
    }

    private IStore StoreOf(TenantEncryptionSettings how) => how.Store?.Invoke(services)
        ?? new SqliteStore(how.StorePath!, new SqliteStoreOptions { Create = how.CreateStore, BusyTimeout = how.StoreBusyTimeout });

    private static AwsKms KmsOf(KmsSettings how) => new(new AwsKmsOptions
    {
        MaxAttempts = how.MaxAttempts,
        ConnectTimeout = how.ConnectTimeout,
        AttemptTimeout = how.AttemptTimeout,
        Timeout = how.Timeout,
    });

    [LoggerMessage(EventId = 1, EventName = "Warning", Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger log, string warning);
}
