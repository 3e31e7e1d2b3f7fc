using System.Diagnostics;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Keys.Regions;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Telemetry;

/// <summary>Who listens is told what was done, how much, and how it ended.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task Messages_and_their_bytes_are_counted_by_what_they_are()
    {
        using var listening = Listening.Begin();
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync(new byte[100]);
        await service.ReadValueAsync(message);
        string file = await service.ProtectAsync(service.Folders.Random("one", 1000));
        await service.UnprotectAsync(file, service.Folders.At("out"));
        await using (DataSession session = service.Service.Data.BeginSession())
        {
            using var protectedStream = new MemoryStream();
            await session.ProtectStreamAsync("acme", new MemoryStream(new byte[10]), protectedStream);
            protectedStream.Position = 0;
            await session.UnprotectStreamAsync(protectedStream, new MemoryStream());
        }

        foreach ((string kind, int bytes) in new[] { ("value", 100), ("file", 1000), ("stream", 10) })
        {
            foreach (string direction in new[] { "protected", "unprotected" })
            {
                Assert.Equal(1, listening.Sum("tenantencryption.messages." + direction, ("tenantencryption.kind", kind)));
                Assert.Equal(bytes, listening.Sum("tenantencryption.bytes." + direction, ("tenantencryption.kind", kind)));
            }
        }

        Assert.Empty(listening.Of("tenantencryption.failures"));
    }

    [Fact]
    public async Task What_fails_is_counted_by_its_code()
    {
        using var listening = Listening.Begin();
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        message[^1] ^= 1;
        Assert.Equal(ErrorCodes.MessageAltered, await service.CodeOfReadingAsync(message));
        File.WriteAllBytes(service.Folders.At("altered"), message);
        await service.UnprotectAsync(service.Folders.At("altered"), service.Folders.At("out"));
        Assert.Equal(ErrorCodes.TenantNotFound, await Refusal.CodeOfAsync(() => service.ProtectValueAsync([1], "nobody")));

        Assert.Equal(
            [("protect", "value", ErrorCodes.TenantNotFound), ("unprotect", "file", ErrorCodes.MessageAltered), ("unprotect", "value", ErrorCodes.MessageAltered)],
            listening.Of("tenantencryption.failures").Select(one => (
                (string)one.Tags["tenantencryption.operation"]!, (string)one.Tags["tenantencryption.kind"]!, (string)one.Tags["error.type"]!)).Order());
        Assert.Equal(0, listening.Sum("tenantencryption.messages.unprotected"));
    }

    [Fact]
    public async Task Each_call_of_KMS_is_counted_and_timed_by_operation_region_and_outcome()
    {
        using var listening = Listening.Begin();
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService _ = service;
        byte[] message = await service.ProtectValueAsync([1]);
        await service.Keys.DisableAsync(cmk.KeyArn!);
        service.Service.Keys.ClearLeases();
        int before = service.Kms.Calls.Count;
        Assert.Equal(ErrorCodes.KeyDisabled, await service.CodeOfReadingAsync(message));

        Assert.Equal(1, service.Kms.Calls.Count - before);
        (string, object?)[] refused =
            [("tenantencryption.kms.operation", "Decrypt"), ("cloud.region", "eu-west-1"), ("tenantencryption.outcome", ErrorCodes.KeyDisabled)];
        Assert.Equal(1, listening.Sum("tenantencryption.kms.calls", refused));
        Assert.True(Assert.Single(listening.Of("tenantencryption.kms.duration", refused)).Value > 0);
        Assert.Equal(listening.Sum("tenantencryption.kms.calls"), listening.Of("tenantencryption.kms.duration").Count());
        Assert.Equal(listening.Sum("tenantencryption.kms.calls") - 1, listening.Sum("tenantencryption.kms.calls", ("tenantencryption.outcome", ErrorCodes.Success)));
    }

    [Fact]
    public async Task As_many_leases_end_as_were_taken()
    {
        using var listening = Listening.Begin();
        (TestService service, _) = await TestService.WithCmkAsync();
        await using (service)
        {
            byte[] message = await service.ProtectValueAsync([1]);
            service.Service.Keys.ClearLeases();
            await service.ReadValueAsync(message);
            await service.ReadValueAsync(message);
            Assert.Equal(
                (2, 1),
                (listening.Sum("tenantencryption.leases.taken", ("tenantencryption.provider.type", "AwsKms")),
                    listening.Sum("tenantencryption.leases.ended", ("tenantencryption.provider.type", "AwsKms"))));
        }

        Assert.Equal(listening.Sum("tenantencryption.leases.taken"), listening.Sum("tenantencryption.leases.ended"));
    }

    [Fact]
    public async Task A_failover_is_counted_once_with_its_regions()
    {
        using var listening = Listening.Begin();
        await using RegionScene scene = await RegionScene.BeginAsync();
        scene.Shut(RegionScene.Home);
        byte[] message = await scene.Service.ProtectValueAsync([1]);
        scene.ForgetKeys();
        await scene.Service.ReadValueAsync(message);

        Listening.Measured failover = Assert.Single(listening.Of("tenantencryption.failovers"));
        Assert.Equal(
            (1, RegionScene.Home, RegionScene.Backup),
            (failover.Value, failover.Tags["tenantencryption.region.from"], failover.Tags["tenantencryption.region.to"]));
        Assert.True(listening.Sum("tenantencryption.kms.calls", ("cloud.region", RegionScene.Home), ("tenantencryption.outcome", ErrorCodes.KmsUnreachable)) > 0);
    }

    [Fact]
    public async Task A_KMS_call_is_within_the_activity_that_needed_it()
    {
        using var listening = Listening.Begin();
        (TestService service, _) = await TestService.WithCmkAsync();
        await using TestService closed = service;
        await service.ProtectValueAsync([1]);
        service.Service.Keys.ClearLeases();
        await service.ProtectAsync(service.Folders.Random("one"));

        Activity[] calls = [.. listening.Activities.Where(one => one.OperationName == "tenantencryption.kms Decrypt").TakeLast(2)];
        Assert.Equal(["value", "file"], calls.Select(call => call.Parent!.GetTagItem("tenantencryption.kind")));
        Assert.All(calls, call => Assert.Equal(
            ("tenantencryption.protect", "acme", ActivityKind.Client),
            (call.Parent!.OperationName, call.Parent.GetTagItem("tenantencryption.tenant.id"), call.Kind)));
    }

    [Fact]
    public async Task What_a_caller_does_between_two_outcomes_is_not_within_the_activity()
    {
        using var listening = Listening.Begin();
        await using TestService service = await TestService.WithTenantAsync();
        FileRequest[] files = [.. new[] { "one", "two" }.Select(name => new FileRequest(service.Folders.Random(name), service.Folders.At(name + ".tenc")))];
        await using DataSession session = service.Service.Data.BeginSession();
        await foreach (FileOutcome<ProtectedFile> outcome in session.ProtectFilesAsync("acme", files))
        {
            Assert.Null(outcome.Error);
            Assert.NotEqual("tenantencryption.protect", Activity.Current?.OperationName);
        }

        Activity activity = Assert.Single(listening.Activities, one => one.OperationName == "tenantencryption.protect");
        Assert.Equal((2L, 2000L), (activity.GetTagItem("tenantencryption.messages"), activity.GetTagItem("tenantencryption.bytes")));
    }

    [Fact]
    public async Task A_migration_is_an_activity_that_says_how_it_ended()
    {
        using var listening = Listening.Begin();
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider cmk = await service.RegisterAsync("CMK");
        KeyMigration migration = await service.Service.Migrations.StartAsync("acme", cmk.Id);

        Activity activity = Assert.Single(listening.Activities, one => one.OperationName == "tenantencryption.migration");
        Assert.Equal(
            ("acme", migration.Id, "RewrapKek", "Completed", migration.Done),
            (activity.GetTagItem("tenantencryption.tenant.id"), activity.GetTagItem("tenantencryption.migration.id"),
                activity.GetTagItem("tenantencryption.migration.mode"), activity.GetTagItem("tenantencryption.migration.state"),
                activity.GetTagItem("tenantencryption.messages")));
        Assert.NotEqual(ActivityStatusCode.Error, activity.Status);
    }

    [Fact]
    public async Task An_activity_that_failed_says_so_by_the_code_alone()
    {
        using var listening = Listening.Begin();
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        message[^1] ^= 1;
        await service.CodeOfReadingAsync(message);

        Activity activity = Assert.Single(listening.Activities, one => one.OperationName == "tenantencryption.unprotect");
        Assert.Equal(
            (ActivityStatusCode.Error, ErrorCodes.MessageAltered, ErrorCodes.MessageAltered),
            (activity.Status, activity.StatusDescription, activity.GetTagItem("error.type")));
    }
}
