using System.Diagnostics;
using System.Runtime.CompilerServices;
using TenantEncryption.Telemetry;

namespace TenantEncryption.Data;

/// <summary>One activity around all files of a call: its KMS calls are within it, and it ends when the caller has taken the last outcome, or no more.</summary>
internal static class FileActivity
{
    /// <summary>Has files worked on within an activity.</summary>
    /// <param name="telemetry">The direction.</param>
    /// <param name="tenantId">Whose files they are, where that is known.</param>
    /// <param name="outcomes">The work.</param>
    /// <param name="lengthOf">The bytes of plaintext of a file that went well.</param>
    /// <param name="cancellationToken">Stops; a caller may look at the outcomes with another one, too.</param>
    /// <returns>The same outcomes.</returns>
    public static async IAsyncEnumerable<FileOutcome<T>> AroundAsync<T>(
        DataTelemetry telemetry,
        string? tenantId,
        IAsyncEnumerable<FileOutcome<T>> outcomes,
        Func<T, long> lengthOf,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        using Activity? activity = telemetry.Begin(DataKind.File, tenantId);
        (long messages, long bytes) = (0, 0);
        IAsyncEnumerator<FileOutcome<T>> each = outcomes.GetAsyncEnumerator(cancellationToken);
        await using ConfiguredAsyncDisposable disposed = each.ConfigureAwait(false);
        try
        {
            while (await NextAsync(each, activity).ConfigureAwait(false))
            {
                if (each.Current.Result is { } result)
                {
                    (messages, bytes) = (messages + 1, bytes + lengthOf(result));
                }

                yield return each.Current;
            }
        }
        finally
        {
            activity?.SetTag(TelemetryTags.Messages, messages).SetTag(TelemetryTags.Bytes, bytes);
        }
    }

    private static async ValueTask<bool> NextAsync<T>(IAsyncEnumerator<T> each, Activity? activity)
    {
        try
        {
            return await each.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            activity.Fail(error);
            throw;
        }
    }
}
