using System.Runtime.InteropServices;
using System.Text;
using TenantEncryption.Aws;
using TenantEncryption.Data;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Sqlite;
using TenantEncryption.Tenants;

namespace TenantEncryption.Chaos;

/// <summary>Work of a process that has no right to lock memory beyond its limit, which whoever starts it sets.</summary>
internal static class Unlocked
{
    public static async Task RunAsync(string root)
    {
        // Of this thread, which makes the first secret; for who is root without it.
        GiveUpCapabilities();
        using (SecretBytes first = SecretBytes.Random(32))
        {
            Console.WriteLine($"locked: {SecretBytes.LockFailure is null}");
        }

        byte[] message = [];
        for (int opening = 0; opening < 2; opening++)
        {
            await using TenantEncryptionService service = await TenantEncryptionService.OpenAsync(
                new SqliteStore(Path.Combine(root, "store")),
                new AwsKms(),
                new TenantEncryptionOptions
                {
                    RootKeyVault = new FileRootKeyVault(Path.Combine(root, "roots")),
                    LogHeadFolder = Path.Combine(root, "roots"),
                    OnWarning = text => Console.WriteLine($"warning: {text}"),
                });
            if (opening == 0)
            {
                await service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
            }

            await using DataSession session = service.Data.BeginSession();
            message = opening == 0 ? await session.ProtectValueAsync("acme", "a value"u8.ToArray()) : message;
            Console.WriteLine($"read: {Encoding.UTF8.GetString((await session.UnprotectValueAsync(message)).Plaintext)}");
        }
    }

    private static void GiveUpCapabilities()
    {
        int[] header = [0x20080522, 0]; // _LINUX_CAPABILITY_VERSION_3, the calling thread: capset(2)
        if (capset(header, new int[6]) != 0)
        {
            throw new InvalidOperationException(Marshal.GetLastPInvokeErrorMessage());
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int capset(int[] header, int[] capabilities);
}
