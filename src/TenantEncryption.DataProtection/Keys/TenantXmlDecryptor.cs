using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;
using TenantEncryption.Data;

namespace TenantEncryption.DataProtection;

/// <summary>
/// Decrypts a stored data-protection key: only a message of this tenant, written for this purpose, verified to its last byte. ASP.NET Core finds this type
/// by the name that stands in the stored XML and makes it with the container's services, so its name and its constructor stay as they are.
/// </summary>
public sealed class TenantXmlDecryptor : IXmlDecryptor
{
    private readonly IServiceProvider _services;

    /// <summary>Makes it, for ASP.NET Core.</summary>
    /// <param name="services">The container, with a <see cref="TenantEncryptionService"/>.</param>
    public TenantXmlDecryptor(IServiceProvider services) => _services = services;

    /// <inheritdoc/>
    /// <exception cref="TenantEncryptionException">Why it can't be read, such as <c>KEY_DISABLED</c>, <c>WRONG_TENANT</c>, <c>CONTEXT_MISMATCH</c>.</exception>
    public XElement Decrypt(XElement encryptedElement)
    {
        ArgumentNullException.ThrowIfNull(encryptedElement);
        byte[] message = KeyElement.Read(encryptedElement);
        byte[] plaintext = Task.Run(() => UnprotectAsync(message)).GetAwaiter().GetResult();
        try
        {
            return XElement.Parse(Encoding.UTF8.GetString(plaintext));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    private async Task<byte[]> UnprotectAsync(byte[] message)
    {
        var only = new UnprotectOptions { TenantId = _services.GetRequiredService<TenantOfKeys>().TenantId, EncryptionContext = KeyElement.Purpose };
        DataSession session = _services.GetRequiredService<TenantEncryptionService>().Data.BeginSession();
        await using (session.ConfigureAwait(false))
        {
            return (await session.UnprotectValueAsync(message, only).ConfigureAwait(false)).Plaintext;
        }
    }
}
