using TenantEncryption.Changes;

namespace TenantEncryption.Data.Reading;

/// <summary>What a tenant was set to allow: that its data is read although the record of it can't be written now. What is owed is written when the store takes it.</summary>
internal static class UntracedReads
{
    /// <summary>Whether an operation may go on, which the caller is then warned of, once.</summary>
    /// <exception cref="TenantEncryptionException">The tenant's state was altered, or can't be read either.</exception>
    public static async Task<bool> AllowAsync(UnitOfWork work, Operation operation, string? tenantId, CancellationToken cancellationToken)
    {
        if (tenantId is null || (await work.StateAsync(tenantId, cancellationToken).ConfigureAwait(false)).Tenant is not { UntracedReads: true })
        {
            return false;
        }

        operation.WarnOfUntraced(
            tenantId,
            $"What is read of tenant '{tenantId}' can't be put on record now, as the store is full, locked or read-only; the tenant was set to allow that. "
                + "The record is written as soon as the store takes it, and is lost if this process ends before.");
        return true;
    }
}
