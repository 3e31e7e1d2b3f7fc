namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes the ARNs of master keys that the store knows: of its key providers, and of their replicas. AWS is not asked.</summary>
public sealed class MasterKeyCompleter : Completer
{
    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line) =>
        StoreCompletion.Providers(line)
            .SelectMany(provider => provider.ReplicaKeys.Prepend(provider.KeyArn).OfType<string>().Select(arn => (Arn: arn, Provider: provider)))
            .GroupBy(pair => pair.Arn, pair => pair.Provider, StringComparer.Ordinal)
            .Select(key => new Candidate(key.Key, string.Join("; ", key.Select(provider => $"{provider.Name} of tenant {provider.TenantId}").Distinct())));
}
