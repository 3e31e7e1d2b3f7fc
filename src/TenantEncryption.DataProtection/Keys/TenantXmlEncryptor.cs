using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using TenantEncryption.Data;

namespace TenantEncryption.DataProtection;

/// <summary>
/// Encrypts each new data-protection key as a message of the tenant. ASP.NET Core asks for it on the calling thread, about every 90 days; the wait is for
/// one value: a write to the store and, where no lease is at hand, a call of the provider.
/// </summary>
internal sealed class TenantXmlEncryptor(TenantEncryptionService service, TenantOfKeys tenant) : IXmlEncryptor
{
    /// <inheritdoc/>
    /// <exception cref="TenantEncryptionException">Why the tenant's provider does not protect it.</exception>
    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        ArgumentNullException.ThrowIfNull(plaintextElement);
        byte[] plaintext = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        try
        {
            byte[] message = Task.Run(() => ProtectAsync(plaintext)).GetAwaiter().GetResult();
            return new EncryptedXmlInfo(KeyElement.Write(message), typeof(TenantXmlDecryptor));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    private async Task<byte[]> ProtectAsync(byte[] plaintext)
    {
        DataSession session = service.Data.BeginSession();
        await using (session.ConfigureAwait(false))
        {
            return await session.ProtectValueAsync(tenant.TenantId, plaintext, new ProtectOptions { EncryptionContext = KeyElement.Purpose }).ConfigureAwait(false);
        }
    }
}
