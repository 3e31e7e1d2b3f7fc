namespace TenantEncryption.Providers.Validation;

/// <summary>What is known of a platform's own access to a key, beside what the caller can do.</summary>
internal enum PlatformProof
{
    /// <summary>The caller is the platform, or the platform has no principals of its own: the round trip decides.</summary>
    Needless,

    /// <summary>The key's policies were seen and judged.</summary>
    Seen,

    /// <summary>The key's policies could not be seen.</summary>
    Lacking,
}
