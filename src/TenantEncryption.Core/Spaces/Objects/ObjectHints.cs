namespace TenantEncryption.Spaces;

/// <summary>
/// What an object's metadata say of the message in it, so that lists and other tools need not read it. Whoever can write the bucket can write them: they are
/// hints, and what the message itself says decides.
/// </summary>
internal static class ObjectHints
{
    /// <summary>The tenant's id, percent-encoded (RFC 3986 §2.1), as metadata are ASCII.</summary>
    public const string Tenant = "te-tenant";

    /// <summary>The key that wraps the data key.</summary>
    public const string Kek = "te-kek";

    /// <summary>The message id in lower-case hexadecimal.</summary>
    public const string Message = "te-message";

    // S3 takes 2 KB of metadata in all (user guide, "Working with object metadata").
    private const int LongestTenant = 1024;

    /// <summary>The metadata of a message's object.</summary>
    /// <param name="tenantId">Whose message it is.</param>
    /// <param name="kekId">The key; <see langword="null"/> for a Direct tenant.</param>
    /// <param name="messageId">The message id in lower-case hexadecimal.</param>
    /// <param name="others">Metadata that stay as they are.</param>
    /// <returns>All of them.</returns>
    public static IReadOnlyDictionary<string, string> Of(string tenantId, string? kekId, string messageId, IReadOnlyDictionary<string, string>? others = null)
    {
        var metadata = new Dictionary<string, string>(others ?? new Dictionary<string, string>(), StringComparer.Ordinal) { [Message] = messageId };
        string tenant = Uri.EscapeDataString(tenantId);
        Set(Tenant, tenant.Length <= LongestTenant ? tenant : null);
        Set(Kek, kekId);
        return metadata;

        void Set(string name, string? value)
        {
            metadata.Remove(name);
            if (value is not null)
            {
                metadata[name] = value;
            }
        }
    }
}
