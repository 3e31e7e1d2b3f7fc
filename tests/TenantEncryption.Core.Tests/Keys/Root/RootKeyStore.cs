using System.Text;
using Microsoft.Data.Sqlite;
using TenantEncryption.Aws;
using TenantEncryption.Data;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Sqlite;
using TenantEncryption.Tenants;

namespace TenantEncryption.Core.Tests.Keys.Root;

/// <summary>A store in folders of its own, opened as often as a test likes; no KMS is called.</summary>
internal sealed class RootKeyStore : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tenantencryption-root-").FullName;

    /// <summary>The folder around both.</summary>
    public string Folder => _root;

    /// <summary>The folder of the root keys.</summary>
    public string Roots => Path.Combine(_root, "roots");

    /// <summary>The folder of the store.</summary>
    public string Store => Path.Combine(_root, "store");

    /// <summary>The one file with root keys.</summary>
    public string RootFile => Directory.GetFiles(Roots, "*.root").Single();

    private string StoreId => Path.GetFileNameWithoutExtension(RootFile);

    /// <summary>A passphrase's vault, with few iterations for the test's sake.</summary>
    public static PassphraseRootKeyVault Passphrase(string text) => new(new SecretBytes(Encoding.UTF8.GetBytes(text)), iterations: 10);

    /// <summary>Opens a service, as another process would.</summary>
    public Task<TenantEncryptionService> OpenAsync(IRootKeyVault? vault = null) => TenantEncryptionService.OpenAsync(
        new SqliteStore(Store),
        new AwsKms(),
        new TenantEncryptionOptions { RootKeyVault = vault ?? new FileRootKeyVault(Roots), LogHeadFolder = Roots });

    /// <summary>Protects a value for a new tenant.</summary>
    public static async Task<byte[]> ProtectAsync(TenantEncryptionService service, string tenantId)
    {
        await service.Tenants.CreateAsync(new NewTenant { TenantId = tenantId });
        await using DataSession session = service.Data.BeginSession();
        return await session.ProtectValueAsync(tenantId, Encoding.UTF8.GetBytes(tenantId));
    }

    /// <summary>Reads a value as text.</summary>
    public static async Task<string> ReadAsync(TenantEncryptionService service, byte[] message)
    {
        service.Keys.ClearLeases();
        await using DataSession session = service.Data.BeginSession();
        return Encoding.UTF8.GetString((await session.UnprotectValueAsync(message)).Plaintext);
    }

    /// <summary>The root keys that are kept outside the store.</summary>
    public async Task<RootKeySet> LoadRootsAsync() => (await ((IRootKeyVault)new FileRootKeyVault(Roots)).OpenAsync(StoreId, null, null!, default))!;

    /// <summary>Keeps other root keys in their place.</summary>
    public void SaveRoots(RootKeySet keys) => ((IRootKeyVault)new FileRootKeyVault(Roots)).Keep(StoreId, keys);

    /// <summary>Changes the database past the service.</summary>
    public void Sql(string statement)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Store, SqliteStore.FileName)};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The text is a test's own.
        command.CommandText = statement;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_root, recursive: true);
}
