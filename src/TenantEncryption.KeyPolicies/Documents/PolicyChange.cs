namespace TenantEncryption.Policies.Merging;

/// <summary>What a merge changes in a statement.</summary>
/// <param name="Sid">The statement's Sid.</param>
/// <param name="Kind">Whether it is new.</param>
/// <param name="Added">What it says now and did not say before, such as <c>Action kms:Decrypt</c>.</param>
/// <param name="Removed">What it said before and says no more.</param>
public sealed record PolicyChange(string Sid, PolicyChangeKind Kind, IReadOnlyList<string> Added, IReadOnlyList<string> Removed)
{
    /// <inheritdoc/>
    public override string ToString() => Kind == PolicyChangeKind.Added
        ? $"adds the statement '{Sid}'"
        : $"changes the statement '{Sid}': {string.Join("; ", Removed.Select(one => $"- {one}").Concat(Added.Select(one => $"+ {one}")))}";
}
