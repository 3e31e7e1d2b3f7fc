using TenantEncryption.Changes;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;

namespace TenantEncryption.Data.Wraps;

/// <summary>Makes the data key of a new message, wrapped by the tenant's Current key, or by KMS itself for a Direct tenant.</summary>
internal sealed class MaterialsSource(KeyLeases leases, ProviderRegions regions)
{
    private const int DataKeyLength = 32;

    /// <summary>Makes the materials of one message, under a reservation that the caller holds.</summary>
    public async ValueTask<MessageMaterials> MakeAsync(
        Operation operation, TenantKeyState state, EncryptionContext context, CancellationToken cancellationToken)
    {
        if (WrapReservations.IsDirect(state))
        {
            return await MakeDirectAsync(operation, state, context, cancellationToken).ConfigureAwait(false);
        }

        var dataKey = SecretBytes.Random(DataKeyLength);
        try
        {
            for (int attempt = 0; attempt < 3; attempt++)
            {
                KeyLease lease = await leases.LeaseAsync(operation, state.Tenant.TenantId, state.Current.KekId, cancellationToken).ConfigureAwait(false);
                bool live = lease.TryWrap(dataKey.Span, context, out EncryptedDataKey? wrapped);
                leases.Return(lease);
                if (live)
                {
                    return new MessageMaterials(dataKey, [wrapped!], context);
                }
            }

            throw new TenantEncryptionException(ErrorCodes.LeaseLost);
        }
        catch
        {
            dataKey.Dispose();
            throw;
        }
    }

    private async Task<MessageMaterials> MakeDirectAsync(
        Operation operation, TenantKeyState state, EncryptionContext context, CancellationToken cancellationToken)
    {
        if (state.HasSecondLayer)
        {
            // No tenant can be made so; what the data key of a message is wrapped with must not be for who can write the store to choose.
            throw new TenantEncryptionException(
                ErrorCodes.StateAltered,
                $"The store says that tenant '{state.Tenant.TenantId}' is Direct, but it has a second layer, which Direct excludes.")
            { KeyArn = state.Active.KeyArn };
        }

        KmsDataKey made = await regions.For(operation, state.Active).GenerateDataKeyAsync(
            state.Active.Connection, state.Active.KeyArn!, context, cancellationToken).ConfigureAwait(false);
        return KmsKeyring.MaterialsOf(made, context);
    }
}
