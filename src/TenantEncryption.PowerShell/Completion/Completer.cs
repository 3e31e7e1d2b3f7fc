using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace TenantEncryption.PowerShell.Completion;

/// <summary>Offers what there is for a parameter. Whatever goes wrong on the way, Tab offers nothing and says nothing.</summary>
public abstract class Completer : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(wordToComplete);
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        try
        {
            var line = new TypedLine(commandName, wordToComplete, fakeBoundParameters);
            return Find(line).Matching(line).ToList();
        }
#pragma warning disable CA1031 // A person presses a key: an error has nobody to go to.
        catch (Exception)
#pragma warning restore CA1031
        {
            return [];
        }
    }

    /// <summary>What may be offered.</summary>
    /// <param name="line">What is on the line already.</param>
    /// <returns>The candidates; those that don't fit what is typed are left out later.</returns>
    internal abstract IEnumerable<Candidate> Find(TypedLine line);
}
