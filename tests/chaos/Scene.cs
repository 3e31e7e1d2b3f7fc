using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TenantEncryption.Aws;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.PostgreSql;
using TenantEncryption.S3;
using TenantEncryption.Sqlite;
using TenantEncryption.Stores;

namespace TenantEncryption.Chaos;

/// <summary>
/// Where all of it happens: a store, root keys, and for each tenant a folder of sources and one of messages. What a file or value must
/// hold follows from its name, so nothing need be remembered to verify it.
/// </summary>
internal sealed class Scene(string root, string kmsUrl)
{
    /// <summary>The tenants. The second keeps no key in memory.</summary>
    public static readonly string[] Tenants = ["acme", "globex"];

    public string Root => root;

    public string KmsUrl => kmsUrl;

    /// <summary>Whether the root is sealed under a key of the platform's; then each process is a machine with a folder of its own, and the root is rotated often.</summary>
    public bool HasPlatformKey => File.Exists(PlatformKeyFile);

    /// <summary>Where the object store listens; <see langword="null"/> where there is none.</summary>
    public string? ObjectsUrl => File.Exists(ObjectsFile) ? File.ReadAllText(ObjectsFile) : null;

    private string ObjectsFile => Path.Combine(root, "objects");

    private string PlatformKeyFile => Path.Combine(root, "platform-key");

    /// <summary>Has the root of a new store sealed under a key of the platform's.</summary>
    public void UsePlatformKey(string keyArn) => File.WriteAllText(PlatformKeyFile, keyArn);

    /// <summary>Has every service know an object store.</summary>
    public void UseObjects(string url) => File.WriteAllText(ObjectsFile, url);

    /// <summary>Opens a service, as a process of its own would.</summary>
    /// <param name="time">Its clock, where that is not the system's.</param>
    public Task<TenantEncryptionService> OpenAsync(TimeProvider? time = null) => TenantEncryptionService.OpenAsync(
        OpenStore(),
        new AwsKms(new AwsKmsOptions { SessionCredentials = Session() }),
        new TenantEncryptionOptions
        {
            RootKeyVault = HasPlatformKey
                ? new KmsRootKeyVault(File.ReadAllText(PlatformKeyFile), new KmsConnection { EndpointUrl = kmsUrl })
                : new FileRootKeyVault(Path.Combine(root, "roots")),
            LogHeadFolder = HasPlatformKey ? Path.Combine(root, "machines", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)) : Path.Combine(root, "roots"),
            KeyLease = HasPlatformKey ? TimeSpan.FromSeconds(1) : null,
            Time = time ?? TimeProvider.System,
            ObjectStore = ObjectsUrl is { } objects ? () => new S3ObjectStore(new S3Options { EndpointUrl = objects, SessionCredentials = Session() }) : null,
        });

    private static AwsSessionCredentials Session() => new("local", new SecretBytes("local"u8));

    // Each folder has a schema of its own.
    private IStore OpenStore() => Environment.GetEnvironmentVariable("TENANTENCRYPTION_TEST_STORE") is { Length: > 0 } server
        ? new PostgreSqlStore(server, new PostgreSqlStoreOptions { Create = true, Schema = Path.GetFileName(root) })
        : new SqliteStore(Path.Combine(root, "store"));

    public string Sources(string tenant) => Directory.CreateDirectory(Path.Combine(root, tenant, "sources")).FullName;

    public string Messages(string tenant) => Directory.CreateDirectory(Path.Combine(root, tenant, "messages")).FullName;

    /// <summary>Where verification writes.</summary>
    public string Scratch => Directory.CreateDirectory(Path.Combine(root, "scratch")).FullName;

    /// <summary>The values that a worker was told are protected, and the names of the sources that it made.</summary>
    public string Ledgers(string tenant) => Directory.CreateDirectory(Path.Combine(root, tenant, "ledgers")).FullName;

    /// <summary>What a name must hold: up to 300 kB, at times nothing.</summary>
    public static byte[] ContentOf(string name)
    {
        byte[] seed = SHA256.HashData(Encoding.UTF8.GetBytes(name));
        int length = seed[0] switch { < 16 => 0, < 200 => seed[1] * 16, _ => seed[1] * 1200 };
        byte[] content = new byte[length];
        new Random(BitConverter.ToInt32(seed)).NextBytes(content);
        return content;
    }

    /// <summary>A name that no other has.</summary>
    public static string NewName() => Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
}
