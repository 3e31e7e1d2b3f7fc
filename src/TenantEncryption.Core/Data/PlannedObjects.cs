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

    /// <summary>Looks at all files together: full paths, keys that can be, one object for one source.</summary>
    /// <param name="files">The files.</param>
    /// <param name="claims">Whether a source would be written to its target; asked where several have one.</param>
    /// <returns>The files, in order.</returns>
    public static FileRequest[] Prepare(IEnumerable<FileRequest> files, Func<FileRequest, bool> claims)
    {
        FileRequest[] whole = [.. files.Select(Normalize)];
        FilePlanner.RefuseTakenTargets(whole, claims, StringComparer.Ordinal);
        return whole;
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
}
