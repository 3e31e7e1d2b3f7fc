using TenantEncryption.Changes;
using TenantEncryption.Kms;
using TenantEncryption.Providers;

namespace TenantEncryption.MasterKeys;

/// <summary>How a key is reached: as the caller says, and for the rest as the providers that hang on it are.</summary>
internal sealed class KeyConnections(UnitOfWork work)
{
    /// <summary>Completes a connection for a key. The region is the ARN's, where the key is an ARN and no region was given.</summary>
    public async Task<KmsConnection> CompleteAsync(KmsConnection given, string keyId, CancellationToken cancellationToken)
    {
        KeyIdentifier key = KeyIdentifier.Parse(keyId);
        KmsConnection here = given with { Region = given.Region ?? key.Region };
        return await ProvidersOnAsync([keyId], cancellationToken).ConfigureAwait(false) is [var provider, ..] ? here.Or(provider.Connection) : here;
    }

    /// <summary>The providers of the store that hang on keys, each in all of its regions.</summary>
    public async Task<IReadOnlyList<KeyProvider>> ProvidersOnAsync(IReadOnlyList<string> keyIds, CancellationToken cancellationToken) =>
        await work.ReadAsync(
            async transaction =>
            {
                var found = new List<KeyProvider>();
                foreach (string keyId in keyIds)
                {
                    found.AddRange(await transaction.Providers.ListAsync(new KeyProviderFilter { KeyArn = keyId }).ConfigureAwait(false));
                }

                return found.DistinctBy(provider => provider.Id).ToList();
            },
            cancellationToken).ConfigureAwait(false);
}
