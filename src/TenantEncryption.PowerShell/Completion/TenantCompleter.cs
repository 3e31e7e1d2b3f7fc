using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using TenantEncryption.Tenants;

namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes tenant ids.</summary>
public sealed class TenantCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        StoreCompletion.List(service => service.Tenants.ListAsync())
            .Select(tenant => new Candidate(tenant.TenantId, Describe(tenant)))
            .Matching(wordToComplete);

    private static string Describe(EncryptionTenant tenant) => $"{tenant.DisplayName ?? tenant.TenantId} ({tenant.Platform})";
}
