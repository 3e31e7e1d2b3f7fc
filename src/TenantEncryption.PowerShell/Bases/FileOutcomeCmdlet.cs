using System.Runtime.CompilerServices;
using TenantEncryption.Data;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A cmdlet on files: what its paths mean, and how each file went.</summary>
public abstract class FileOutcomeCmdlet : TenantCmdlet
{
    // How many outcomes go to the pipeline thread in one visit at most.
    private const int Together = 64;

    private long _passedOver;

    /// <summary>Finds what paths mean. What can't be found is an error or a warning that names it, and does not stop the rest.</summary>
    /// <param name="paths">The paths, as the user gave them.</param>
    /// <param name="isLiteral">Whether they are taken as they are written.</param>
    /// <returns>Full paths.</returns>
    private protected async Task<IReadOnlyList<string>> ResolveAsync(string[] paths, bool isLiteral)
    {
        var found = new List<string>(paths.Length);
        foreach (string path in paths)
        {
            try
            {
                IReadOnlyList<string> files = await OnPipelineAsync(() => isLiteral ? [SessionPath.Literal(this, path)] : SessionPath.Expand(this, path)).ConfigureAwait(false);
                found.AddRange(files);
                if (files.Count == 0)
                {
                    NoteLeftOut();
                    Warn($"{path}: the wildcard fits nothing.");
                }
            }
            catch (TenantEncryptionException exception)
            {
                Report(exception, path);
            }
        }

        return found;
    }

    /// <summary>Takes note of something that was named and left out.</summary>
    private protected virtual void NoteLeftOut()
    {
    }

    /// <summary>Writes how files went: those that are known by now together, as each visit to the pipeline thread costs more than a file.</summary>
    /// <typeparam name="T">The kind of result.</typeparam>
    /// <param name="outcomes">How they went.</param>
    /// <returns>When all are queued.</returns>
    private protected async Task EmitOutcomesAsync<T>(IAsyncEnumerable<FileOutcome<T>> outcomes)
        where T : class
    {
        IAsyncEnumerator<FileOutcome<T>> enumerator = outcomes.GetAsyncEnumerator(Cancellation);
        await using ConfiguredAsyncDisposable _ = enumerator.ConfigureAwait(false);
        var known = new List<FileOutcome<T>>();
        while (true)
        {
            ValueTask<bool> next = enumerator.MoveNextAsync();
            if (known.Count == Together || (known.Count > 0 && !next.IsCompleted))
            {
                List<FileOutcome<T>> written = known;
                known = [];
                await PostAsync(() => written.ForEach(Write)).ConfigureAwait(false);
            }

            if (!await next.ConfigureAwait(false))
            {
                break;
            }

            known.Add(enumerator.Current);
        }

        if (known.Count > 0)
        {
            await PostAsync(() => known.ForEach(Write)).ConfigureAwait(false);
        }
    }

    /// <summary>Says once how many files were passed over.</summary>
    /// <returns>When it is said.</returns>
    private protected Task TellPassedOverAsync() => OnPipelineAsync(() =>
    {
        if (_passedOver > 0)
        {
            WriteWarning($"{_passedOver} {(_passedOver == 1 ? "file was" : "files were")} passed over, as the output exists (-SkipExisting). -Verbose names each.");
        }
    });

    private void Write<T>(FileOutcome<T> outcome)
        where T : class
    {
        if (outcome.PassedOver)
        {
            _passedOver++;
            WriteVerbose($"{outcome.Source}: passed over, as the output exists.");
        }

        if ((outcome.Warning ?? outcome.Skipped) is { } text)
        {
            WriteWarning($"{outcome.Source}: {CmdletWording.Of(text)}");
        }

        if (outcome.Error is not null)
        {
            FailRecord(outcome.Error, outcome.Source);
        }

        if (outcome.Result is not null)
        {
            WriteObject(outcome.Result);
        }
    }
}
