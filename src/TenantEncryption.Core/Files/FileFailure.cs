using TenantEncryption.Errors;

namespace TenantEncryption.Files;

/// <summary>Turns the file system's exceptions into this library's, and decides what is one file's failure.</summary>
internal static class FileFailure
{
    /// <summary>
    /// Works on one of many files. Whatever goes wrong, foreseen or not, is that file's failure: whoever can write one file could otherwise end the work on
    /// all. Only a stop goes on up.
    /// </summary>
    /// <param name="path">The file, as the user knows it.</param>
    /// <param name="verb">What is done: <c>read</c>, <c>written</c>, ….</param>
    /// <param name="work">The work.</param>
    /// <param name="stop">The stop.</param>
    /// <returns>What went wrong, or <see langword="null"/>.</returns>
    public static async ValueTask<TenantEncryptionException?> CatchAsync(string path, string verb, Func<ValueTask> work, CancellationToken stop)
    {
        try
        {
            await work().ConfigureAwait(false);
            return null;
        }
        catch (Exception exception) when (!IsStop(exception, stop))
        {
            return Of(path, verb, exception);
        }
    }

    /// <summary>As <see cref="CatchAsync"/>; without a stop for what is not stopped half-way.</summary>
    public static TenantEncryptionException? Catch(string path, string verb, Action work, CancellationToken stop = default)
    {
        try
        {
            work();
            return null;
        }
        catch (Exception exception) when (!IsStop(exception, stop))
        {
            return Of(path, verb, exception);
        }
    }

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
    public static TenantEncryptionException Of(string path, string verb, Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException when verb == "read" =>
            new TenantEncryptionException(ErrorCodes.SourceNotFound, $"'{path}' does not exist.", exception),
        IOException when IsOutOfDescriptors(exception) => new TenantEncryptionException(
            ErrorCodes.StorageFailed,
            $"'{path}' could not be {verb}: {exception.Message}",
            exception,
            $"This process may have no more than {OpenFileLimit.OfProcess()} files open at once: raise that limit (ulimit -n), or work on fewer files at the same time."),
        IOException when FileInUse.Is(exception) => new TenantEncryptionException(
            ErrorCodes.StorageFailed,
            $"'{path}' could not be {verb}: another program has it open.",
            exception,
            "Close it there, or wait for that program to end (a virus scan, an index or a backup takes seconds), and repeat the command."),
        IOException or UnauthorizedAccessException =>
            new TenantEncryptionException(ErrorCodes.StorageFailed, $"'{path}' could not be {verb}: {exception.Message}", exception),
        _ => TenantEncryptionException.Of(exception),
    };

    // EMFILE, and ENFILE of the whole machine: errno(3), which .NET gives as it is.
    private static bool IsOutOfDescriptors(Exception exception) => !OperatingSystem.IsWindows() && exception.HResult is (24 or 23);

    private static bool IsStop(Exception exception, CancellationToken stop) =>
        stop.IsCancellationRequested && (exception is OperationCanceledException or TenantEncryptionException { Code: ErrorCodes.Cancelled });
}
