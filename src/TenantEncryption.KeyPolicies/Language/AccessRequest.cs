namespace TenantEncryption.Policies;

/// <summary>A request whose permission is asked: who wants to do what with which resource, and its condition keys.</summary>
public sealed record AccessRequest
{
    private static readonly Dictionary<string, string> NoPairs = [];

    /// <summary>Who asks.</summary>
    public required PolicyPrincipal Principal { get; init; }

    /// <summary>The action, such as <c>kms:Decrypt</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The ARN of the key, or <c>*</c> for actions without a resource.</summary>
    public required string Resource { get; init; }

    /// <summary>The condition keys of the request.</summary>
    public RequestContext Context { get; init; } = new();

    /// <summary>
    /// The encryption context, for the constraints of grants. Its condition keys are set by <see
    /// cref="RequestContext.SetEncryptionContext"/>.
    /// </summary>
    public IReadOnlyDictionary<string, string> EncryptionContext { get; init; } = NoPairs;

    /// <summary>For kms:CreateGrant, the grant that is to be made.</summary>
    public PolicyGrant? NewGrant { get; init; }

    /// <summary>The account of the resource, or <see langword="null"/> where the resource is no ARN.</summary>
    internal string? ResourceAccount => Resource.Split(':', 6) is { Length: 6 } parts ? parts[4] : null;
}
