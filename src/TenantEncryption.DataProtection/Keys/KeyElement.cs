using System.Xml.Linq;

namespace TenantEncryption.DataProtection;

/// <summary>
/// A data-protection key as it is stored: <c>&lt;tenantEncryptedKey&gt;&lt;message&gt;</c>base64 of a message<c>&lt;/message&gt;&lt;/tenantEncryptedKey&gt;</c>.
/// The message is of the AWS Encryption SDK's format, as every other of the tenant. It is bound to its purpose by a pair of its encryption context, so no
/// other message of the tenant, an upload that somebody chose the text of, is ever taken for a key.
/// </summary>
internal static class KeyElement
{
    /// <summary>What the message of a key is bound to, and what is required of it.</summary>
    public static IReadOnlyDictionary<string, string> Purpose { get; } =
        new Dictionary<string, string> { ["purpose"] = "aspnetcore-data-protection-key" };

    /// <summary>A message as XML.</summary>
    public static XElement Write(ReadOnlySpan<byte> message) => new("tenantEncryptedKey", new XElement("message", Convert.ToBase64String(message)));

    /// <summary>The message of an element.</summary>
    /// <exception cref="TenantEncryptionException"><c>NOT_A_MESSAGE</c>.</exception>
    public static byte[] Read(XElement element)
    {
        try
        {
            return Convert.FromBase64String((string?)element.Element("message") ?? "-");
        }
        catch (FormatException exception)
        {
            throw new TenantEncryptionException(Errors.ErrorCodes.NotAMessage, "A stored data-protection key has no message in base64.", exception);
        }
    }
}
