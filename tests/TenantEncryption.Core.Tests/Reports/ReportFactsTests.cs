using System.Text.RegularExpressions;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.MasterKeys;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Reports;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Reports;

/// <summary>What a report says is what happened; what it can't know it says so.</summary>
public sealed partial class ReportFactsTests
{
    internal static EncryptionReport Empty { get; } = new()
    {
        CreatedBy = "tester",
        SoftwareVersion = "1",
        Store = new ReportedStore { Location = "nowhere", StoreId = "0", RootKeyId = "0" },
        Cryptography = new ReportedCryptography { Algorithms = [], Library = "none", OperatingSystem = "none" },
        Exceptions = [],
        Tenants = [],
        History = [],
        Verification = [],
        Heads = [],
        Limits = [],
        Controls = [],
    };

    [Fact]
    public async Task A_tenants_keys_have_their_life_their_use_and_their_evidence()
    {
        await using ReportScene scene = await ReportScene.BeginAsync();
        EncryptionReport report = await scene.ReportAsync();
        ReportedTenant acme = report.Tenants[0];
        Assert.Equal(["acme", "globex"], report.Tenants.Select(tenant => tenant.TenantId));
        Assert.Equal((300.0, 0L, 2L), (acme.KeyLeaseSeconds, acme.ArchivedUpTo, acme.Messages));

        // Each key wrapped from its making until the next one took its place.
        Assert.Equal([KeyEncryptionKeyStatus.Previous, KeyEncryptionKeyStatus.Previous, KeyEncryptionKeyStatus.Current], acme.Keys.Select(key => key.Status));
        Assert.Equal([1, 1, 0], acme.Keys.Select(key => key.Messages));
        ReportedEvent rotated = Assert.Single(acme.History, one => one.Type.EndsWith(".key.rotated", StringComparison.Ordinal));
        ReportedEvent activated = Assert.Single(acme.History, one => one.Type.EndsWith(".keyprovider.activated", StringComparison.Ordinal));
        Assert.Equal([activated.Time, rotated.Time, null], acme.Keys.Select(key => key.ReplacedAt));
        Assert.NotEmpty(rotated.RequestIds);

        ReportedProvider cmk = Assert.Single(acme.Providers, provider => provider.Name == "CMK");
        Assert.Equal(("111122223333", "eu-west-1", KeyProviderStatus.Active, (bool?)null), (cmk.OwnerAccount, cmk.Region, cmk.Status, cmk.FipsEndpoint));
        Assert.Equal((ErrorCodes.Success, null), (cmk.LastTest!.Code, cmk.LastTest.Cause));
        Assert.Null(cmk.Live);
        Assert.Contains(scene.Service.Keys.Records, call => (string?)call["requestID"] == cmk.LastUse!.RequestId && (string?)call["eventName"] == cmk.LastUse.Operation);

        KeyMigration migration = Assert.Single(acme.Migrations);
        Assert.Equal((MigrationState.Completed, "CMK"), (migration.State, migration.MigratingToName));
        ReportedDrill drill = Assert.Single(acme.Drills);
        Assert.Equal(("Revocation", "CMK", ErrorCodes.Success), (drill.Drill, drill.Provider, drill.Code));
        Assert.True(drill.StartedAt < drill.FinishedAt);
        Assert.Contains(drill.Steps, step => step is { Name: "Withdraw", Region: "eu-west-1", Outcome: "Passed" });
        Assert.Equal(drill.Steps.Single(step => step.Name == "Unreadable").Milliseconds, drill.ShutAfterMilliseconds);
        Assert.Equal(drill.Steps.Single(step => step.Name == "ReadAgain").Milliseconds, drill.ReadAgainAfterMilliseconds);

        Assert.True(acme.KmsCalls >= cmk.LastTest.RequestIds.Count);
        Assert.Equal((acme.KmsCalls * 0.03m / 10_000, 1m), (acme.KmsCallsCost!.Amount, acme.MasterKeysMonthlyCost!.Amount));
    }

    [Fact]
    public async Task A_failed_test_is_told_with_its_cause_and_the_checks_that_failed()
    {
        await using ReportScene scene = await ReportScene.BeginAsync();
        EncryptionReport report = await scene.ReportAsync();
        ReportedProvider shut = Assert.Single(report.Tenants[1].Providers, provider => provider.Name == "shut");
        Assert.Equal((ErrorCodes.KeyDisabled, ErrorCatalog.Get(ErrorCodes.KeyDisabled).Cause), (shut.LastTest!.Code, shut.LastTest.Cause));
        Assert.Contains(shut.LastTest.FailedChecks, check => check.EndsWith(ErrorCodes.KeyDisabled, StringComparison.Ordinal));
        Assert.Contains(report.Exceptions, one => one is { TenantId: "globex", Code: ErrorCodes.KeyDisabled });
        Assert.DoesNotContain(report.Exceptions, one => one.Code == "NOT_TESTED");
    }

