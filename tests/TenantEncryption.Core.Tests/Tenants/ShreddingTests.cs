using System.Runtime.Versioning;
using System.Security.Cryptography;
using Newtonsoft.Json.Linq;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Providers;
using TenantEncryption.Tests.Recovery;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Tenants;

/// <summary>A shredded tenant: with its files and a backup of the store in hand, nothing of this machine opens them; and what could is said.</summary>
public sealed class ShreddingTests
{
    private const int Most = 60;

    [Fact]
    public async Task With_a_backup_of_the_store_and_the_files_in_hand_nothing_opens_with_the_root_key_that_the_machine_has()
    {
        await using TestService service = await TestService.WithTenantAsync();
        Evidence evidence = await Evidence.TakeAsync(service);
        Assert.Null(await evidence.CodeOfReadingBackupAsync(service));
        Assert.True(await evidence.OpensRecordAsync(service));

        ShreddingProof proof = await service.Service.Tenants.ShredAsync("acme");

        Assert.Equal(ErrorCodes.RootKeyMismatch, await evidence.CodeOfReadingBackupAsync(service));
        Assert.False(await evidence.OpensRecordAsync(service));
        Assert.Equal(evidence.RootKeyId, proof.PreviousRootKeyId);
        Assert.Equal((await service.Service.DescribeAsync()).RootKeyId, proof.RootKeyId);
        Assert.All(proof.Keys, key => Assert.True(key.InternalKms));
        Assert.Equal([evidence.Kek.KekId], proof.Keys.Select(key => key.KekId));
        Assert.DoesNotContain(proof.NotReached, copy => copy.Kind == UnreachedCopyKind.MasterKey);
        Assert.Equal(ErrorCodes.TenantNotFound, await service.CodeOfReadingAsync(evidence.Value));
    }

    [Fact]
    public async Task Nor_with_a_second_layer_although_the_customer_master_key_is_usable()
    {
        (TestService service, KeyProvider both) = await TestService.WithSecondLayerAsync();
        await using TestService owned = service;
        Evidence evidence = await Evidence.TakeAsync(service);
        Assert.Null(await evidence.CodeOfReadingBackupAsync(service));
        Assert.True(await evidence.OpensRecordAsync(service));

        ShreddingProof proof = await service.Service.Tenants.ShredAsync("acme");

        Assert.Equal(ErrorCodes.RootKeyMismatch, await evidence.CodeOfReadingBackupAsync(service));
        Assert.False(await evidence.OpensRecordAsync(service));
        Assert.Contains(proof.Keys, key => key.KeyArn == both.KeyArn && key.InternalKms);
        Assert.DoesNotContain(proof.NotReached, copy => copy.Kind == UnreachedCopyKind.MasterKey);
    }

