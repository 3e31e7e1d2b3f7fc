using Microsoft.Win32.SafeHandles;
using TenantEncryption.Errors;

namespace TenantEncryption.Data.Files;

/// <summary>Opens inputs.</summary>
internal static class SourceFile
{
    /// <summary>Opens a file to be read.</summary>
    /// <exception cref="TenantEncryptionException"><c>SOURCE_NOT_FOUND</c>; <c>INVALID_INPUT</c>: it is a folder; <c>STORAGE_FAILED</c>.</exception>
    public static SafeFileHandle Open(IFileEffects effects, string path)
    {
        try
        {
            return effects.OpenRead(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Directory.Exists(path)
                ? new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{path}' is a folder; a file is expected.")
                : FileFailure.Of(path, "read", exception);
        }
    }

    /// <summary>Refuses what was refused when it was planned, and to write a file over what it is made of.</summary>
    /// <exception cref="TenantEncryptionException"><see cref="FileRequest.Refusal"/>; <c>INVALID_INPUT</c>.</exception>
    public static void Check(FileRequest file)
    {
        if (file.Refusal is not null)
        {
            throw file.Refusal;
        }

        if (string.Equals(file.Source, file.Destination, StringComparison.Ordinal))
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{file.Source}' is both input and output.");
        }
    }
}