    [Fact]
    public async Task The_log_is_verified_and_the_heads_are_those_of_the_store()
    {
        await using ReportScene scene = await ReportScene.BeginAsync();
        EncryptionReport report = await scene.ReportAsync();
        Assert.True(Assert.Single(report.Verification).Success);
        Assert.Equal(
            (await scene.Service.Service.DescribeAsync()).Heads.Select(state => state.Head.ToString()).Order(StringComparer.Ordinal),
            report.Heads.Select(state => state.Head.ToString()).Concat(report.Tenants.Select(tenant => tenant.Head!.ToString())).Order(StringComparer.Ordinal));
        Assert.All(report.Tenants, tenant => Assert.Equal(tenant.Head!.Sequence, tenant.KeptHead));
        Assert.Equal(1, report.Anchors!.Count);
        Assert.Contains(report.History, one => one is { TenantId: "departed", Topic: ReportTopic.Retirement } && one.Type.EndsWith(".tenant.removed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_live_facts_no_call_of_kms_is_made_and_the_report_says_so()
    {
        await using ReportScene scene = await ReportScene.BeginAsync();
        EncryptionReport report = await scene.ReportAsync();
        Assert.Equal(0, scene.Service.Kms.Count);
        Assert.False(report.IsLive);
        Assert.Contains(report.Limits, limit => limit.What == "Live facts of the master keys");
    }

    [Fact]
    public async Task Live_facts_fail_alone_each_with_its_code()
    {
        await using ReportScene scene = await ReportScene.BeginAsync();
        scene.Service.Kms.BeforeAdministration = operation =>
        {
            if (operation == "ListGrants")
            {
                throw new TenantEncryptionException(ErrorCodes.PolicyDenied, "no grants for you");
            }
        };
        EncryptionReport report = await scene.ReportAsync(live: true);
        ReportedLiveKey live = Assert.Single(Assert.Single(report.Tenants[0].Providers, provider => provider.Name == "CMK").Live!);
        Assert.Equal(("Enabled", "SYMMETRIC_DEFAULT", null), (live.State, live.Spec, live.Grants));
        Assert.Contains(live.Policy!, statement => statement is { Effect: "Allow", Actions: "kms:*" } && statement.Principals.Contains("arn:aws:iam::111122223333:root", StringComparison.Ordinal));
        Assert.Equal(["ListGrants: POLICY_DENIED: no grants for you"], live.Failures);
        Assert.Equal(2, report.Exceptions.Count(one => one.Code == "NOT_SEEN"));
        Assert.Contains(report.Exceptions, one => one is { TenantId: "globex", Code: "KEY_NOT_ENABLED" });
        Assert.DoesNotContain(report.Limits, limit => limit.What == "Live facts of the master keys");
    }

    [Fact]
    public async Task Keys_that_tenants_share_are_asked_for_once()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string arn = await service.Keys.CreateKeyAsync();
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "globex" });
        await service.RegisterAsync("one", keyIdentifier: arn);
        await service.RegisterAsync("two", "globex", arn);
        service.Kms.Forget();
        EncryptionReport report = await service.Service.Reports.CollectAsync(live: true);
        Assert.Equal(1, service.Kms.CountOf("DescribeKey"));
        Assert.All(report.Tenants, tenant => Assert.Equal("Enabled", Assert.Single(tenant.Providers, provider => provider.KeyArn == arn).Live![0].State));
    }

    [Fact]
    public async Task A_report_on_one_tenant_shows_nothing_of_others()
    {
        await using ReportScene scene = await ReportScene.BeginAsync();
        KeyProvider shut = await scene.Service.ProviderAsync("shut", "globex");
        MasterKeyService keys = scene.Service.Service.MasterKeys;
        await keys.EnableAsync(await keys.GetAsync(shut.KeyArn!, scene.Service.Connection));

        // The store's own chain tells of that key, and of none of acme's.
        Assert.Contains((await scene.ReportAsync()).History, one => one.TenantId is null && one.Detail.Contains(shut.KeyArn!, StringComparison.Ordinal));
        EncryptionReport report = await scene.ReportAsync(["acme"]);
        Assert.NotEmpty(report.History);
        string json = report.ToJson();
        Assert.Equal(["acme"], report.Scope);
        Assert.All(["globex", "departed", "\"shut\"", shut.KeyArn!], text => Assert.DoesNotContain(text, json, StringComparison.Ordinal));
        Assert.Equal(1, Assert.Single(report.Verification).Chains);
    }

