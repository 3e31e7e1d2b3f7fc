using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.MasterKeys;

/// <summary>The parts of making and changing a master key, each of which can be done again.</summary>
internal sealed class KeyWork(Operation operation, KeyPropagation propagation)
{
    private IKmsChannel Kms => operation.Kms;

    /// <summary>Gives a key an alias that it may have already.</summary>
    /// <exception cref="TenantEncryptionException"><c>ALIAS_EXISTS</c>: the alias is another key's.</exception>
    public async Task AliasAsync(KmsConnection connection, string keyArn, string alias, CancellationToken cancellationToken)
    {
        try
        {
            await propagation.WhenKnownAsync(() => Kms.CreateAliasAsync(connection, alias, keyArn, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.AliasExists)
        {
            KmsKeyDescription target = await operation.Kms.DescribeKeyAsync(connection, alias, cancellationToken).ConfigureAwait(false);
            if (target.KeyArn != keyArn)
            {
                throw;
            }
        }
    }

    /// <summary>Has KMS rotate the material, or not.</summary>
    public Task RotationAsync(KmsConnection connection, string keyArn, bool enabled, CancellationToken cancellationToken) =>
        propagation.WhenKnownAsync(() => Kms.SetRotationAsync(connection, keyArn, enabled, cancellationToken), cancellationToken);

    /// <summary>Puts a key policy.</summary>
    public Task PolicyAsync(KmsConnection connection, string keyArn, string policy, CancellationToken cancellationToken) =>
        propagation.WhenKnownAsync(() => Kms.PutKeyPolicyAsync(connection, keyArn, policy, cancellationToken), cancellationToken);

    /// <summary>Makes a replica that may be there already, and waits until it can be used.</summary>
    /// <returns>The replica's ARN.</returns>
    public async Task<string> ReplicaAsync(
        KmsConnection connection, string primaryArn, string region, NewKmsKey replica, CancellationToken cancellationToken)
    {
        string replicaArn = KeyIdentifier.Parse(primaryArn).InRegion(region).ToString();
        try
        {
            await propagation.WhenKnownAsync(
                () => Kms.ReplicateKeyAsync(connection, primaryArn, region, replica, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.ReplicaExists)
        {
            // A try whose answer was lost, or an earlier run.
        }

        await propagation.WhenCreatedAsync(operation.Kms, connection with { Region = region }, replicaArn, cancellationToken).ConfigureAwait(false);
        return replicaArn;
    }
}
