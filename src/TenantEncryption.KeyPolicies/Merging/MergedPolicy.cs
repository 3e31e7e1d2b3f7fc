namespace TenantEncryption.Policies.Merging;

/// <summary>A live policy with a platform's statements in it.</summary>
/// <param name="Json">The policy as KMS would get it; the live text where nothing changes.</param>
/// <param name="Changes">What changes; empty where the platform's statements are there already.</param>
internal sealed record MergedPolicy(string Json, IReadOnlyList<PolicyChange> Changes)
{
    /// <summary>Whether anything changes.</summary>
    public bool IsChanged => Changes.Count > 0;
}
