namespace TenantEncryption.LocalKms.Identity;

/// <summary>A long-term or fixed temporary credential.</summary>
/// <param name="Id">The access key id.</param>
/// <param name="Secret">The secret access key.</param>
/// <param name="SessionToken">The token that must come with it, or <see langword="null"/>.</param>
/// <param name="Expires">When it ends, or <see langword="null"/>.</param>
/// <param name="Context">
/// Condition keys of the calls that it signs, beside those of its principal. A service has an access key for each resource that it works for:
/// <c>{"aws:SourceArn": …, "aws:SourceAccount": …}</c>.
/// </param>
internal sealed record AccessKey(
    string Id, string Secret, string? SessionToken = null, DateTimeOffset? Expires = null, Dictionary<string, string>? Context = null);
