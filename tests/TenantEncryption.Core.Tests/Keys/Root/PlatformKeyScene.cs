using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Core.Tests.Keys.Root;

/// <summary>
/// One store whose root is sealed under a key of the platform's, and machines that share it: each has a service, a folder for its heads and a clock of its own.
/// </summary>
internal sealed class PlatformKeyScene : IAsyncDisposable
{
    private readonly TestFolders _folders = new();
    private readonly List<TestService> _machines = [];

    private PlatformKeyScene(SharedKms keys, string keyArn) => (Keys, KeyArn) = (keys, keyArn);

    public SharedKms Keys { get; }

    /// <summary>The platform's key.</summary>
    public string KeyArn { get; }

    public TestFolders Folders => _folders;

    public static async Task<PlatformKeyScene> BeginAsync(SharedKms? keys = null)
    {
        keys ??= await SharedKms.GetAsync();
        return new PlatformKeyScene(keys, await keys.CreateKeyAsync());
    }

    public KmsRootKeyVault Vault(string? keyArn = null) => new(keyArn ?? KeyArn, new KmsConnection { EndpointUrl = Keys.Url });

    /// <summary>Opens the store on one more machine.</summary>
    /// <param name="time">Its clock.</param>
    /// <param name="vault">Where it looks for the root; under the platform's key when not given.</param>
    /// <param name="keyLease">Its own lease.</param>
    public async Task<TestService> OpenAsync(TimeProvider? time = null, IRootKeyVault? vault = null, TimeSpan? keyLease = null)
    {
        string heads = Path.Combine(_folders.RootKeys, $"machine-{_machines.Count}");
        TestService machine = await TestService.OpenAsync(
            options => options with { RootKeyVault = vault ?? Vault(), LogHeadFolder = heads, Time = time ?? TimeProvider.System, KeyLease = keyLease },
            keys: Keys,
            folders: _folders,
            ownsFolders: false);
        _machines.Add(machine);
        return machine;
    }

    /// <summary>What the store keeps under a name, past the service.</summary>
    public static byte[] Setting(TestService machine, string name) => (byte[])machine.SqlValue("SELECT value FROM settings WHERE name = $name", ("$name", name))!;

    /// <summary>Puts something else there, as who can write the store could.</summary>
    public static void Set(TestService machine, string name, byte[] value) =>
        machine.Tamper("UPDATE settings SET value = $value WHERE name = $name", ("$value", value), ("$name", name));

    public async ValueTask DisposeAsync()
    {
        foreach (TestService machine in _machines)
        {
            await machine.DisposeAsync();
        }

        _folders.Dispose();
    }
}
