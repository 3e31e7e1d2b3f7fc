using TenantEncryption.Errors;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// What all that a Test- cmdlet tested comes to: the one place that decides what <c>-Quiet</c> gives. Only when something was tested, all of it
/// succeeded, and nothing that was named was left out is it a success: a backup that is gone must not be "all good".
/// </summary>
internal sealed class TestVerdict
{
    private long _succeeded;
    private long _failed;
    private long _leftOut;

    /// <summary>Takes note of a test.</summary>
    /// <param name="success">Whether it succeeded.</param>
    public void Note(bool success) => Interlocked.Increment(ref success ? ref _succeeded : ref _failed);

    /// <summary>Takes note of something that was named and not tested, without an error.</summary>
    public void NoteLeftOut() => Interlocked.Increment(ref _leftOut);

    /// <summary>Says what it comes to: with -Quiet the Boolean, and in a warning why it is False where no result and no error says so.</summary>
    /// <param name="cmdlet">The cmdlet, at its end.</param>
    /// <param name="quiet">Whether the Boolean is wanted.</param>
    /// <returns>When it is said.</returns>
    public async Task ConcludeAsync(AsyncCmdlet cmdlet, bool quiet)
    {
        bool hadErrors = await cmdlet.OnPipelineAsync(() => cmdlet.HadErrors).ConfigureAwait(false);
        string? why = _succeeded + _failed > 0
            ? hadErrors ? "Not everything could be tested: the errors say why."
                : _leftOut > 0 ? "Not everything that was named was tested: the warnings say why."
                : null
            : hadErrors ? "Nothing could be tested: the errors say why."
            : $"{ErrorCodes.NothingTested}: {ErrorCatalog.Get(ErrorCodes.NothingTested).Cause} {ErrorCatalog.Get(ErrorCodes.NothingTested).Remedy}";
        if (why is not null && (quiet || (!hadErrors && _succeeded + _failed == 0)))
        {
            cmdlet.Warn(why);
        }

        if (quiet)
        {
            await cmdlet.EmitAsync(why is null && _failed == 0).ConfigureAwait(false);
        }
    }
}
