using TenantEncryption.Policies.Access;

namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes the actions of AWS KMS that the policies of symmetric keys are about: those that use the key first.</summary>
public sealed class KmsActionCompleter : Completer
{
    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line) => KmsActions.All
        .Select(name => KmsActions.Find(name)!)
        .OrderByDescending(action => action.UsesKey)
        .Select(action => new Candidate(action.Name, action.UsesKey ? "uses the key" : "administers the key") { Also = action.Name["kms:".Length..] });
}
