namespace TenantEncryption.Kms;

/// <summary>One call that was made to AWS KMS, as the event log keeps it, so that it can be matched to CloudTrail.</summary>
public sealed record KmsCall
{
    /// <summary>The operation, such as <c>Decrypt</c>: CloudTrail's event name.</summary>
    public required string Operation { get; init; }

    /// <summary>The key that was asked for.</summary>
    public required string KeyId { get; init; }

    /// <summary>The region that was asked, when it is known.</summary>
    public string? Region { get; init; }

    /// <summary>The AWS request id, when there was an answer.</summary>
    public string? RequestId { get; init; }

    /// <summary>The code of the failure; <see langword="null"/> when the call succeeded.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>When the call began.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"kms:{Operation} {KeyId} {(ErrorCode ?? "ok")} in {Elapsed.TotalMilliseconds:F0} ms{(RequestId is null ? "" : $", request {RequestId}")}";
}
