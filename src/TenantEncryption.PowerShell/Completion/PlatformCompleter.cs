namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes the names of platforms.</summary>
public sealed class PlatformCompleter : Completer
{
    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line) =>
        StoreCompletion.Platforms().Select(platform => new Candidate(platform.Name, platform.Description));
}
