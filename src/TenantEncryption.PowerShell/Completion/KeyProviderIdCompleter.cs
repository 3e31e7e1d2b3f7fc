namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes the ids of key providers.</summary>
public sealed class KeyProviderIdCompleter : Completer
{
    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line) =>
        StoreCompletion.Providers(line).Select(provider => new Candidate(provider.Id, $"{provider.Name}, {StoreCompletion.Describe(provider)}"));
}
