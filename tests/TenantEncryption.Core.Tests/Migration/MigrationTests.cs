using System.Collections.Concurrent;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Providers;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Migration;

public sealed class MigrationTests
{
    [Fact]
    public async Task A_tenant_moves_in_every_direction_and_everything_reads_after_each()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider first = await service.RegisterAsync("First");
        KeyProvider second = await service.RegisterAsync("Second");
        string[] way = [first.Id, second.Id, first.Id, (await service.InternalAsync()).Id];
        var messages = new List<byte[]> { await service.ProtectValueAsync([0]) };
        string file = await service.ProtectAsync(service.Folders.Random("one"));
        IReadOnlyDictionary<string, string> files = service.Folders.Snapshot();

        for (int step = 0; step < way.Length; step++)
        {
            KeyMigration migration = await service.Service.Migrations.StartAsync("acme", way[step]);

            Assert.Equal((MigrationState.Completed, step + 2, 0), (migration.State, migration.Done, migration.Failed));
            Assert.Equal((migration.Total, 100), (migration.Done, migration.Progress));
            messages.Add(await service.ProtectValueAsync([(byte)(step + 1)]));
            IReadOnlyList<KeyEncryptionKey> keys = await service.Service.Keys.ListAsync("acme");
            Assert.All(keys, key => Assert.Equal(way[step], key.ProviderId));
            Assert.Equal(way[step], (await service.Service.Providers.ListAsync(new KeyProviderFilter { Status = KeyProviderStatus.Active })).Single().Id);
            service.Service.Keys.ClearLeases();
            for (int i = 0; i < messages.Count; i++)
            {
                Assert.Equal([(byte)i], await service.ReadValueAsync(messages[i]));
            }

            Assert.Equal(files, service.Folders.Snapshot());
        }

