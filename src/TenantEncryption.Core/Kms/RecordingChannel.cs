using System.Collections.Concurrent;
using System.Diagnostics;
using TenantEncryption.Errors;
using TenantEncryption.Telemetry;

namespace TenantEncryption.Kms;

/// <summary>The last step to the KMS: makes each call and keeps a record of it, successful or not.</summary>
/// <param name="kms">The KMS, which is not asked for before the first call.</param>
/// <param name="time">The clock of the records.</param>
/// <param name="observer">Is told of each call at once.</param>
internal sealed class RecordingChannel(Lazy<IKms> kms, TimeProvider time, Action<KmsCall>? observer) : IKmsChannel
{
    private readonly ConcurrentQueue<KmsCall> _calls = new();

    /// <summary>Whether there are calls that nobody took.</summary>
    public bool HasCalls => !_calls.IsEmpty;

    /// <summary>Takes the calls recorded since the last time.</summary>
    public IReadOnlyList<KmsCall> TakeCalls()
    {
        var taken = new List<KmsCall>();
        while (_calls.TryDequeue(out KmsCall? call))
        {
            taken.Add(call);
        }

        return taken;
    }

    /// <inheritdoc/>
    public async Task<T> SendAsync<T>(KmsRequest<T> request, CancellationToken cancellationToken)
        where T : IKmsAnswer
    {
        DateTimeOffset begun = time.GetUtcNow();
        long timestamp = time.GetTimestamp();
        string? error = null;
        string? requestId = null;
        string? region = request.Connection.Region;
        using Activity? activity = KmsTelemetry.Begin(request.Operation, region);
        try
        {
            T answer = await request.Send(kms.Value, request.Connection, request.KeyId).ConfigureAwait(false);
            requestId = answer.RequestId;
            return answer;
        }
        catch (Exception exception)
        {
            error = exception is TenantEncryptionException known ? known.Code : ErrorCodes.Cancelled;
            requestId = (exception as TenantEncryptionException)?.RequestId;
            region = (exception as TenantEncryptionException)?.Region ?? region;
            throw;
        }
        finally
        {
            var made = new KmsCall
            {
                Operation = request.Operation,
                KeyId = request.KeyId,
                Region = region,
                RequestId = requestId,
                ErrorCode = error,
                Time = begun,
                Elapsed = time.GetElapsedTime(timestamp),
            };
            _calls.Enqueue(made);
            KmsTelemetry.Count(made, activity);
            observer?.Invoke(made);
        }
    }
}