    [Fact]
    public async Task Under_a_customer_master_key_alone_a_backup_still_opens_and_the_proof_says_so()
    {
        await using TestService service = await TestService.OpenAsync();
        string keyArn = await CreateWithCmkAloneAsync(service);
        Evidence evidence = await Evidence.TakeAsync(service);

        ShreddingProof proof = await service.Service.Tenants.ShredAsync("acme");

        Assert.Null(await evidence.CodeOfReadingBackupAsync(service));
        Assert.Equal((null, null), (proof.PreviousRootKeyId, proof.RootKeyId));
        Assert.Equal(evidence.RootKeyId, (await service.Service.DescribeAsync()).RootKeyId);
        Assert.Equal(new ShreddedKey(evidence.Kek.KekId, evidence.Kek.ProviderName, keyArn, InternalKms: false), Assert.Single(proof.Keys));
        UnreachedCopy copy = Assert.Single(proof.NotReached, copy => copy.Kind == UnreachedCopyKind.MasterKey);
        Assert.Contains(keyArn, copy.Detail, StringComparison.Ordinal);
        Assert.Contains($"MasterKeyService.RemoveAsync(keyArn: {keyArn}", copy.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain(proof.NotReached, copy => copy.Kind is UnreachedCopyKind.RootKey or UnreachedCopyKind.RootKeyElsewhere);
    }

    [Fact]
    public async Task Keys_that_moved_to_a_customer_master_key_do_not_open_by_a_backup_from_before_the_move()
    {
        await using TestService service = await TestService.WithTenantAsync();
        Evidence before = await Evidence.TakeAsync(service);
        KeyProvider cmk = await service.RegisterAsync("CMK");
        await service.Service.Migrations.StartAsync("acme", cmk.Id);

        ShreddingProof proof = await service.Service.Tenants.ShredAsync("acme");

        Assert.Equal(ErrorCodes.RootKeyMismatch, await before.CodeOfReadingBackupAsync(service));
        Assert.All(proof.Keys, key => Assert.False(key.InternalKms));
        Assert.Contains(proof.NotReached, copy => copy.Kind == UnreachedCopyKind.MasterKey && copy.Detail.Contains(cmk.KeyArn!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rotation_of_the_root_that_is_under_way_is_finished_and_its_newer_root_goes_too()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "bystander" });
        byte[] other = await service.ProtectValueAsync([7], "bystander");

        // Cut short after both tenants were sealed under the newer root.
        using var stop = new CancellationTokenSource();
        int chains = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => service.Service.RootKey.RotateAsync(
            new Told<long>(_ =>
            {
                if (++chains == 2)
                {
                    stop.Cancel();
                }
            }),
            stop.Token));
        Evidence evidence = await Evidence.TakeAsync(service);
        Assert.Null(await evidence.CodeOfReadingBackupAsync(service));

        await service.Service.Tenants.ShredAsync("acme");

        Assert.Equal(ErrorCodes.RootKeyMismatch, await evidence.CodeOfReadingBackupAsync(service));
        Assert.Equal([7], await service.ReadValueAsync(other));
        using RootKeySet roots = (await service.LoadRootsAsync())!;
        Assert.Single(roots.Keys);
    }

    [Fact]
    public async Task Cut_short_around_any_commit_the_next_call_does_the_rest_and_the_proof_is_the_same()
    {
        int point = 0;
        while (await DiesAtAsync(point))
        {
            Assert.InRange(++point, 1, Most);
        }

        // At the least: the removal, the root's begin, a step for each chain, its end, and the event that ends it; each before and after.
        Assert.InRange(point, 10, Most);
    }

    [Fact]
    public async Task A_failure_after_the_removal_says_that_the_shredding_is_not_finished()
    {
        await using TestService service = await TestService.WithTenantAsync();
        Evidence evidence = await Evidence.TakeAsync(service);
        int commits = 0;
        service.Store.BeforeCommit = () =>
        {
            if (++commits == 2)
            {
                throw new TenantEncryptionException(ErrorCodes.StorageFailed, "The disk is full.");
            }
        };

        TenantEncryptionException failure = await Refusal.OfAsync(() => service.Service.Tenants.ShredAsync("acme"));
        service.Store.BeforeCommit = null;

        Assert.Equal(ErrorCodes.StorageFailed, failure.Code);
        Assert.StartsWith("Tenant 'acme' is removed, but its shredding is not finished", failure.Detail, StringComparison.Ordinal);
        Assert.EndsWith("Then run the command again: it does the rest.", failure.Remedy, StringComparison.Ordinal);
        ShreddingPlan left = await service.Service.Tenants.CheckShreddingAsync("acme");
        Assert.Equal((null, true), (left.Contents, left.RotatesRootKey));
        Assert.Equal(1, (await service.Service.Tenants.ShredAsync("acme")).Messages);
        Assert.Equal(ErrorCodes.RootKeyMismatch, await evidence.CodeOfReadingBackupAsync(service));
    }

    [Fact]
    public async Task The_log_confirms_the_proof_by_its_head_and_so_it_does_later()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.ProtectAsync(service.Folders.Random("one"));
        await service.ProtectValueAsync([1]);

