using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes the names of key providers: of the tenant that is already on the line, else of all.</summary>
public sealed class KeyProviderCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var filter = new KeyProviderFilter { TenantId = fakeBoundParameters["TenantId"] as string };
        return StoreCompletion.List(service => service.Providers.ListAsync(filter))
            .DistinctBy(provider => provider.Name, StringComparer.Ordinal)
            .Select(provider => new Candidate(provider.Name, $"{provider.Status}, tenant {provider.TenantId}, {provider.KeyArn ?? "internal KMS"}"))
            .Matching(wordToComplete);
    }
}
