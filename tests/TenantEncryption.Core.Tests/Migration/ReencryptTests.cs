using TenantEncryption.Data;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Migration;

/// <summary>Every message is written anew under other keys, and what is written meanwhile, altered, missing or shut is not lost.</summary>
public sealed class ReencryptTests
{
    private static readonly KeyMigrationOptions Reencrypt = new() { Mode = MigrationMode.Reencrypt };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(262_143)]
    [InlineData(262_144)]
    [InlineData(262_145)]
    [InlineData(1_500_000)]
    public async Task A_file_of_any_length_holds_the_same_under_a_new_key_and_another_message_id(int length)
    {
        await using TestService service = await TestService.WithTenantAsync();
        string source = service.Folders.Random("one", length);
        string message = await service.ProtectAsync(source);
        MessageInfo before = await ReadHeaderAsync(message);
        KeyProvider target = await service.RegisterAsync("CMK");

        KeyMigration migration = await service.Service.Migrations.StartAsync("acme", target.Id, Reencrypt);

        Assert.Equal(
            (MigrationState.Completed, 1L, 1L, 0L, (long)length, 100),
            (migration.State, migration.Total, migration.Done, migration.Failed, migration.Bytes, migration.Progress));
        MessageInfo after = await ReadHeaderAsync(message);
        Assert.NotEqual(before.MessageId, after.MessageId);
        KeyEncryptionKey current = Assert.Single(await service.Service.Keys.ListAsync("acme"), key => key.Status == KeyEncryptionKeyStatus.Current);
        Assert.Equal((current.KekId, target.Id), (after.KekId, current.ProviderId));
        await AssertReadsAsync(service, source, message);
        Assert.Equal([Path.GetFileName(source), Path.GetFileName(message)], service.Folders.Snapshot().Keys.Where(name => !name.EndsWith(".back", StringComparison.Ordinal)).Order());
        Assert.Equal(ErrorCodes.Success, (await service.Service.Events.VerifyAsync()).Code);
    }

    [Fact]
    public async Task Hundreds_of_files_in_several_ranges_move_and_nothing_depends_on_the_old_keys()
    {
        await using TestService service = await TestService.WithTenantAsync(folders: TestFolders.InMemory());
        string[] messages = await ManyAsync(service, 700);
        await service.Service.Keys.RotateAsync("acme");
        string[] more = await ManyAsync(service, 5, "later");
        KeyProvider target = await service.RegisterAsync("CMK");

        KeyMigrationPlan plan = await service.Service.Migrations.MeasureAsync("acme", target.Id, Reencrypt);
        service.Kms.Forget();
        KeyMigration migration = await service.Service.Migrations.StartAsync("acme", target.Id, Reencrypt);

        Assert.Equal((705L, 2, 0L, 7_050L, true), (plan.Messages, plan.Keks, plan.Values, plan.Bytes, plan.NewKey));

        // The rotation of the master key is asked of another port.
        Assert.Equal(plan.KmsCalls, service.Kms.Calls.Count + 1);
        Assert.Equal((705L, 705L, 0L, 7_050L), (migration.Total, migration.Done, migration.Failed, migration.Bytes));
        Assert.Equal((0L, 0L), ((await service.InternalAsync()).MessageCount, (await service.InternalAsync()).ValueCount));
        Assert.Equal(705L, (await service.ProviderAsync("CMK")).MessageCount);
        await service.Service.Providers.DisableAsync((await service.InternalAsync()).Id);
        foreach (string message in messages.Concat(more))
        {
            await AssertReadsAsync(service, message[..^FilePlanner.Extension.Length], message);
        }

        Assert.Equal(0L, service.SqlValue("SELECT count(*) FROM migration_ranges"));
        Assert.Equal(0L, service.SqlValue("SELECT count(*) FROM migration_runners"));
    }

    [Fact]
    public async Task A_compromised_key_alone_loses_its_messages_and_the_others_stay()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string[] first = await ManyAsync(service, 3, "first");
        KeyEncryptionKey compromised = (await service.Service.Keys.ListAsync("acme"))[0];
        await service.Service.Keys.RotateAsync("acme");
        string[] second = await ManyAsync(service, 2, "second");
        IReadOnlyDictionary<string, string> before = service.Folders.Snapshot();
        string active = (await service.InternalAsync()).Id;

        KeyMigration migration = await service.Service.Migrations.StartAsync("acme", active, Reencrypt with { KekIds = [compromised.KekId] });

        Assert.Equal((3L, 3L), (migration.Total, migration.Done));
        IReadOnlyDictionary<string, string> after = service.Folders.Snapshot();
        Assert.All(first, message => Assert.NotEqual(before[Path.GetRelativePath(service.Folders.Work, message)], after[Path.GetRelativePath(service.Folders.Work, message)]));
        Assert.All(second, message => Assert.Equal(before[Path.GetRelativePath(service.Folders.Work, message)], after[Path.GetRelativePath(service.Folders.Work, message)]));
        Assert.Equal(2, (await service.Service.Keys.ListAsync("acme")).Count);
    }

    [Fact]
    public async Task The_current_key_is_rotated_first_when_its_own_messages_are_to_be_written_anew()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await ManyAsync(service, 2);
        KeyEncryptionKey current = (await service.Service.Keys.ListAsync("acme"))[0];
        string active = (await service.InternalAsync()).Id;

        Assert.Equal(MigrationState.Completed, (await service.Service.Migrations.StartAsync("acme", active, Reencrypt)).State);
        Assert.Single(await service.Service.Keys.ListAsync("acme"));
        KeyMigration migration = await service.Service.Migrations.StartAsync("acme", active, Reencrypt with { KekIds = [current.KekId] });

        Assert.Equal((2L, 0L), (migration.Done, migration.Failed));
        IReadOnlyList<KeyEncryptionKey> keys = await service.Service.Keys.ListAsync("acme");
        Assert.Equal([(current.KekId, 0L), (keys[1].KekId, 2L)], keys.Select(key => (key.KekId, key.Messages)));
        Assert.Equal(
            ErrorCodes.InvalidInput,
            await Refusal.CodeOfAsync(() => service.Service.Migrations.StartAsync("acme", active, Reencrypt with { KekIds = ["kek-00000000000000000000"] })));
        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => service.Service.Migrations.StartAsync("acme", active, Reencrypt with { KekIds = [] })));
        Assert.Equal(
            ErrorCodes.InvalidInput,
            await Refusal.CodeOfAsync(() => service.Service.Migrations.StartAsync("acme", active, new KeyMigrationOptions { KekIds = [current.KekId] })));
    }

    [Fact]
    public async Task Running_it_twice_does_it_once()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await ManyAsync(service, 3);
        KeyProvider target = await service.RegisterAsync("CMK");
        KeyMigration first = await service.Service.Migrations.StartAsync("acme", target.Id, Reencrypt);
        IReadOnlyDictionary<string, string> before = service.Folders.Snapshot();

        Assert.Equal(first.Id, (await service.Service.Migrations.StartAsync("acme", target.Id, Reencrypt)).Id);
        Assert.Equal(before, service.Folders.Snapshot());
    }

    [Fact]
    public async Task With_nothing_to_write_anew_what_is_given_is_no_migration_of_another_mode()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider target = await service.RegisterAsync("CMK");
        KeyMigration moved = await service.Service.Migrations.StartAsync("acme", target.Id, new KeyMigrationOptions());

        KeyMigration nothing = await service.Service.Migrations.StartAsync("acme", target.Id, Reencrypt);

        Assert.NotEqual(moved.Id, nothing.Id);
        Assert.Equal((MigrationMode.Reencrypt, MigrationState.Completed, 0L), (nothing.Mode, nothing.State, nothing.Total));
    }

    [Fact]
    public async Task Messages_of_a_Direct_tenant_move_with_one_call_each_way()
    {
        (TestService service, _) = await TestService.WithCmkAsync(hierarchy: KeyHierarchy.Direct);
        await using TestService owned = service;
        string[] messages = await ManyAsync(service, 3);
        KeyProvider next = await service.RegisterAsync("Next");
        KeyMigrationPlan plan = await service.Service.Migrations.MeasureAsync("acme", next.Id, Reencrypt);
        service.Kms.Forget();

        KeyMigration migration = await service.Service.Migrations.StartAsync("acme", next.Id, Reencrypt);

        Assert.Equal((3L, 3L, 0L), (migration.Total, migration.Done, migration.Failed));

        // The rotation of the master key is asked of another port.
        Assert.Equal(plan.KmsCalls, service.Kms.Calls.Count + 1);
        Assert.Equal((0L, 3L), ((await service.ProviderAsync("CMK")).MessageCount, (await service.ProviderAsync("Next")).MessageCount));
        await service.Service.Providers.DisableAsync((await service.ProviderAsync("CMK")).Id);
        foreach (string message in messages)
        {
            Assert.Equal(next.KeyArn, (await ReadHeaderAsync(message)).KeyArn);
            await AssertReadsAsync(service, message[..^FilePlanner.Extension.Length], message);
        }
    }

    [Fact]
    public async Task What_is_altered_missing_another_message_or_a_link_is_listed_stays_and_is_tried_again_alone()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string[] messages = await ManyAsync(service, 8);
        byte[] good = await File.ReadAllBytesAsync(messages[0]);
        await File.WriteAllBytesAsync(messages[0], [.. good[..^1], (byte)(good[^1] ^ 1)]);
        File.Delete(messages[1]);
        File.Copy(messages[3], messages[2], overwrite: true);
        File.Move(messages[4], messages[4] + ".real");
        File.CreateSymbolicLink(messages[4], messages[4] + ".real");
        byte[] altered = await File.ReadAllBytesAsync(messages[0]);
        KeyProvider target = await service.RegisterAsync("CMK");

        KeyMigration migration = await service.Service.Migrations.StartAsync("acme", target.Id, Reencrypt);

        Assert.Equal((MigrationState.Completed, 8L, 4L, 4L), (migration.State, migration.Total, migration.Done, migration.Failed));
        IReadOnlyList<MigrationItem> failures = await service.Service.Migrations.ListFailuresAsync(migration.Id);
        Assert.Equal(
            [
                (messages[0], ErrorCodes.MessageAltered),
                (messages[1], ErrorCodes.SourceNotFound),
                (messages[2], ErrorCodes.MessageSubstituted),
                (messages[4], ErrorCodes.InvalidInput),
            ],
            failures.Select(item => (item.Path!, item.Code!)));
        Assert.All(failures, item => Assert.NotNull(item.MessageId));
        Assert.Equal(altered, await File.ReadAllBytesAsync(messages[0]));
        Assert.Equal(4L, (await service.InternalAsync()).MessageCount);

        await File.WriteAllBytesAsync(messages[0], good);
        string[] others = [.. messages[5..]];
        byte[][] before = [.. others.Select(File.ReadAllBytes)];
        migration = await service.Service.Migrations.ResumeAsync(migration.Id);

        Assert.Equal((MigrationState.Completed, 8L, 5L, 3L), (migration.State, migration.Total, migration.Done, migration.Failed));
        Assert.Equal(before, others.Select(File.ReadAllBytes));
        await AssertReadsAsync(service, messages[0][..^FilePlanner.Extension.Length], messages[0]);
    }

    [Fact]
    public async Task A_key_whose_provider_refuses_fails_as_a_whole_with_one_call_and_the_other_keys_messages_move()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        string[] shut = await ManyAsync(service, 300, "shut");
        KeyProvider second = await service.RegisterAsync("Second");
        await service.Service.Providers.EnableAsync(second.Id);
        string[] open = await ManyAsync(service, 3, "open");
        KeyProvider third = await service.RegisterAsync("Third");
        await service.Keys.DisableAsync(cmk.KeyArn!);
        service.Service.Keys.ClearLeases();
        service.Kms.Forget();

        KeyMigration migration = await service.Service.Migrations.StartAsync("acme", third.Id, Reencrypt with { DegreeOfParallelism = 1 });

        Assert.Equal((MigrationState.Completed, 303L, 3L, 300L), (migration.State, migration.Total, migration.Done, migration.Failed));
        MigrationItem failed = Assert.Single(await service.Service.Migrations.ListFailuresAsync(migration.Id));
        Assert.Equal((ErrorCodes.KeyDisabled, null), (failed.Code, failed.Path));
        Assert.Single(service.Kms.Calls, call => call.KeyId == cmk.KeyArn);

        await service.Keys.EnableAsync(cmk.KeyArn!);
        migration = await service.Service.Migrations.ResumeAsync(migration.Id);

        Assert.Equal((303L, 303L, 0L), (migration.Total, migration.Done, migration.Failed));
        foreach (string message in shut.Concat(open))
        {
            await AssertReadsAsync(service, message[..^FilePlanner.Extension.Length], message);
        }
    }

    [Fact]
    public async Task A_file_that_is_written_while_it_is_read_keeps_what_was_written()
    {
        var files = new HookedFileEffects();
        await using TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = files });
        string[] messages = await ManyAsync(service, 4);
        string newer = service.Folders.Random("newer", 33);
        KeyProvider target = await service.RegisterAsync("CMK");
        int times = 0;
        files.BeforeRename = (_, to) =>
        {
            if (to == messages[1] && times++ == 0)
            {
                files.BeforeRename = null;
                service.ProtectAsync([new FileRequest(newer, messages[1])], new ProtectOptions { Force = true }).GetAwaiter().GetResult();
            }
        };

        KeyMigration migration = await service.Service.Migrations.StartAsync("acme", target.Id, Reencrypt);

        Assert.Equal((MigrationState.Completed, 3L, 0L), (migration.State, migration.Done, migration.Failed));
        await AssertReadsAsync(service, newer, messages[1]);
        Assert.Equal(0L, (await service.InternalAsync()).MessageCount);
    }

    [Fact]
    public async Task A_file_that_never_keeps_still_is_listed_after_three_tries()
    {
        var files = new HookedFileEffects();
        await using TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = files });
        string[] messages = await ManyAsync(service, 2);
        KeyProvider target = await service.RegisterAsync("CMK");
        int touched = 0;
        files.BeforeRename = (_, to) =>
        {
            if (to == messages[1])
            {
                File.SetLastWriteTimeUtc(to, DateTime.UnixEpoch.AddSeconds(++touched));
            }
        };

        KeyMigration migration = await service.Service.Migrations.StartAsync("acme", target.Id, Reencrypt);

        Assert.Equal((MigrationState.Completed, 1L, 1L, 3), (migration.State, migration.Done, migration.Failed, touched));
        Assert.Equal((messages[1], ErrorCodes.ObjectChanged), Assert.Single((await service.Service.Migrations.ListFailuresAsync(migration.Id)).Select(item => (item.Path, item.Code))));
        files.BeforeRename = null;
        await AssertReadsAsync(service, messages[1][..^FilePlanner.Extension.Length], messages[1]);
    }

    [Fact]
    public async Task A_message_keeps_its_pairs_its_frame_length_and_its_files_rights()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string source = service.Folders.Random("one", 300_000);
        string message = source + FilePlanner.Extension;
        await service.ProtectAsync(
            [new FileRequest(source, message)],
            new ProtectOptions { FrameLength = 4096, EncryptionContext = new Dictionary<string, string> { ["Purpose"] = "test" } });
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(message, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        }

        await service.Service.Migrations.StartAsync("acme", (await service.RegisterAsync("CMK")).Id, Reencrypt);

        MessageHeader header = MessageReader.ReadHeader(await File.ReadAllBytesAsync(message));
        Assert.Equal(("test", 4096), (header.Context["Purpose"], header.FrameLength));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(message) == (UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead));
        await AssertReadsAsync(service, source, message);
    }

    [Fact]
    public async Task A_target_that_fails_ends_the_migration_which_can_be_resumed()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string[] messages = await ManyAsync(service, 3);
        KeyProvider target = await service.RegisterAsync("CMK");
        service.Kms.Before = async (operation, _) =>
        {
            // The third one is the first lease of the new key.
            if (operation == "Decrypt" && service.Kms.Calls.Count(call => call.Operation == "Decrypt") == 3)
            {
                await service.Keys.DisableAsync(target.KeyArn!);
            }
        };

        Assert.Equal(
            ErrorCodes.MigrationFailed,
            await Refusal.CodeOfAsync(() => service.Service.Migrations.StartAsync("acme", target.Id, Reencrypt with { DegreeOfParallelism = 1 })));

        KeyMigration failed = Assert.Single(await service.Service.Migrations.ListAsync("acme"));
        Assert.Equal((MigrationState.Failed, ErrorCodes.KeyDisabled, 0L), (failed.State, failed.FailureCode, failed.Failed));
        service.Kms.Before = null;
        await service.Keys.EnableAsync(target.KeyArn!);
        Assert.Equal((MigrationState.Completed, 3L), ((await service.Service.Migrations.ResumeAsync(failed.Id)) is var done ? (done.State, done.Done) : default));
        foreach (string message in messages)
        {
            await AssertReadsAsync(service, message[..^FilePlanner.Extension.Length], message);
        }
    }

    private static async Task<string[]> ManyAsync(TestService service, int files, string name = "file")
    {
        FileRequest[] requests =
        [
            .. Enumerable.Range(0, files).Select(i => service.Folders.Random($"{name}-{i:d4}", 10)).Select(path => new FileRequest(path, path + FilePlanner.Extension)),
        ];
        Assert.All(await service.ProtectAsync(requests), outcome => Assert.Null(outcome.Error));
        return [.. requests.Select(request => request.Destination)];
    }

    private static async Task AssertReadsAsync(TestService service, string source, string message)
    {
        string back = message + ".back";
        FileOutcome<UnprotectedFile> read = await service.UnprotectAsync(message, back, new UnprotectOptions { Strict = true });
        Assert.Null(read.Error);
        Assert.Equal(await File.ReadAllBytesAsync(source), await File.ReadAllBytesAsync(back));
        File.Delete(back);
    }

    private static async Task<MessageInfo> ReadHeaderAsync(string message) => TenantDataProtector.ReadHeader(await File.ReadAllBytesAsync(message));
}
