using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Identity;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Signing;

namespace TenantEncryption.LocalKms.Auditing;

/// <summary>One call, and its form as a CloudTrail record (CloudTrail User Guide, "CloudTrail record contents").</summary>
internal sealed class AuditEntry
{
    // CloudTrail shows neither plaintext nor ciphertext.
    private static readonly string[] Withheld = ["Plaintext", "CiphertextBlob"];

    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public required string EventName { get; init; }

    /// <summary><c>kms.amazonaws.com</c> or <c>sts.amazonaws.com</c>.</summary>
    public required string EventSource { get; init; }

    public required string RequestId { get; init; }

    /// <summary>The id of the record, which GetKeyLastUsage tells.</summary>
    public required string EventId { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>Who called; <see langword="null"/> where the call was refused before that was known.</summary>
    public SignedCall? Signature { get; init; }

    public bool ReadOnly { get; init; }

    /// <summary>The JSON request, or none for STS.</summary>
    public ReadOnlyMemory<byte> Request { get; init; }

    public required CallTrace Trace { get; init; }

    public KmsError? Error { get; init; }

    public string? SourceIp { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>The record as one line of JSON.</summary>
    public override string ToString()
    {
        var line = new ArrayBufferWriter<byte>(1024);
        WriteTo(line);
        return Encoding.UTF8.GetString(line.WrittenSpan);
    }

    public void WriteTo(IBufferWriter<byte> line)
    {
        using var json = new Utf8JsonWriter(line, Format);
        json.WriteStartObject();
        json.WriteString("eventVersion", "1.11");
        WriteIdentity(json);
        json.WriteString("eventTime", Time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteString("eventSource", EventSource);
        json.WriteString("eventName", EventName);
        json.WriteString("awsRegion", Signature?.Region);
        json.WriteString("sourceIPAddress", SourceIp);
        json.WriteString("userAgent", UserAgent);
        if (Error is not null)
        {
            json.WriteString("errorCode", Error.Type == "AccessDeniedException" ? "AccessDenied" : Error.Type);
            json.WriteString("errorMessage", Error.Text);
        }

        WriteParameters(json);
        json.WriteNull("responseElements");
        WriteDecisions(json);
        json.WriteString("requestID", RequestId);
        json.WriteString("eventID", EventId);
        json.WriteBoolean("readOnly", ReadOnly);
        WriteResources(json);
        json.WriteString("eventType", "AwsApiCall");
        json.WriteBoolean("managementEvent", true);
        json.WriteString("recipientAccountId", Trace.Resources is [var first, ..] ? first.Account : Signature?.Caller.Account);
        json.WriteString("eventCategory", "Management");
        json.WriteEndObject();
    }

    private void WriteIdentity(Utf8JsonWriter json)
    {
        json.WriteStartObject("userIdentity");
        if (Signature is { Caller: var caller })
        {
            json.WriteString("type", caller.Type);
            if (caller.Principal.IsService)
            {
                json.WriteString("invokedBy", caller.Arn);
            }
            else
            {
                json.WriteString("principalId", caller.UserId);
                json.WriteString("arn", caller.Arn);
                json.WriteString("accountId", caller.Account);
                json.WriteString("accessKeyId", Signature.AccessKeyId);
                WriteSession(json, caller);
            }
        }
        else
        {
            json.WriteString("type", "Unknown");
        }

        json.WriteEndObject();
    }

    private static void WriteSession(Utf8JsonWriter json, Caller caller)
    {
        if (caller.Type == "IAMUser")
        {
            json.WriteString("userName", caller.Arn.Split('/')[^1]);
        }

        if (caller.Type == "AssumedRole")
        {
            json.WriteStartObject("sessionContext");
            json.WriteStartObject("sessionIssuer");
            json.WriteString("type", "Role");
            json.WriteString("principalId", caller.UserId.Split(':')[0]);
            json.WriteString("arn", caller.Principal.RoleArn);
            json.WriteString("accountId", caller.Account);
            json.WriteString("userName", caller.Principal.RoleArn!.Split('/')[^1]);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        if (caller.Context.TryGetValue("kms:ViaService", out string? service))
        {
            json.WriteString("invokedBy", service);
        }
    }

    private void WriteParameters(Utf8JsonWriter json)
    {
        json.WritePropertyName("requestParameters");
        try
        {
            using JsonDocument request = JsonDocument.Parse(Request.IsEmpty ? "{}"u8.ToArray() : Request);
            json.WriteStartObject();
            foreach (JsonProperty member in request.RootElement.EnumerateObject())
            {
                if (!Withheld.Contains(member.Name))
                {
                    json.WritePropertyName(char.ToLowerInvariant(member.Name[0]) + member.Name[1..]);
                    member.Value.WriteTo(json);
                }
            }

            json.WriteEndObject();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            json.WriteNullValue();
        }
    }

    private void WriteDecisions(Utf8JsonWriter json)
    {
        if (Trace.Decisions.Count == 0)
        {
            return;
        }

        // CloudTrail does not tell why; this is what one rehearses a policy for.
        json.WriteStartObject("additionalEventData");
        json.WriteStartArray("decisions");
        foreach ((string action, Policies.AccessDecision decision) in Trace.Decisions)
        {
            json.WriteStringValue($"{action}: {decision}");
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteResources(Utf8JsonWriter json)
    {
        json.WriteStartArray("resources");
        foreach (KmsKey key in Trace.Resources)
        {
            json.WriteStartObject();
            json.WriteString("accountId", key.Account);
            json.WriteString("type", "AWS::KMS::Key");
            json.WriteString("ARN", key.Arn);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
