using System.Text;
using TenantEncryption.Errors;
using TenantEncryption.Migration;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.State;

/// <summary>
/// A store with a row in every table, made once and copied for each attack: tenant <c>acme</c> with a customer's key, an unfinished migration with a staged
/// record, a catalogued and a pending file, an open reservation; tenant <c>own</c> on a profile of its own; tenant <c>bystander</c>.
/// </summary>
internal sealed class AttackedStore : IAsyncDisposable
{
    private const string Profile =
        """
        {
          "name": "own-cloud", "description": "A profile of one's own.", "partitions": [ "aws" ], "contextKey": "OwnTenant",
          "internalProvider": "Own KMS", "eventPrefix": "com.own.v1", "identifierForms": [ "KeyArn" ], "lifecycle": { "keyChange": "Migrate" }
        }
        """;

    private static readonly Lazy<Task<Scene>> Made = new(MakeAsync);

    private readonly Scene _scene;

    private AttackedStore(TestService service, Scene scene) => (Service, _scene) = (service, scene);

    /// <summary>The store, open, before the attack.</summary>
    public TestService Service { get; }

    /// <summary>A copy of the store.</summary>
    public static async Task<AttackedStore> CopyAsync()
    {
        Scene scene = await Made.Value;
        var folders = new TestFolders();
        Copy(scene.Folders.Store, folders.Store);
        Copy(scene.Folders.RootKeys, folders.RootKeys);
        return new AttackedStore(await TestService.OpenAsync(folders: folders), scene);
    }

    /// <summary>What reading and writing of a tenant, and a change of its keys, come to in a process that opens the store now: each code once.</summary>
    public async Task<string> OutcomeAsync(string tenantId)
    {
        TestService next;
        try
        {
            next = await Service.OpenAnotherAsync();
        }
        catch (TenantEncryptionException refused)
        {
            return refused.Code;
        }

        await using (next)
        {
            byte[] message = _scene.Messages[tenantId];
            var codes = new HashSet<string>
            {
                await CodeAsync(async () => Assert.Equal(_scene.Plaintext, await next.ReadValueAsync(message))),
                await CodeAsync(() => next.ProtectValueAsync([1], tenantId)),
                await CodeAsync(() => next.Service.Keys.ListAsync(tenantId)),
                await CodeAsync(async () => await next.Service.Providers.RegisterAsync(new NewKeyProvider { TenantId = tenantId, Name = "Later", KeyIdentifier = await next.Keys.CreateKeyAsync(), Connection = next.Connection })),
            };
            if (!codes.Contains(ErrorCodes.Success))
            {
                Assert.Equal(0, next.Kms.Count);
            }

            return string.Join(" ", codes.Order(StringComparer.Ordinal));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Service.DisposeAsync();

    private static async Task<string> CodeAsync(Func<Task> work)
    {
        try
        {
            await work();
            return ErrorCodes.Success;
        }
        catch (TenantEncryptionException refused)
        {
            return refused.Code;
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(Path.GetDirectoryName(target)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }

    private static async Task<Scene> MakeAsync()
    {
        (TestService service, _) = await TestService.WithCmkAsync();
        TenantEncryptionService library = service.Service;
        await library.Tenants.CreateAsync(new NewTenant { TenantId = "own", PlatformFile = PlatformProfileReader.Read(Encoding.UTF8.GetBytes(Profile), "own.json") });
        await library.Tenants.CreateAsync(new NewTenant { TenantId = "bystander" });
        byte[] plaintext = [1, 2, 3];
        var messages = new Dictionary<string, byte[]>();
        foreach (string tenantId in new[] { "acme", "own", "bystander" })
        {
            messages[tenantId] = await service.ProtectValueAsync(plaintext, tenantId);
        }

        await service.ProtectAsync(service.Folders.Random("one"));
        await StageMigrationAsync(service);
        await library.Anchors.MakeAsync();
        await service.CloseAsync();
        service.Tamper(
            """
            INSERT INTO sessions VALUES ('ses-other', 'm', $boot, 1, 1, 1, 9000000000000);
            INSERT INTO wrap_reservations (id, tenant_id, kek_id, provider_id, epoch, wraps, session_id)
                SELECT 'res-other', tenant_id, kek_id, provider_id, 1, 1, 'ses-other' FROM key_encryption_keys WHERE tenant_id = 'acme' LIMIT 1;
            INSERT INTO catalog_pending (reservation_id, space, name, version, message_id, tenant_id, kek_id, length, created_at)
                SELECT 'res-other', space, name || '2', version, 'other', tenant_id, kek_id, length, created_at FROM catalog LIMIT 1;
            INSERT INTO migration_ranges (migration_id, number, item, space, after_name, after_version, last_name, last_version, attempt, is_done)
                SELECT m.id, 1, kek_id, space, '', '', name, version, 1, 0 FROM catalog, migrations m WHERE m.state = 'Suspended' LIMIT 1;
            INSERT INTO migration_failures (migration_id, space, name, version, message_id, item, code)
                SELECT m.id, space, name, version, message_id, kek_id, 'UNKNOWN' FROM catalog, migrations m WHERE m.state = 'Suspended' LIMIT 1;
            INSERT INTO migration_runners SELECT id, 'run-other', 'ses-other' FROM migrations WHERE state = 'Suspended';
            """,
            ("$boot", RunningProcess.Current.Boot));
        return new Scene(service.Folders, messages, plaintext);
    }

    // Suspended with the one key staged: its runner was stopped between staging and the end.
    private static async Task StageMigrationAsync(TestService service)
    {
        KeyProvider next = await service.RegisterAsync("Next");
        using var stop = new CancellationTokenSource();
        var progress = new Told<KeyMigration>(now =>
        {
            if (now.Done > 0)
            {
                stop.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => service.Service.Migrations.StartAsync("acme", next.Id, progress: progress, cancellationToken: stop.Token));
        Assert.NotEqual(0L, service.SqlValue("SELECT count(*) FROM migration_items WHERE sealed_kek IS NOT NULL"));
    }

    private sealed record Scene(TestFolders Folders, IReadOnlyDictionary<string, byte[]> Messages, byte[] Plaintext);
}
