using System.Buffers;
using TenantEncryption.LocalKms.Auditing;
using TenantEncryption.LocalKms.Signing;

namespace TenantEncryption.LocalKms.Protocol;

/// <summary>A call of either service on its way through the endpoint.</summary>
internal sealed class ServiceCall
{
    public required HttpRequest Http { get; init; }

    public required byte[] Body { get; init; }

    /// <summary>What <c>x-amzn-RequestId</c> will be.</summary>
    public required string RequestId { get; init; }

    /// <summary>The id of its record in the audit log.</summary>
    public string EventId { get; } = Guid.NewGuid().ToString();

    /// <summary>The operation that the request names, known or not.</summary>
    public required string Operation { get; init; }

    public ArrayBufferWriter<byte> Answer { get; } = new(512);

    public CallTrace Trace { get; } = new();

    /// <summary>What the Authorization header claims, where it is understood.</summary>
    public RequestSignature? Claim { get; init; }

    /// <summary>Who signed, once that is verified.</summary>
    public SignedCall? Signature { get; set; }

    /// <summary>Whether the operation changes nothing, once it is known.</summary>
    public bool ReadOnly { get; set; } = true;

    public string? SourceIp { get; init; }

    public string UserAgent => Http.Headers.UserAgent.ToString();
}
