using System.Runtime.CompilerServices;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Spaces;

namespace TenantEncryption.Data;

/// <summary>The files of one command whose messages become objects, looked at before anything is done.</summary>
internal static class PlannedObjects
{
    /// <summary>Whether the message of a file becomes an object.</summary>
    public static bool IsOne(FileRequest file) => !file.IsSettled && ObjectAddress.IsOne(file.Destination);

    /// <summary>Refuses to write plaintext where ciphertext is kept.</summary>
    public static FileRequest RefusePlaintext(FileRequest file) => IsOne(file)
        ? file with
        {
            Refusal = new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{file.Source}' would be written to '{file.Destination}' in plaintext: name a file or folder of this machine."),
        }
        : file;

    /// <summary>Looks at all files together: full paths, keys that can be, one object for one source, and those that are passed over.</summary>
    /// <param name="spaces">The buckets.</param>
    /// <param name="files">The files.</param>
    /// <param name="claims">Whether a source would be written to its target; asked where several have one.</param>
    /// <param name="skipExisting">Whether files whose objects exist are passed over.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The files, in order.</returns>
    public static async Task<FileRequest[]> PrepareAsync(
        ReachableSpaces spaces, IReadOnlyList<FileRequest> files, Func<FileRequest, bool> claims, bool skipExisting, CancellationToken cancellationToken)
    {
        FileRequest[] whole = [.. files.Select(Normalize)];
        RefuseTakenKeys(whole, claims);
        for (int index = 0; skipExisting && index < whole.Length; index++)
        {
            FileRequest file = whole[index];
            if (!file.IsSettled)
            {
                ObjectAddress address = ObjectAddress.Parse(file.Destination);
                TenantEncryptionException? failure = await FileFailure.CatchAsync(
                    file.Destination,
                    "read",
                    async () => whole[index] = file with
                    {
                        PassedOver = await spaces.Bucket(address.Bucket).Bucket.FindAsync(address.Key, null, cancellationToken).ConfigureAwait(false) is not null,
                    },
                    cancellationToken).ConfigureAwait(false);
                whole[index] = failure is null ? whole[index] : file with { Refusal = failure };
            }
        }

        return whole;
    }

    /// <summary>Has the files worked on that are not settled.</summary>
    /// <param name="prepare">Looks at the files.</param>
    /// <param name="work">Works on files, and gives their outcomes in order.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>How each file went, in order.</returns>
    public static async IAsyncEnumerable<FileOutcome<T>> RunAsync<T>(
        Func<Task<FileRequest[]>> prepare, Func<FileRequest[], IAsyncEnumerable<FileOutcome<T>>> work, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        FileRequest[] files = await prepare().ConfigureAwait(false);
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

    private static FileRequest Normalize(FileRequest file)
    {
        if (file.IsSettled)
        {
            return file;
        }

        FileRequest whole = file;
        TenantEncryptionException? refusal = FileFailure.Catch(file.Source, "read", () =>
        {
            if (ObjectAddress.IsOne(file.Source))
            {
                throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{file.Source}' is an object: only files of this machine are protected.");
            }

            var address = ObjectAddress.Parse(file.Destination);
            whole = !address.IsPrefix
                ? file with { Source = PathIdentity.Full(file.Source), Destination = address.ToString() }
                : throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{file.Destination}' names no object.");
        });
        return refusal is null ? whole : file with { Refusal = refusal };
    }

    private static void RefuseTakenKeys(FileRequest[] files, Func<FileRequest, bool> claims)
    {
        foreach (IGrouping<string, int> same in Enumerable.Range(0, files.Length).Where(index => !files[index].IsSettled).GroupBy(index => files[index].Destination, StringComparer.Ordinal))
        {
            int[] claiming = [.. same];
            if (claiming.Length == 1)
            {
                continue;
            }

            claiming = [.. claiming.Where(index => claims(files[index]))];
            foreach (int index in claiming.Skip(1))
            {
                FileRequest file = files[index];
                files[index] = file with
                {
                    Refusal = new TenantEncryptionException(
                        ErrorCodes.OutputExists, $"'{file.Source}' would be written to '{file.Destination}', as '{files[claiming[0]].Source}' is."),
                };
            }
        }
    }
}