        ShreddingProof proof = await service.Service.Tenants.ShredAsync("acme");
        EventLogHead head = EventLogHead.Parse(proof.Head);
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });

        Assert.Equal(("acme", 1L, 1L, 1), (proof.TenantId, proof.Messages, proof.Values, proof.Providers));
        Assert.Equal("tester", proof.Actor);
        Assert.True((await service.Service.Events.VerifyAsync("acme", [head])).Success);
        Assert.False((await service.Service.Events.VerifyAsync("acme", [head with { Mac = new string('0', head.Mac.Length) }])).Success);
        EncryptionEvent told = (await service.EventsAsync()).Single(one => one.TenantId == "acme" && one.Sequence == head.Sequence);
        Assert.EndsWith("." + EventTypes.TenantShredded, told.Type, StringComparison.Ordinal);
        Assert.Equal(proof.RootKeyId, told.Data["rootKeyId"]);
        Assert.True((await service.Service.Events.VerifyAsync()).Success);
    }

    [Fact]
    public async Task Of_a_tenant_that_was_shredded_the_proof_comes_again_and_of_one_that_was_made_anew_another()
    {
        await using TestService service = await TestService.WithTenantAsync();
        ShreddingProof first = await service.Service.Tenants.ShredAsync("acme");
        int events = (await service.EventsAsync()).Count;

        ShreddingProof again = await service.Service.Tenants.ShredAsync("acme");

        Assert.Equal(first.Head, again.Head);
        Assert.Equal(first.NotReached, again.NotReached);
        Assert.Equal(events, (await service.EventsAsync()).Count);
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        ShreddingProof second = await service.Service.Tenants.ShredAsync("acme");
        Assert.NotEqual(first.Head, second.Head);
        Assert.Equal(first.RootKeyId, second.PreviousRootKeyId);
    }

    [Fact]
    public async Task A_tenant_that_was_removed_after_it_was_made_anew_is_not_found()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.ShredAsync("acme");
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        await service.Service.Tenants.RemoveAsync("acme");

        Assert.Equal(ErrorCodes.TenantNotFound, await Refusal.CodeOfAsync(() => service.Service.Tenants.ShredAsync("acme")));
        Assert.Equal(ErrorCodes.TenantNotFound, await Refusal.CodeOfAsync(() => service.Service.Tenants.ShredAsync("nobody")));
    }

    [Fact]
    public async Task An_event_of_a_shredding_that_somebody_wrote_proves_nothing()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.ShredAsync("acme");
        service.Tamper("UPDATE events SET json = replace(json, '\"providers\":1', '\"providers\":9') WHERE chain = 'acme' AND json LIKE '%tenant.shredded%'");

        await using TestService later = await service.OpenAnotherAsync();

        Assert.Equal(ErrorCodes.StateAltered, await Refusal.CodeOfAsync(() => later.Service.Tenants.ShredAsync("acme")));
    }

    [Fact]
    public async Task Exports_are_named_with_their_files_and_by_whom()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string ring = await service.ExportAsync(RingScene.Right);
        string root = service.Folders.At("root.json");
        using (SecretBytes passphrase = RingScene.Passphrase())
        {
            await service.Service.RootKey.ExportAsync(root, passphrase);
        }

        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "bystander" });
        await service.ExportAsync(RingScene.Right, "bystander");

        IReadOnlyList<UnreachedCopy> copies = (await service.Service.Tenants.ShredAsync("acme")).NotReached;

        Assert.Equal(
            [UnreachedCopyKind.KeyRing, UnreachedCopyKind.RootKey, UnreachedCopyKind.RootKeyElsewhere, UnreachedCopyKind.Plaintext],
            copies.Select(copy => copy.Kind));
        Assert.Contains($"in {ring}, exported ", copies[0].Detail, StringComparison.Ordinal);
        Assert.Contains(" by tester", copies[0].Detail, StringComparison.Ordinal);
        Assert.Contains($"in {root}, exported ", copies[1].Detail, StringComparison.Ordinal);
        Assert.Contains(service.Folders.RootKeys, copies[2].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_force_does_not_override_is_refused_and_nothing_is_changed()
    {
        await using TestService service = await TestService.OpenAsync();
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "environment", Platform = "amazon-q-business" });
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "index", Platform = "amazon-q-business", Parent = "environment" });
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "other" });
        string? rootKeyId = (await service.Service.DescribeAsync()).RootKeyId;

        Assert.Equal(ErrorCodes.HasDependants, await Refusal.CodeOfAsync(() => service.Service.Tenants.ShredAsync("environment")));
        await ProviderStateTests.SuspendedMigrationAsync(service, await service.RegisterAsync("CMK"));
        Assert.Equal(ErrorCodes.MigrationRunning, await Refusal.CodeOfAsync(() => service.Service.Tenants.ShredAsync("acme")));

        // That of another tenant would keep the root from being rotated.
        Assert.Equal(ErrorCodes.MigrationRunning, await Refusal.CodeOfAsync(() => service.Service.Tenants.ShredAsync("other")));
        Assert.Equal(4, (await service.Service.Tenants.ListAsync()).Count);
        Assert.Equal(rootKeyId, (await service.Service.DescribeAsync()).RootKeyId);
    }

    [Fact]
    public async Task Writers_at_work_are_a_reason_to_refuse()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await using DataSession session = service.Service.Data.BeginSession();
        await session.ProtectValueAsync("acme", new byte[] { 1 });
        await using TestService other = await service.OpenAnotherAsync();

        TenantEncryptionException refusal = await Refusal.OfAsync(() => other.Service.Tenants.ShredAsync("acme"));

        Assert.Equal(ErrorCodes.HasDependants, refusal.Code);
        Assert.Contains("writers", refusal.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("is removed", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Others_read_and_write_on()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "bystander" });
        byte[] message = await service.ProtectValueAsync([7], "bystander");
        await using TestService other = await service.OpenAnotherAsync();
        Assert.Equal([7], await other.ReadValueAsync(message));

        await service.Service.Tenants.ShredAsync("acme");

        Assert.Equal([7], await service.ReadValueAsync(message));
        Assert.Equal([7], await other.ReadValueAsync(message));
        Assert.Equal([8], await service.ReadValueAsync(await other.ProtectValueAsync([8], "bystander")));
    }

    [Fact]
    public async Task The_proof_is_a_file_that_only_its_owner_reads_and_replaces_nothing()
    {
        await using TestService service = await TestService.WithTenantAsync();
        ShreddingProof proof = await service.Service.Tenants.ShredAsync("acme");
        string path = service.Folders.At("proof.json");

        proof.Save(path);

        JObject json = JObject.Parse(await File.ReadAllTextAsync(path));
        Assert.Equal(proof.Head, (string?)json["Head"]);
        Assert.Equal("Plaintext", (string?)json["NotReached"]!.Last!["Kind"]);
        Assert.Equal(ErrorCodes.OutputExists, RingScene.CodeOf(() => proof.Save(path)));
        Assert.Equal(ErrorCodes.SourceNotFound, RingScene.CodeOf(() => proof.Save(Path.Combine(service.Folders.At("nowhere"), "proof.json"))));
        if (!OperatingSystem.IsWindows())
        {
            AssertOwnersAlone(path);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void AssertOwnersAlone(string path) => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

    private static async Task<bool> DiesAtAsync(int point)
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "bystander" });
        byte[] other = await service.ProtectValueAsync([7], "bystander");
        Evidence evidence = await Evidence.TakeAsync(service);
        int passed = 0;
        (service.Store.BeforeCommit, service.Store.AfterCommit) = (Pass, Pass);
        await Record.ExceptionAsync(() => service.Service.Tenants.ShredAsync("acme"));
        await service.DieAsync();
        service.EndProcesses();

        await using TestService later = await service.OpenAnotherAsync();
        Assert.Equal([7], await later.ReadValueAsync(other));
        ShreddingProof proof = await later.Service.Tenants.ShredAsync("acme");

        Assert.Equal((evidence.Kek.KekId, 1L, 1L), (Assert.Single(proof.Keys).KekId, proof.Messages, proof.Values));
        Assert.Equal(evidence.RootKeyId, proof.PreviousRootKeyId);
        Assert.Equal((await later.Service.DescribeAsync()).RootKeyId, proof.RootKeyId);
        Assert.Equal(ErrorCodes.RootKeyMismatch, await evidence.CodeOfReadingBackupAsync(later));
        Assert.Equal([7], await later.ReadValueAsync(other));
        Assert.Equal(ErrorCodes.Success, (await later.Service.Events.VerifyAsync(noted: [EventLogHead.Parse(proof.Head)])).Code);
        return passed > point;

        void Pass()
        {
            if (Interlocked.Increment(ref passed) > point)
            {
                throw new InvalidOperationException("The process is dead.");
            }
        }
    }

    private static async Task<string> CreateWithCmkAloneAsync(TestService service)
    {
        string keyArn = await service.Keys.CreateKeyAsync();
        await service.Service.Tenants.CreateAsync(new NewTenant
        {
            TenantId = "acme",
            Key = new NewKeyProvider { TenantId = "acme", Name = "CMK", KeyIdentifier = keyArn, Connection = service.Connection },
        });
        return keyArn;
    }

    /// <summary>What a thief keeps: a copy of the store's folder, a file and a value.</summary>
    private sealed record Evidence(string Backup, string File, byte[] Value, KeyEncryptionKey Kek, string? RootKeyId)
    {
        public static async Task<Evidence> TakeAsync(TestService service)
        {
            string file = await service.ProtectAsync(service.Folders.Random($"taken-{Guid.NewGuid():N}"));
            byte[] value = await service.ProtectValueAsync([1, 2, 3]);
            string backup = service.Folders.At($"backup-{Guid.NewGuid():N}.db");
            service.Sql($"VACUUM INTO '{backup}'");
            KeyEncryptionKey kek = (await service.Service.Keys.ListAsync("acme")).Single(key => key.Status == KeyEncryptionKeyStatus.Current);
            return new Evidence(backup, file, value, kek, (await service.Service.DescribeAsync()).RootKeyId);
        }

        /// <summary>Opens the backup on a machine with this one's root keys, and access to the master keys; <see langword="null"/> where all reads.</summary>
        public async Task<string?> CodeOfReadingBackupAsync(TestService service)
        {
            var elsewhere = new TestFolders();
            Directory.CreateDirectory(elsewhere.Store);
            System.IO.File.Copy(Backup, Path.Combine(elsewhere.Store, Path.GetFileName(service.DatabaseFile)));
            CopyRoots(service.Folders.RootKeys, elsewhere.RootKeys);
            try
            {
                await using TestService thief = await TestService.OpenAsync(folders: elsewhere);
                FileOutcome<UnprotectedFile> read = await thief.UnprotectAsync(File, elsewhere.At("out"));
                Assert.Equal([1, 2, 3], await thief.ReadValueAsync(Value));
                return read.Error?.Code;
            }
            catch (TenantEncryptionException exception)
            {
                elsewhere.Dispose();
                return exception.Code;
            }
        }

        /// <summary>Whether a root key of this machine opens the internal KMS's part of the record, as the recipe has it, whatever a store says around it.</summary>
        public async Task<bool> OpensRecordAsync(TestService service)
        {
            using RootKeySet roots = (await service.LoadRootsAsync())!;
            return roots.Keys.Any(root =>
            {
                try
                {
                    return KeyRecipe.OpenInternalShare(root.Material.Span, RootKeyLoader.ShareOf(Kek.Record), Kek.Record.EncryptionContext).Length == 32;
                }
                catch (CryptographicException)
                {
                    return false;
                }
            });
        }

        // The root key's files, and not the heads: a thief has no reason to bring them.
        private static void CopyRoots(string from, string to)
        {
            Directory.CreateDirectory(to);
            if (!OperatingSystem.IsWindows())
            {
                System.IO.File.SetUnixFileMode(to, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            foreach (string file in Directory.GetFiles(from))
            {
                System.IO.File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
            }
        }
    }
}
