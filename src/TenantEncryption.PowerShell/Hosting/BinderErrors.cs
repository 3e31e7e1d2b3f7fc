using System.Collections;
using System.Management.Automation;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// What the parameter binder refuses of a pipeline: it reports that itself, and the cmdlet never sees the object. Only the list <c>$Error</c> tells.
/// </summary>
internal sealed class BinderErrors
{
    private readonly PSCmdlet _cmdlet;
    private readonly object? _before;

    /// <summary>Begins to look; called on the pipeline thread, before the first record.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    public BinderErrors(PSCmdlet cmdlet) => (_cmdlet, _before) = (cmdlet, Errors(cmdlet).FirstOrDefault());

    /// <summary>Whether something was refused since; called on the pipeline thread.</summary>
    public bool Any =>
        Errors(_cmdlet).TakeWhile(error => !ReferenceEquals(error, _before)).OfType<ErrorRecord>().Any(error =>
            error.InvocationInfo is { } of
            && ReferenceEquals(of.MyCommand, _cmdlet.MyInvocation.MyCommand)
            && (of.ScriptLineNumber, of.OffsetInLine) == (_cmdlet.MyInvocation.ScriptLineNumber, _cmdlet.MyInvocation.OffsetInLine));

    // The newest is first.
    private static IEnumerable<object> Errors(PSCmdlet cmdlet) =>
        cmdlet.SessionState.PSVariable.GetValue("global:Error") is IEnumerable errors ? errors.Cast<object>() : [];
}
