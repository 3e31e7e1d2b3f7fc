using Newtonsoft.Json;
using TenantEncryption.Errors;

namespace TenantEncryption.State;

/// <summary>Reads rows that decide who may read and write. One that can't even be read was altered.</summary>
internal static class StateRows
{
    /// <summary>Reads them.</summary>
    /// <param name="what">What they are, for the error: <c>A row of tenant 'x'</c>.</param>
    /// <param name="read">The read.</param>
    /// <returns>What was read.</returns>
    /// <exception cref="TenantEncryptionException"><c>STATE_ALTERED</c>.</exception>
    public static async Task<T> ReadAsync<T>(string what, Func<Task<T>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            throw new TenantEncryptionException(ErrorCodes.StateAltered, $"{what} can't be read: {exception.Message}", exception);
        }
    }

    // What a value of the wrong type, a name that is none, a number out of range or a text that is no JSON come to.
    private static bool IsUnreadable(Exception exception) =>
        exception is FormatException or ArgumentException or InvalidCastException or OverflowException or NullReferenceException or JsonException
            or TenantEncryptionException { Code: ErrorCodes.InvalidPlatform };
}
