namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes the ids of key providers.</summary>
public sealed class KeyProviderIdCompleter : Completer
{
    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line) =>
        StoreCompletion.ProviderNames(line, name => name.Id, provider => $"{provider.Name}, {StoreCompletion.Describe(provider)}");
}
