using System.Buffers;
using System.Text.Json;
using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Faults;
using TenantEncryption.LocalKms.Protocol;
using TenantEncryption.LocalKms.Signing;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>The AWS JSON 1.1 protocol of KMS: one POST per call, the operation in <c>X-Amz-Target</c>.</summary>
internal sealed class KmsProtocol(KmsState state, SignatureVerifier signatures, FaultInjector faults, ServiceClock clock) : IServiceProtocol
{
    private const string TargetPrefix = "TrentService.";

    public string EventSource => "kms.amazonaws.com";

    public string ContentType => "application/x-amz-json-1.1";

    public bool TakesJson => true;

    public string NameOperation(HttpRequest request, byte[] body)
    {
        string target = request.Headers["X-Amz-Target"].ToString();
        return target.StartsWith(TargetPrefix, StringComparison.Ordinal) ? target[TargetPrefix.Length..] : target;
    }

    public void Run(ServiceCall call)
    {
        call.Signature = signatures.Verify(call.Http, call.Body, call.Claim, service: "kms");
        if (!OperationCatalog.All.TryGetValue(call.Operation, out IOperation? operation))
        {
            throw KmsErrors.UnknownOperation();
        }

        DateTimeOffset now = clock.Now;
        state.Settle(now);
        call.ReadOnly = !operation.Changes;
        using JsonDocument document = ParseBody(call.Body);
        using var answer = new Utf8JsonWriter(call.Answer);
        answer.WriteStartObject();
        var operationCall = new OperationCall
        {
            Operation = operation,
            Signature = call.Signature,
            Request = new RequestFields(document.RootElement),
            Answer = answer,
            State = state,
            Now = now,
            Propagation = faults.Propagation,
            SourceIp = call.SourceIp,
            UserAgent = call.UserAgent,
            Ids = (call.RequestId, call.EventId),
            Trace = call.Trace,
        };
        if (operation.Changes)
        {
            lock (state.Writing)
            {
                operation.Run(operationCall);
            }
        }
        else
        {
            operation.Run(operationCall);
        }

        answer.WriteEndObject();
    }

    public int WriteError(IBufferWriter<byte> answer, KmsError error, string requestId)
    {
        using var writer = new Utf8JsonWriter(answer);
        writer.WriteStartObject();
        writer.WriteString("__type", error.Type);
        if (error.Text is not null)
        {
            writer.WriteString("message", error.Text);
        }

        writer.WriteEndObject();
        return error.Status;
    }

    private static JsonDocument ParseBody(byte[] body)
    {
        try
        {
            JsonDocument document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw KmsErrors.Serialization("Unexpected token at the start of the request.");
        }
        catch (JsonException)
        {
            throw KmsErrors.Serialization("The request is not valid JSON.");
        }
    }
}