    [Fact]
    public async Task A_tenant_whose_state_was_altered_is_named_with_the_code_and_nothing_else()
    {
        await using ReportScene scene = await ReportScene.BeginAsync();
        scene.Service.Tamper("UPDATE tenants SET display_name = 'somebody else' WHERE tenant_id = 'acme'");
        EncryptionReport report = await scene.ReportAsync();
        Assert.Equal((ErrorCodes.StateAltered, 0), (report.Tenants[0].Code, report.Tenants[0].Providers.Count));
        Assert.Contains(report.Exceptions, one => one is { TenantId: "acme", Code: ErrorCodes.StateAltered });
        Assert.DoesNotContain("somebody else", report.ToJson(), StringComparison.Ordinal);
        Assert.Null(report.Tenants[1].Code);
        Assert.Contains("does not verify", ReportScene.Page(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_altered_log_is_told()
    {
        await using ReportScene scene = await ReportScene.BeginAsync();
        scene.Service.Tamper("UPDATE events SET json = replace(json, 'tester', 'nobody') WHERE chain = 'globex' AND sequence = 1");
        EncryptionReport report = await scene.ReportAsync();
        Assert.Contains(report.Exceptions, one => one.Code == ErrorCodes.EventLogAltered);
        Assert.Contains("EVENT_LOG_ALTERED", ReportScene.Page(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenant_that_is_not_there_is_refused()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await Refusal.IsAsync(ErrorCodes.TenantNotFound, () => service.Service.Reports.CollectAsync(["nosuch"]));
    }

    [Fact]
    public async Task No_key_sealed_or_not_is_in_a_report()
    {
        await using ReportScene scene = await ReportScene.BeginAsync();
        EncryptionReport report = await scene.ReportAsync(live: true);
        string all = report.ToJson() + ReportScene.Page(report);
        foreach (KeyEncryptionKey key in await scene.Service.Service.Keys.ListAsync("acme"))
        {
            Assert.All(
                [key.GetRecord().SealedKek, key.GetRecord().SealedShare, key.GetRecord().Salt],
                bytes => Assert.All([Convert.ToHexStringLower(bytes), Convert.ToBase64String(bytes)], text => Assert.DoesNotContain(text, all, StringComparison.OrdinalIgnoreCase)));
        }
    }

    [Fact]
    public async Task A_file_is_written_whole_for_its_owner_and_never_over_another()
    {
        await using ReportScene scene = await ReportScene.BeginAsync();
        EncryptionReport report = await scene.ReportAsync();
        ReportService reports = scene.Service.Service.Reports;
        string path = scene.Service.Folders.At("report.html");
        ExportedReport written = await reports.WriteAsync(report, path);
        Assert.Equal(ReportScene.Page(report), await File.ReadAllTextAsync(path));
        Assert.Equal((new FileInfo(path).Length, 2, report.Exceptions.Count), (written.Length, written.Tenants, written.Exceptions));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        await Refusal.IsAsync(ErrorCodes.OutputExists, () => reports.WriteAsync(report, path, ReportFormat.Json));
        await Refusal.IsAsync(ErrorCodes.OutputExists, () => reports.WriteAsync(report, scene.Service.Folders.Work, replace: true));
        Assert.Equal(written.Hash, (await reports.WriteAsync(report, path, replace: true)).Hash);
        await reports.WriteAsync(report, path, ReportFormat.Json, replace: true);
        Assert.Equal(report.ToJson(), await File.ReadAllTextAsync(path));
        Assert.Equal([path], Directory.GetFiles(scene.Service.Folders.Work, "report*"));
    }

    [Fact]
    public void What_is_not_covered_is_what_the_security_guide_says()
    {
        string[] guide = [.. ((IEnumerable<Match>)NotCovered().Matches(File.ReadAllText(Repository.At("docs", "security.md"))))
            .Select(row => $"{row.Groups[1].Value}: {string.Join(", ", ((IEnumerable<Match>)Name().Matches(row.Groups[2].Value)).Select(name => name.Groups[1].Value))}")];
        Assert.NotEmpty(guide);
        Assert.Equal(guide.Order(StringComparer.Ordinal), ReportLimits.OfStore.Select(limit => limit.What).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_control_is_shown_somewhere_or_said_not_to_be()
    {
        Assert.Equal(ReportControls.All.Count, ReportControls.All.DistinctBy(control => (control.Standard, control.Control)).Count());
        Assert.All(ReportControls.All, control =>
        {
            Assert.Equal(control.Coverage == ReportCoverage.NotCovered, control.Sections.Count == 0);
            Assert.All(control.Sections, id => Assert.Contains(ReportSections.All, section => section.Id == id));
        });
        Assert.All(ReportControls.All.Where(control => control.Standard.StartsWith("PCI", StringComparison.Ordinal)), control => Assert.Matches("^3\\.[67]\\.", control.Control));
    }

    [Fact]
    public void Facts_of_the_machine_are_known_or_said_not_to_be()
    {
        ReportedCryptography facts = CryptographyFacts.Read(RootKeyProtection.File);
        Assert.All(facts.Algorithms, one => Assert.Equal(256, one.KeyBits));
        Assert.NotEmpty(facts.Library);
        Assert.Null(facts.LibraryFipsMode);
        if (OperatingSystem.IsLinux())
        {
            Assert.Matches(@"^OpenSSL \d+\.\d+\.\d+, by \.NET", facts.Library);
        }
    }

    [GeneratedRegex(@"^\| `(\w+)` \| ((?:`\w+` ?)+)\| not covered:", RegexOptions.Multiline)]
    private static partial Regex NotCovered();

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Name();
}