        Assert.Null((await service.UnprotectAsync(file, service.Folders.At("out"), new UnprotectOptions { Strict = true })).Error);
    }

    [Fact]
    public async Task Keys_that_activating_left_behind_are_gathered_by_migrating_to_the_active_provider()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        KeyProvider cmk = await service.RegisterAsync("CMK");
        await service.Service.Providers.EnableAsync(cmk.Id);
        Assert.Equal(1, (await service.InternalAsync()).KeyCount);

        KeyMigrationPlan plan = await service.Service.Migrations.MeasureAsync("acme", cmk.Id);
        KeyMigration migration = await service.Service.Migrations.StartAsync("acme", cmk.Id);

        Assert.Equal((false, 1), (plan.NewKey, plan.Keks));
        Assert.Equal(plan.KmsCalls * 0.03m / 10_000, plan.Cost!.Amount);
        Assert.True(plan.EstimatedTime > TimeSpan.Zero);
        Assert.Contains($"{plan.KmsCalls} KMS calls (less than $0.01 at AWS's list prices of ", plan.ToString(), StringComparison.Ordinal);
        Assert.Equal((MigrationState.Completed, 1, 1), (migration.State, migration.Total, migration.Done));
        Assert.Equal((0, 2), ((await service.InternalAsync()).KeyCount, (await service.ProviderAsync("CMK")).KeyCount));
        service.Service.Keys.ClearLeases();
        Assert.Equal([1], await service.ReadValueAsync(message));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_plan_for_no_worker_is_refused_as_its_migration_is(int workers)
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider cmk = await service.RegisterAsync("CMK");
        var options = new KeyMigrationOptions { DegreeOfParallelism = workers };

        Assert.Equal(ErrorCodes.InvalidInput, (await Assert.ThrowsAsync<TenantEncryptionException>(() => service.Service.Migrations.MeasureAsync("acme", cmk.Id, options))).Code);
        Assert.Equal(ErrorCodes.InvalidInput, (await Assert.ThrowsAsync<TenantEncryptionException>(() => service.Service.Migrations.StartAsync("acme", cmk.Id, options))).Code);
    }

    [Fact]
    public async Task A_migration_with_nothing_to_do_can_be_found_by_its_id()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyMigration migration = await service.Service.Migrations.StartAsync("acme", (await service.InternalAsync()).Id);

        KeyMigration found = await service.Service.Migrations.GetAsync(migration.Id);
        Assert.Equal((MigrationState.Completed, 0), (found.State, found.Total));
        Assert.Equal(migration.Id, (await service.Service.Migrations.StartAsync("acme", (await service.InternalAsync()).Id)).Id);
    }

    [Fact]
    public async Task A_failed_migration_can_be_stopped_for_good_and_another_may_begin()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        KeyProvider dead = await service.RegisterAsync("Dead");
        KeyProvider good = await service.RegisterAsync("Good");
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => service.Service.Migrations.StartAsync(
            "acme", dead.Id, progress: new Told<KeyMigration>(_ => stop.Cancel()), cancellationToken: stop.Token));
        KeyMigration suspended = Assert.Single(await service.Service.Migrations.ListAsync("acme"));
        Assert.Equal(MigrationState.Suspended, suspended.State);
        Assert.Equal(ErrorCodes.MigrationRunning, await Refusal.CodeOfAsync(() => service.Service.Migrations.StartAsync("acme", good.Id)));

        KeyMigration stopped = await service.Service.Migrations.StopAsync(suspended.Id);

        Assert.Equal(MigrationState.Stopped, stopped.State);
        Assert.Equal(MigrationState.Stopped, (await service.Service.Migrations.StopAsync(suspended.Id)).State);
        Assert.Equal(ErrorCodes.TransitionForbidden, await Refusal.CodeOfAsync(() => service.Service.Migrations.ResumeAsync(suspended.Id)));
        Assert.Equal(ErrorCodes.TransitionForbidden, await Refusal.CodeOfAsync(() => service.Service.Migrations.CheckResumingAsync(suspended.Id)));
        KeyMigration next = await service.Service.Migrations.StartAsync("acme", good.Id);
        Assert.Equal(MigrationState.Completed, next.State);
        Assert.Equal(ErrorCodes.TransitionForbidden, await Refusal.CodeOfAsync(() => service.Service.Migrations.StopAsync(next.Id)));
        Assert.Equal(ErrorCodes.TransitionForbidden, await Refusal.CodeOfAsync(() => service.Service.Migrations.CheckStoppingAsync(next.Id)));
        Assert.Equal(next.Id, (await service.Service.Migrations.CheckResumingAsync(next.Id)).Id);
        Assert.Equal([1], await service.ReadValueAsync(message));
    }

    [Fact]
    public async Task After_it_the_old_provider_is_not_needed_any_more()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(keyLease: TimeSpan.Zero);
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        KeyProvider next = await service.RegisterAsync("Next");
        await service.Service.Migrations.StartAsync("acme", next.Id);

        await service.Keys.DisableAsync(cmk.KeyArn!);
        await service.Service.Providers.RemoveAsync(cmk.Id);

        Assert.Equal([1], await service.ReadValueAsync(message));
        await service.Keys.DisableAsync(next.KeyArn!);
        Assert.Equal(ErrorCodes.KeyDisabled, await service.CodeOfReadingAsync(message));
    }

    [Fact]
    public async Task It_costs_three_calls_a_key_two_for_the_new_one_and_the_test_of_the_target()
    {
        (TestService service, _) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        await service.Service.Keys.RotateAsync("acme");
        KeyProvider next = await service.RegisterAsync("Next");
        service.Kms.Forget();

        KeyMigrationPlan plan = await service.Service.Migrations.MeasureAsync("acme", next.Id);
        int planned = service.Kms.Count;
        await service.Service.Migrations.StartAsync("acme", next.Id);

        // Three keys: that of the internal KMS costs no call to open, the two of the customer's key one each. Watched are all calls but the one that asks
        // for the rotation (PromisedCallsTests counts that as well).
        Assert.Equal((0, 3), (planned, plan.Keks));
        Assert.Equal(3 + 2 + (2 + 3 + 3), service.Kms.Count);
        Assert.Equal(plan.KmsCalls, service.Kms.Count + 1);
    }

    [Fact]
    public async Task Measuring_says_what_would_move_and_changes_nothing()
    {
        (TestService service, _) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        await service.ProtectAsync(service.Folders.Random("one"));
        await service.ProtectValueAsync([1]);
        KeyProvider next = await service.RegisterAsync("Next");
        service.Kms.Forget();
        int events = (await service.EventsAsync()).Count;
        byte[] database = Dump(service);

        KeyMigrationPlan plan = await service.Service.Migrations.MeasureAsync("acme", next.Id);

        Assert.Equal(("CMK", "Next", 2, 1L, 1L), (plan.MigratingFrom, plan.MigratingTo, plan.Keks, plan.Messages, plan.Values));
        Assert.Contains("makes nobody forget", plan.ToString(), StringComparison.Ordinal);
        Assert.Empty(plan.Refusals);
        Assert.Equal((0, events), (service.Kms.Count, (await service.EventsAsync()).Count));
        Assert.Equal(database, Dump(service));
    }

    [Fact]
    public async Task Measuring_says_why_it_would_be_refused()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        string inner = (await service.InternalAsync()).Id;
        await service.Service.Providers.DisableAsync(inner);
        Assert.Contains(ErrorCodes.ProviderDeactivated, Assert.Single((await service.Service.Migrations.MeasureAsync("acme", inner)).Refusals), StringComparison.Ordinal);
        Assert.Contains("nothing to do", (await service.Service.Migrations.MeasureAsync("acme", cmk.Id)).ToString(), StringComparison.Ordinal);

        await service.Service.Tenants.CreateAsync(new() { TenantId = "globex" });
        Assert.Equal(ErrorCodes.ProviderNotFound, await Refusal.CodeOfAsync(() => service.Service.Migrations.StartAsync("globex", cmk.Id)));
        Assert.Equal(ErrorCodes.TenantNotFound, await Refusal.CodeOfAsync(() => service.Service.Migrations.StartAsync("nobody", cmk.Id)));
        Assert.Equal(ErrorCodes.ProviderNotFound, await Refusal.CodeOfAsync(() => service.Service.Migrations.StartAsync("acme", "kp-none")));
    }

    [Fact]
    public async Task Measuring_says_with_its_code_that_the_last_test_of_the_target_failed_until_one_passes()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider target = await service.RegisterAsync("CMK");
        Assert.Empty((await service.Service.Migrations.MeasureAsync("acme", target.Id)).Warnings);
        await service.Keys.DisableAsync(target.KeyArn!);
        await service.Service.Providers.TestAsync(target.Id);

        KeyMigrationPlan failed = await service.Service.Migrations.MeasureAsync("acme", target.Id);
        await service.Keys.EnableAsync(target.KeyArn!);
        await service.Service.Providers.TestAsync(target.Id);
        KeyMigrationPlan passed = await service.Service.Migrations.MeasureAsync("acme", target.Id);

        Assert.StartsWith(ErrorCodes.KeyDisabled, Assert.Single(failed.Warnings), StringComparison.Ordinal);
        Assert.Contains($"Warning: {ErrorCodes.KeyDisabled}", failed.ToString(), StringComparison.Ordinal);
        Assert.Empty(passed.Warnings);
    }

    [Fact]
    public async Task A_plan_counts_in_words_and_names_where_gathered_keys_are()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider cmk = await service.RegisterAsync("CMK");

        Assert.Contains("make a new key and move 1 key, which protects 0 files", (await service.Service.Migrations.MeasureAsync("acme", cmk.Id)).ToString(), StringComparison.Ordinal);
        await service.Service.Providers.EnableAsync(cmk.Id);
        KeyMigrationPlan gathering = await service.Service.Migrations.MeasureAsync("acme", cmk.Id);

        Assert.Equal(("Internal KMS", "CMK"), (gathering.MigratingFrom, gathering.MigratingTo));
        Assert.Contains("with Internal KMS to 'CMK', which is Active already", gathering.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_run_finds_nothing_to_do()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider target = await service.RegisterAsync("CMK");
        KeyMigration first = await service.Service.Migrations.StartAsync("acme", target.Id);
        service.Kms.Forget();

        KeyMigration second = await service.Service.Migrations.StartAsync("acme", target.Id);

        Assert.Equal((first.Id, MigrationState.Completed, 0), (second.Id, second.State, service.Kms.Count));
        Assert.Equal(first.Id, (await service.Service.Migrations.ResumeAsync(first.Id)).Id);
        Assert.Equal(ErrorCodes.MigrationNotFound, await Refusal.CodeOfAsync(() => service.Service.Migrations.ResumeAsync("mig-none")));
    }

    [Fact]
    public async Task A_key_whose_provider_refuses_is_listed_the_others_move_and_resuming_retries_it_alone()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(keyLease: TimeSpan.Zero);
        await using TestService owned = service;
        byte[] shut = await service.ProtectValueAsync([1]);
        KeyProvider middle = await service.RegisterAsync("Middle");
        await service.Service.Providers.EnableAsync(middle.Id);
        byte[] open = await service.ProtectValueAsync([2]);
        KeyProvider target = await service.RegisterAsync("Target");
        await service.Keys.DisableAsync(cmk.KeyArn!);

        KeyMigration migration = await service.Service.Migrations.StartAsync("acme", target.Id);

        Assert.Equal((MigrationState.Completed, 3, 1), (migration.State, migration.Done, migration.Failed));
        MigrationItem failed = Assert.Single(await service.Service.Migrations.ListFailuresAsync(migration.Id));
        Assert.Equal((ErrorCodes.KeyDisabled, TenantDataProtector.ReadHeader(shut).KekId), (failed.Code, failed.KekId));
        Assert.Equal([2], await service.ReadValueAsync(open));
        Assert.Equal(ErrorCodes.KeyDisabled, await service.CodeOfReadingAsync(shut));

        await service.Keys.EnableAsync(cmk.KeyArn!);
        service.Kms.Forget();
        KeyMigration resumed = await service.Service.Migrations.ResumeAsync(migration.Id);

        Assert.Equal((migration.Id, 4, 0), (resumed.Id, resumed.Done, resumed.Failed));
        Assert.Equal(3 + 3, service.Kms.Count);
        await service.Keys.DisableAsync(cmk.KeyArn!);
        Assert.Equal([1], await service.ReadValueAsync(shut));
    }

    [Fact]
    public async Task Resuming_does_not_open_a_key_whose_provider_was_deactivated_meanwhile()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        await service.Keys.DisableAsync(cmk.KeyArn!);
        KeyMigration migration = await service.Service.Migrations.StartAsync("acme", (await service.RegisterAsync("Target")).Id);
        await service.Service.Providers.DisableAsync(cmk.Id, force: true);
        await service.Keys.EnableAsync(cmk.KeyArn!);
        service.Kms.Forget();

        KeyMigration resumed = await service.Service.Migrations.ResumeAsync(migration.Id);

        Assert.Equal(1, resumed.Failed);
        Assert.Equal(ErrorCodes.ProviderDeactivated, Assert.Single(await service.Service.Migrations.ListFailuresAsync(migration.Id)).Code);
        Assert.DoesNotContain(service.Kms.Calls, call => call.KeyId == cmk.KeyArn);
    }

    [Fact]
    public async Task A_target_that_refuses_on_the_way_fails_the_migration_which_resumes_without_doing_anything_twice()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        KeyProvider target = await service.RegisterAsync("Target");
        int decrypts = 0;
        service.Kms.Before = async (operation, keyId) =>
        {
            if (keyId == target.KeyArn && operation == "Decrypt" && ++decrypts == 3)
            {
                await service.Keys.DisableAsync(target.KeyArn);
            }
        };

        // One after the other, so that it is known which one is refused.
        TenantEncryptionException failure = await Refusal.OfAsync(
            () => service.Service.Migrations.StartAsync("acme", target.Id, new KeyMigrationOptions { DegreeOfParallelism = 1 }));

        Assert.Equal(ErrorCodes.MigrationFailed, failure.Code);
        Assert.Contains(ErrorCodes.KeyDisabled, failure.Detail, StringComparison.Ordinal);
        KeyMigration failed = Assert.Single(await service.Service.Migrations.ListAsync("acme"));
        Assert.Equal((MigrationState.Failed, ErrorCodes.KeyDisabled), (failed.State, failed.FailureCode));
        Assert.Equal(cmk.Id, (await service.Service.Providers.ListAsync(new KeyProviderFilter { Status = KeyProviderStatus.Active })).Single().Id);
        service.Service.Keys.ClearLeases();
        Assert.Equal([1], await service.ReadValueAsync(message));
        Assert.Equal(ErrorCodes.KeyDisabled, await Refusal.CodeOfAsync(() => service.Service.Migrations.ResumeAsync(failed.Id)));

        await service.Keys.EnableAsync(target.KeyArn!);
        service.Kms.Before = null;
        service.Kms.Forget();
        KeyMigration resumed = await service.Service.Migrations.ResumeAsync(failed.Id);

        // The new key was staged before; the two others are left: one of the internal KMS, one of the customer's.
        Assert.Equal((MigrationState.Completed, 3, 0), (resumed.State, resumed.Done, resumed.Failed));
        Assert.Equal(3 + 2 + 3, service.Kms.Count);
        Assert.Equal([1], await service.ReadValueAsync(message));
    }

    [Fact]
    public async Task Cancelling_suspends_it_and_any_process_may_resume()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        KeyProvider target = await service.RegisterAsync("CMK");

        KeyMigration suspended = await ProviderStateTests.SuspendedMigrationAsync(service, target);
        await using TestService other = await service.OpenAnotherAsync();
        KeyMigration resumed = await other.Service.Migrations.ResumeAsync(suspended.Id);

        Assert.Equal((suspended.Id, MigrationState.Completed), (resumed.Id, resumed.State));
        Assert.Equal(target.Id, (await service.ProviderAsync("CMK")).Id);
        Assert.Equal([1], await service.ReadValueAsync(message));
    }

    [Fact]
    public async Task What_is_no_error_of_ours_suspends_it_as_well()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider target = await service.RegisterAsync("CMK");

        await Assert.ThrowsAsync<InvalidOperationException>(() => service.Service.Migrations.StartAsync(
            "acme", target.Id, progress: new Told<KeyMigration>(_ => throw new InvalidOperationException())));

        Assert.Equal(MigrationState.Suspended, Assert.Single(await service.Service.Migrations.ListAsync()).State);
        Assert.Equal("Suspended", service.SqlValue("SELECT state FROM migrations"));
    }

    [Fact]
    public async Task While_a_process_works_on_it_no_other_takes_it_and_when_that_process_dies_any_may()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider target = await service.RegisterAsync("CMK");
        await using TestService other = await service.OpenAnotherAsync();
        string? resuming = null;
        string? starting = null;
        string? measured = null;
        var asked = new TaskCompletionSource();
        service.Kms.Before = async (operation, _) =>
        {
            if (operation == "GenerateDataKey" && (await other.Service.Migrations.ListAsync("acme")) is [{ State: MigrationState.InProgress } running] && resuming is null)
            {
                resuming = await Refusal.CodeOfAsync(() => other.Service.Migrations.ResumeAsync(running.Id));
                starting = await Refusal.CodeOfAsync(() => other.Service.Migrations.StartAsync("acme", target.Id));
                measured = string.Concat((await other.Service.Migrations.MeasureAsync("acme", target.Id)).Refusals);

                // Its heartbeat grows old: it counts as dead, another finishes its work, and it finds out.
                service.EndProcesses();
                Assert.Equal(MigrationState.Suspended, (await other.Service.Migrations.GetAsync(running.Id)).State);
                Assert.Equal(MigrationState.Completed, (await other.Service.Migrations.ResumeAsync(running.Id)).State);
                asked.SetResult();
            }
        };

        Assert.Equal(ErrorCodes.LeaseLost, await Refusal.CodeOfAsync(() => service.Service.Migrations.StartAsync("acme", target.Id, new KeyMigrationOptions { DegreeOfParallelism = 1 })));

        await asked.Task;
        Assert.Equal((ErrorCodes.MigrationRunning, ErrorCodes.MigrationRunning), (resuming, starting));
        Assert.Contains(ErrorCodes.MigrationRunning, measured, StringComparison.Ordinal);
        Assert.Equal(MigrationState.Completed, Assert.Single(await service.Service.Migrations.ListAsync()).State);
        Assert.True((await service.ProviderAsync("CMK")).Current);
    }

    [Fact]
    public async Task A_key_that_is_rotated_meanwhile_moves_too()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider target = await service.RegisterAsync("CMK");
        await using TestService other = await service.OpenAnotherAsync();
        byte[]? meanwhile = null;
        var progress = new Told<KeyMigration>(_ =>
        {
            if (meanwhile is null)
            {
                other.Service.Keys.RotateAsync("acme").GetAwaiter().GetResult();
                meanwhile = other.ProtectValueAsync([9]).GetAwaiter().GetResult();
            }
        });

        KeyMigration migration = await service.Service.Migrations.StartAsync("acme", target.Id, progress: progress);

        Assert.Equal((3, 3), (migration.Total, migration.Done));
        Assert.All(await service.Service.Keys.ListAsync("acme"), key => Assert.Equal(target.Id, key.ProviderId));
        Assert.Equal([9], await service.ReadValueAsync(meanwhile!));
    }

    [Fact]
    public async Task A_provider_that_is_enabled_while_the_target_is_tested_is_not_undone()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider target = await service.RegisterAsync("CMK");
        KeyProvider faster = await service.RegisterAsync("Faster");
        await using TestService other = await service.OpenAnotherAsync();
        int calls = 0;
        service.Kms.Before = (_, _) => ++calls == 1 ? other.Service.Providers.EnableAsync(target.Id) : Task.CompletedTask;

        string code = await Refusal.CodeOfAsync(() => service.Service.Migrations.StartAsync("acme", target.Id));

        Assert.Equal(ErrorCodes.TransitionForbidden, code);
        Assert.True((await service.ProviderAsync("CMK")).Current);
        Assert.Equal(KeyProviderStatus.Pending, (await service.Service.Providers.ResolveAsync(faster.Id)).Status);
        Assert.Empty(await service.Service.Migrations.ListAsync());
    }

    [Fact]
    public async Task Writes_and_reads_go_on_meanwhile_and_none_is_lost()
    {
        await using TestService service = await TestService.WithTenantAsync(keyLease: TimeSpan.FromMinutes(5));
        KeyProvider first = await service.RegisterAsync("First");
        KeyProvider second = await service.RegisterAsync("Second");
        await using TestService one = await service.OpenAnotherAsync();
        await using TestService other = await service.OpenAnotherAsync();
        TestService[] writers = [one, other];
        using var stop = new CancellationTokenSource();
        var written = new ConcurrentBag<(byte[] Value, byte[] Message)>();
        Task[] hammers = [.. writers.Select((writer, number) => Task.Run(async () =>
        {
            await using DataSession session = writer.Service.Data.BeginSession();
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                byte[] value = BitConverter.GetBytes((number * 1_000_000) + i);
                byte[] message = await session.ProtectValueAsync("acme", value);
                Assert.Equal(value, (await session.UnprotectValueAsync(message)).Plaintext);
                if (i % 50 == 0)
                {
                    written.Add((value, message));
                }
            }
        }))];

        foreach (string target in new[] { first.Id, second.Id, (await service.InternalAsync()).Id, first.Id })
        {
            Assert.Equal(MigrationState.Completed, (await service.Service.Migrations.StartAsync("acme", target)).State);
        }

        await stop.CancelAsync();
        await Task.WhenAll(hammers);
        Assert.NotEmpty(written);
        foreach ((byte[] value, byte[] message) in written)
        {
            Assert.Equal(value, await service.ReadValueAsync(message));
        }
    }

    private static byte[] Dump(TestService service) =>
        System.Security.Cryptography.SHA256.HashData([.. File.ReadAllBytes(service.DatabaseFile), .. File.ReadAllBytes(service.DatabaseFile + "-wal")]);
}
