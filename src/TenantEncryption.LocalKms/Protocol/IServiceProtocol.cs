using System.Buffers;
using TenantEncryption.LocalKms.Errors;

namespace TenantEncryption.LocalKms.Protocol;

/// <summary>How a service takes calls and gives answers.</summary>
internal interface IServiceProtocol
{
    /// <summary><c>kms.amazonaws.com</c> or <c>sts.amazonaws.com</c>.</summary>
    string EventSource { get; }

    string ContentType { get; }

    /// <summary>Whether a request is JSON, which the audit log shows.</summary>
    bool TakesJson { get; }

    /// <summary>The operation that a request names.</summary>
    string NameOperation(HttpRequest request, byte[] body);

    /// <summary>Verifies, authorizes and does a call, and writes its answer.</summary>
    /// <exception cref="KmsError">The call is refused.</exception>
    void Run(ServiceCall call);

    /// <summary>Writes the answer of a refusal.</summary>
    /// <returns>The HTTP status.</returns>
    int WriteError(IBufferWriter<byte> answer, KmsError error, string requestId);
}
