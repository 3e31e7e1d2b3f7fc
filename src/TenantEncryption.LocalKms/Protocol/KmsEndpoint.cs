using System.Buffers;
using System.Text.Json;
using TenantEncryption.LocalKms.Operations;
using TenantEncryption.LocalKms.Signing;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Protocol;

/// <summary>The AWS JSON 1.1 protocol of KMS: one POST per call, the operation in <c>X-Amz-Target</c>.</summary>
internal sealed class KmsEndpoint(KmsState state, SignatureVerifier signatures, TimeProvider time)
{
    private const string ContentType = "application/x-amz-json-1.1";
    private const string TargetPrefix = "TrentService.";

    // Larger than any request that AWS accepts: a 32 KiB policy with every character escaped.
    private const int MaximumBody = 1024 * 1024;

    public async Task HandleAsync(HttpContext http)
    {
        string requestId = Guid.NewGuid().ToString();
        var answer = new ArrayBufferWriter<byte>(512);
        int status;
        try
        {
            byte[] body = await RequestBody.ReadAsync(http.Request, MaximumBody, http.RequestAborted);
            Run(http, body, answer);
            status = StatusCodes.Status200OK;
        }
        catch (KmsError error)
        {
            answer.ResetWrittenCount();
            WriteError(answer, error);
            status = error.Status;
        }

        http.Response.StatusCode = status;
        http.Response.Headers["x-amzn-RequestId"] = requestId;
        http.Response.ContentType = ContentType;
        http.Response.ContentLength = answer.WrittenCount;
        await http.Response.Body.WriteAsync(answer.WrittenMemory, http.RequestAborted);
    }

    private void Run(HttpContext http, byte[] body, ArrayBufferWriter<byte> answer)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            throw KmsErrors.UnknownOperation();
        }

        SignedCall signature = signatures.Verify(http.Request, body);
        string target = http.Request.Headers["X-Amz-Target"].ToString();
        if (!target.StartsWith(TargetPrefix, StringComparison.Ordinal)
            || !OperationCatalog.All.TryGetValue(target[TargetPrefix.Length..], out IOperation? operation))
        {
            throw KmsErrors.UnknownOperation();
        }

        state.Settle(time.GetUtcNow());
        using JsonDocument document = ParseBody(body);
        using var writer = new Utf8JsonWriter(answer);
        writer.WriteStartObject();
        var call = new OperationCall
        {
            Operation = operation,
            Signature = signature,
            Request = new RequestFields(document.RootElement),
            Answer = writer,
            State = state,
            Now = time.GetUtcNow(),
            SourceIp = http.Connection.RemoteIpAddress?.MapToIPv4().ToString(),
            UserAgent = http.Request.Headers.UserAgent.ToString(),
        };
        if (operation.Changes)
        {
            lock (state.Writing)
            {
                operation.Run(call);
            }
        }
        else
        {
            operation.Run(call);
        }

        writer.WriteEndObject();
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

    private static void WriteError(ArrayBufferWriter<byte> answer, KmsError error)
    {
        using var writer = new Utf8JsonWriter(answer);
        writer.WriteStartObject();
        writer.WriteString("__type", error.Type);
        if (error.Text is not null)
        {
            writer.WriteString("message", error.Text);
        }

        writer.WriteEndObject();
    }
}
