using System.Buffers;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.WebUtilities;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Protocol;
using TenantEncryption.LocalKms.Signing;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Sts;

/// <summary>The AWS query protocol of STS: a form in, XML out.</summary>
internal sealed class StsProtocol(KmsState state, SignatureVerifier signatures, TimeProvider time) : IServiceProtocol
{
    private readonly IStsOperation[] _operations = [new AssumeRole(state), new GetCallerIdentity()];

    public string EventSource => "sts.amazonaws.com";

    public string ContentType => "text/xml";

    public bool TakesJson => false;

    public string NameOperation(HttpRequest request, byte[] body) => Form(body).GetValueOrDefault("Action").ToString();

    public void Run(ServiceCall call)
    {
        call.Signature = signatures.Verify(call.Http, call.Body, call.Claim, service: "sts");
        IStsOperation operation = Array.Find(_operations, candidate => candidate.Name == call.Operation)
            ?? throw new KmsError("InvalidAction", $"Could not find operation {call.Operation} for version 2011-06-15");
        IEnumerable<XElement> result = operation.Run(new StsCall(call.Signature, Form(call.Body), time.GetUtcNow(), call));
        var answer = new XElement(
            StsCall.Xml + $"{operation.Name}Response",
            new XElement(StsCall.Xml + $"{operation.Name}Result", result),
            new XElement(StsCall.Xml + "ResponseMetadata", new XElement(StsCall.Xml + "RequestId", call.RequestId)));
        Encoding.UTF8.GetBytes(answer.ToString(SaveOptions.DisableFormatting), call.Answer);
    }

    public int WriteError(IBufferWriter<byte> answer, KmsError error, string requestId)
    {
        // STS has names of its own for what is wrong with credentials, and answers them with 403.
        (string code, int status) = error.Type switch
        {
            "UnrecognizedClientException" => ("InvalidClientTokenId", StatusCodes.Status403Forbidden),
            "InvalidSignatureException" => ("SignatureDoesNotMatch", StatusCodes.Status403Forbidden),
            "MissingAuthenticationTokenException" => ("MissingAuthenticationToken", StatusCodes.Status403Forbidden),
            "IncompleteSignatureException" => ("IncompleteSignature", StatusCodes.Status400BadRequest),
            "ExpiredTokenException" => ("ExpiredToken", StatusCodes.Status403Forbidden),
            "ThrottlingException" => ("Throttling", StatusCodes.Status400BadRequest),
            "KMSInternalException" => ("InternalFailure", StatusCodes.Status500InternalServerError),
            var type => (type, error.Status),
        };
        var xml = new XElement(
            StsCall.Xml + "ErrorResponse",
            new XElement(
                StsCall.Xml + "Error",
                new XElement(StsCall.Xml + "Type", status >= 500 ? "Receiver" : "Sender"),
                new XElement(StsCall.Xml + "Code", code),
                new XElement(StsCall.Xml + "Message", error.Text)),
            new XElement(StsCall.Xml + "RequestId", requestId));
        Encoding.UTF8.GetBytes(xml.ToString(SaveOptions.DisableFormatting), answer);
        return status;
    }

    private static Dictionary<string, Microsoft.Extensions.Primitives.StringValues> Form(byte[] body) =>
        QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body));
}
