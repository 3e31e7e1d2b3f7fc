using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using TenantEncryption.Platforms;

namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes the names of platforms.</summary>
public sealed class PlatformCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Known().Select(platform => new Candidate(platform.Name, platform.Description)).Matching(wordToComplete);

    private static IReadOnlyList<PlatformProfile> Known() =>
        StoreCompletion.List(service => service.Platforms.ListAsync()) is { Count: > 0 } all ? all : [.. PlatformCatalog.BuiltIn];
}
