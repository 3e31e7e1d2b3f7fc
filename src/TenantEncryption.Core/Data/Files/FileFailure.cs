using TenantEncryption.Errors;

namespace TenantEncryption.Data.Files;

/// <summary>Turns the file system's exceptions into this library's.</summary>
internal static class FileFailure
{
    /// <summary>Does something with a file.</summary>
    /// <param name="path">The file, as the user knows it.</param>
    /// <param name="verb">What was done: <c>read</c>, <c>written</c>, ….</param>
    /// <param name="work">The work.</param>
    /// <exception cref="TenantEncryptionException"><c>SOURCE_NOT_FOUND</c>, <c>STORAGE_FAILED</c>.</exception>
    public static T Translate<T>(string path, string verb, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Of(path, verb, exception);
        }
    }

    /// <summary>The exception for a failure.</summary>
    public static TenantEncryptionException Of(string path, string verb, Exception exception) =>
        exception is FileNotFoundException or DirectoryNotFoundException && verb == "read"
            ? new TenantEncryptionException(ErrorCodes.SourceNotFound, $"There is no file '{path}'.", exception)
            : new TenantEncryptionException(ErrorCodes.StorageFailed, $"'{path}' could not be {verb}: {exception.Message}", exception);
}
