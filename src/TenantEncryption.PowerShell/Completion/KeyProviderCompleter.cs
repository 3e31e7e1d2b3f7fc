namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes the names of key providers: of the tenant that is already on the line, else of all.</summary>
public sealed class KeyProviderCompleter : Completer
{
    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line) =>
        StoreCompletion.ProviderNames(line, name => name.Name, StoreCompletion.Describe).DistinctBy(candidate => candidate.Text, StringComparer.Ordinal);
}
