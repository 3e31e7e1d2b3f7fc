using Newtonsoft.Json;

namespace TenantEncryption.Envelope;

/// <summary>How the body of a message is laid out (message-header.md, <c>Content Type</c>).</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum ContentType
{
    /// <summary>The whole body is one AES-GCM ciphertext.</summary>
    NonFramed = 1,

    /// <summary>The body is a sequence of frames of equal length, each a ciphertext of its own; the last may be shorter.</summary>
    Framed = 2,
}
