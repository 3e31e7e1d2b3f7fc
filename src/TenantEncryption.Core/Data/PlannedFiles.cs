using System.Runtime.CompilerServices;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Spaces;

namespace TenantEncryption.Data;

/// <summary>The files of one command: what is settled before anything is done has its outcome, and the rest is worked on.</summary>
internal static class PlannedFiles
{
    /// <summary>Looks at all files together: one path for one file, one output for one source, and which outputs exist.</summary>
    /// <param name="effects">The file system.</param>
    /// <param name="files">The files.</param>
    /// <param name="claims">Whether a source would be written to its target; asked where several have one.</param>
    /// <param name="force">Whether existing outputs are replaced.</param>
    /// <param name="skipExisting">Whether files whose outputs exist are passed over.</param>
    /// <param name="now">The time.</param>
    /// <param name="warn">Is told of what does no harm and should not be there.</param>
    /// <returns>The files, in order.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: existing outputs are to be replaced and passed over.</exception>
    public static FileRequest[] Prepare(
        IFileEffects effects, IReadOnlyList<FileRequest> files, Func<FileRequest, bool> claims, bool force, bool skipExisting, DateTimeOffset now, Action<string> warn)
    {
        if (force && skipExisting)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "Existing outputs can be replaced (Force) or passed over (SkipExisting), not both.");
        }

        FileRequest[] whole = [.. files.Select(file => RefuseItself(Normalize(file)))];
        FilePlanner.RefuseTakenTargets(whole, claims);
        OutputFolder.Survey(effects, whole, now, warn);
        return skipExisting
            ? Array.ConvertAll(whole, file => file.IsSettled || file.Existing != ExistingEntry.File ? file : file with { PassedOver = true })
            : whole;
    }

    /// <summary>One file has one path: in the catalog, and where input and output are compared.</summary>
    public static FileRequest Normalize(FileRequest file)
    {
        if (file.IsSettled)
        {
            return file;
        }

        FileRequest whole = file;
        TenantEncryptionException? refusal = FileFailure.Catch(file.Source, "read", () =>
            whole = file with { Source = Full(file.Source), Destination = Full(file.Destination) });
        return refusal is null ? whole : file with { Refusal = refusal };
    }

    /// <summary>Has the files worked on that are not settled.</summary>
    /// <param name="effects">The file system.</param>
    /// <param name="files">The files.</param>
    /// <param name="work">Works on files, and gives their outcomes in order.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>How each file went, in order.</returns>
    public static async IAsyncEnumerable<FileOutcome<T>> RunAsync<T>(
        IFileEffects effects,
        FileRequest[] files,
        Func<FileRequest[], IAsyncEnumerable<FileOutcome<T>>> work,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        using var marks = new FolderMarks(effects, files);
        IAsyncEnumerator<FileOutcome<T>> worked = work(Array.FindAll(files, file => !file.IsSettled)).GetAsyncEnumerator(cancellationToken);
        await using ConfiguredAsyncDisposable disposed = worked.ConfigureAwait(false);
        foreach (FileRequest file in files)
        {
            if (file.IsSettled)
            {
                yield return FileOutcome<T>.Settled(file);
            }
            else if (await worked.MoveNextAsync().ConfigureAwait(false))
            {
                yield return worked.Current;
            }
        }
    }

    // What is verified has itself as its output.
    private static string Full(string path) => ObjectAddress.IsOne(path) ? ObjectAddress.Parse(path).ToString() : PathIdentity.Full(path);

    private static FileRequest RefuseItself(FileRequest file) => file.IsSettled || !PathIdentity.Comparer.Equals(file.Source, file.Destination)
        ? file
        : file with { Refusal = new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{file.Source}' is both input and output.") };
}
