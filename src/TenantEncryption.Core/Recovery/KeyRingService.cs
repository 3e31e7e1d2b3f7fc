using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;

namespace TenantEncryption.Recovery;

/// <summary>
/// Exports tenants' key rings into files and imports them, so that a lost database loses nobody's data: a file, its tenant's key ring and the provider are enough to read.
/// An import activates nothing and brings nothing back that the store retired.
/// </summary>
public sealed class KeyRingService
{
    private readonly KeyRingExporter _exporter;
    private readonly KeyRingPlanner _planner;
    private readonly KeyRingImporter _importer;

    internal KeyRingService(KeyRingExporter exporter, KeyRingPlanner planner, KeyRingImporter importer) => (_exporter, _planner, _importer) = (exporter, planner, importer);

    /// <summary>The name of a tenant's key ring in a folder for several.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <returns>The name.</returns>
    public static string NameOf(string tenantId) => EventArchiveService.NameOfTenant(tenantId) + "-keyring.json";

    /// <summary>Refuses what <see cref="ExportAsync(string, string, SecretBytes?, bool, CancellationToken)"/> would refuse, and writes nothing.</summary>
    /// <param name="tenantId">The tenant's id, exactly.</param>
    /// <param name="hasPassphrase">Whether a passphrase would be given.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>When it is checked.</returns>
    /// <exception cref="TenantEncryptionException">As for the export, but of the file.</exception>
    public Task CheckExportAsync(string tenantId, bool hasPassphrase, CancellationToken cancellationToken = default) =>
        _exporter.CheckAsync(tenantId, hasPassphrase, cancellationToken);

    /// <summary>
    /// Writes a tenant's key ring into a file that only its owner may read: the records of its keys, which its providers alone open, and what a new machine needs to
    /// know of tenant and providers. What the internal KMS has a part in is sealed under the passphrase instead. No KMS of a customer is called.
    /// </summary>
    /// <param name="tenantId">The tenant's id, exactly.</param>
    /// <param name="path">The file's full path.</param>
    /// <param name="passphrase">A passphrase in UTF-8, which authenticates the whole file; the caller zeroes it. <see langword="null"/> for none.</param>
    /// <param name="replace">Whether to replace a file that is there.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>What was written, once it is durable.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>TENANT_NOT_FOUND</c>, <c>OUTPUT_EXISTS</c>, <c>STORAGE_FAILED</c>; <c>PASSPHRASE_REQUIRED</c>: it is empty, or there is none and the internal KMS has a part in a
    /// key, or the platform uses keys by grants; <c>PROVIDER_DEACTIVATED</c>: the internal KMS has a part in a key and is shut.
    /// </exception>
    public Task<KeyRingExport> ExportAsync(string tenantId, string path, SecretBytes? passphrase, bool replace = false, CancellationToken cancellationToken = default) =>
        ExportAsync(tenantId, path, passphrase, PassphraseSeal.DefaultIterations, replace, cancellationToken);

    /// <summary>What an import would do. No KMS is called, and nothing is written.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="ImportAsync"/>, but for what the providers answer.</exception>
    public async Task<KeyRingImportPlan> PlanImportAsync(KeyRing ring, KeyRingImportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ring);
        ArgumentNullException.ThrowIfNull(options);
        KeyRingDraft draft = await _planner.PlanAsync(ring, options, cancellationToken).ConfigureAwait(false);
        return new KeyRingImportPlan
        {
            TenantId = ring.TenantId,
            NewTenantPlatform = draft.IsNewTenant ? draft.Tenant.Platform : null,
            NewProviders = [.. draft.NewProviders.Select(provider => $"'{provider.Name}' ({provider.KeyArn})")],
            Keys = draft.Keys.Count,
            KnownKeys = draft.KnownKeys,
            KmsCalls = _importer.CountCalls(draft),
            LeftOut = draft.LeftOut,
        };
    }

    /// <summary>
    /// Imports a key ring. Each key is opened through its provider, or with the passphrase, before it is put in; those that don't open stay out. A tenant that is not
    /// there is made, with the internal KMS Active: what was protected is read, and what is written goes there until an administrator moves the tenant. Providers come
    /// Archived. Keys that are there stay as they are, and what this store retired stays so.
    /// </summary>
    /// <param name="ring">The ring.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the operation; nothing is put in then.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>WRONG_TENANT</c>: the ring, or a key or key provider in it, is another tenant's; <c>INVALID_INPUT</c>: a ring under no passphrase names a master key that nobody said is
    /// the tenant's; <c>TRANSITION_FORBIDDEN</c>: the tenant was removed; <c>PROVIDER_EXISTS</c>, <c>INVALID_PLATFORM</c>, <c>CONTEXT_MISMATCH</c>, <c>WRONG_KEY</c>,
    /// <c>WRONG_PARTITION</c>, <c>TENANT_NOT_FOUND</c> (the parent), <c>MIGRATION_RUNNING</c>, <c>EVENTS_ARCHIVED</c>, <c>EVENT_LOG_ALTERED</c>; <c>LEASE_LOST</c>: the
    /// tenant was changed meanwhile; and, where nothing opens, what the provider answers.
    /// </exception>
    public async Task<KeyRingImport> ImportAsync(KeyRing ring, KeyRingImportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ring);
        ArgumentNullException.ThrowIfNull(options);
        return await _importer.ImportAsync(await _planner.PlanAsync(ring, options, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    internal Task<KeyRingExport> ExportAsync(string tenantId, string path, SecretBytes? passphrase, int iterations, bool replace, CancellationToken cancellationToken) =>
        _exporter.ExportAsync(tenantId, path, passphrase, iterations, replace, cancellationToken);
}
