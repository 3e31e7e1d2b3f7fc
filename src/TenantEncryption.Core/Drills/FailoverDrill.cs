using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Drills;

/// <summary>
/// Proves without an outage that a provider can fail over and come home: what is sealed at home opens in each replica, and what is sealed in each
/// replica opens at home. Every call goes to the region that is rehearsed, and none elsewhere.
/// </summary>
internal sealed class FailoverDrill(KeySealer sealer)
{
    /// <summary>Makes the steps.</summary>
    /// <param name="operation">Whose calls they are.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="replicas">The regions that it would fail over to.</param>
    /// <param name="own">A key of the tenant that the provider seals, if there is one.</param>
    /// <param name="log">Takes the steps.</param>
    /// <param name="cancellationToken">Ends the drill; nothing is left behind.</param>
    public async Task RunAsync(
        Operation operation,
        EncryptionTenant tenant,
        KeyProvider provider,
        IReadOnlyList<KeyRegion> replicas,
        KeyRecord? own,
        DrillLog log,
        CancellationToken cancellationToken)
    {
        KeyRegion home = KeyRegion.Home(provider);
        IKmsChannel At(KeyRegion region) => operation.Kms.At(region.Connection, region.KeyArn);
        async Task<ScratchMessage?> WriteAsync(KeyRegion region)
        {
            ScratchMessage? written = null;
            await log.TryAsync("Write", region.Region, async () =>
            {
                written = await ScratchMessage.WriteAsync(sealer, At(region), tenant, provider, null, cancellationToken).ConfigureAwait(false);
                return $"A scratch message was written with {region.KeyArn}.";
            }).ConfigureAwait(false);
            return written;
        }

        async Task ReadAsync(ScratchMessage? message, KeyRegion from, KeyRegion to)
        {
            if (message is not null)
            {
                await log.TryAsync("Read", to.Region, async () =>
                {
                    await message.ReadAsync(At(to), cancellationToken).ConfigureAwait(false);
                    return $"The scratch message that was written in {from.Region} was read with {to.KeyArn}.";
                }).ConfigureAwait(false);
            }
        }

        if (provider.RefusedRegions.Count > 0)
        {
            log.Warn(
                "Failover",
                null,
                ErrorCodes.PolicyDenied,
                $"AWS KMS refused the key in {string.Join(", ", provider.RefusedRegions)}: the provider does not fail over until Test-KeyProvider passes there.");
        }

        ScratchMessage? atHome = await WriteAsync(home).ConfigureAwait(false);
        foreach (KeyRegion replica in replicas)
        {
            await ReadAsync(atHome, home, replica).ConfigureAwait(false);
            if (own is not null)
            {
                await log.TryAsync("ReadOwn", replica.Region, async () =>
                {
                    (await sealer.OpenAsync(At(replica), own, provider, cancellationToken).ConfigureAwait(false)).Dispose();
                    return $"The tenant's own key {own.KekId} opens with {replica.KeyArn}.";
                }).ConfigureAwait(false);
            }

            ScratchMessage? inReplica = await WriteAsync(replica).ConfigureAwait(false);
            await ReadAsync(inReplica, replica, home).ConfigureAwait(false);
        }
    }
}
