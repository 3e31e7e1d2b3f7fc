using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace TenantEncryption.DataProtection;

/// <summary>Sets the encryptor of new keys when the container is there, as it needs the service.</summary>
internal sealed class ConfigureKeyManagement(TenantEncryptionService service, TenantOfKeys tenant) : IConfigureOptions<KeyManagementOptions>
{
    /// <inheritdoc/>
    public void Configure(KeyManagementOptions options) => options.XmlEncryptor = new TenantXmlEncryptor(service, tenant);
}
