namespace TenantEncryption.Providers;

/// <summary>A registration that was checked and resolved to its key, and is not stored yet.</summary>
public sealed record KeyProviderDraft
{
    internal KeyProviderDraft(NewKeyProvider registration, KeyProvider provider, int callsToRegister) =>
        (Registration, Provider, CallsToRegister) = (registration, provider, callsToRegister);

    /// <summary>The provider as it would be registered, Pending.</summary>
    public KeyProvider Provider { get; }

    /// <summary>The calls of KMS that were made to find the key.</summary>
    public int KmsCalls => ProviderRegistration.CountCalls(Provider);

    /// <summary>The calls of KMS that registering it will make: its grants, where the platform uses the key by grants.</summary>
    public int CallsToRegister { get; }

    /// <summary>What was given.</summary>
    internal NewKeyProvider Registration { get; }
}
