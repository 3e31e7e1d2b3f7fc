namespace TenantEncryption.Providers;

/// <summary>A registration that was checked and resolved to its key, and is not stored yet.</summary>
public sealed record KeyProviderDraft
{
    internal KeyProviderDraft(NewKeyProvider registration, KeyProvider provider) => (Registration, Provider) = (registration, provider);

    /// <summary>The provider as it would be registered, Pending.</summary>
    public KeyProvider Provider { get; }

    /// <summary>The calls of KMS that were made to find the key.</summary>
    public int KmsCalls => ProviderRegistration.CountCalls(Provider);

    /// <summary>What was given.</summary>
    internal NewKeyProvider Registration { get; }
}
