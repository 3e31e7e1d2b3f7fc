using Newtonsoft.Json.Linq;
using TenantEncryption.Drills;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.LocalKms.Faults;
using TenantEncryption.Policies.Merging;
using TenantEncryption.Providers;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Drills;

public sealed class RevocationDrillTests
{
    private const string Theirs = """{"Sid":"theirs","Effect":"Deny","Principal":"*","Action":"kms:ScheduleKeyDeletion","Resource":"*"}""";

    [Fact]
    public async Task Withdrawing_shuts_the_scratch_message_and_giving_back_opens_it_while_the_tenants_own_read_throughout()
    {
        await using DrillScene scene = await DrillScene.BeginAsync();
        byte[] message = await scene.Service.ProtectValueAsync([1]);
        string before = await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!);
        string? during = null;
        scene.OnceWithdrawn(async () =>
        {
            during = await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!);
            await using TestService other = await scene.OpenAnotherAsync();
            Assert.Equal([1], await other.ReadValueAsync(message));
            Assert.NotEmpty(await other.ProtectValueAsync([2]));
        });

        RevocationPlan plan = await scene.Drills.PlanRevocationAsync(scene.Cmk.Id);
        DrillResult result = await scene.Drills.RunRevocationAsync(plan);

        Assert.True(result.Success, string.Join(Environment.NewLine, result.Steps.Select(step => $"{step}: {step.Observed}")));
        Assert.Equal(
            ["Write", "ReadBefore", "Withdraw", "Unreadable", "GiveBack", "ReadAgain", "TenantUntouched"], result.Steps.Select(step => step.Name));
        Assert.Equal(before, await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!));
        JToken put = JObject.Parse(during!)["Statement"]!.Last!;
        Assert.Equal($"TenantEncryptionDrill{plan.DrillId:N}", (string)put["Sid"]!);
        Assert.Equal(plan.DrillId, result.DrillId);
        Assert.Equal(scene.Cmk.KeyArn, Assert.Single(plan.KeyArns));
        var statement = JObject.Parse(plan.Statement);
        Assert.Equal(plan.DrillId.ToString(), (string)statement["Condition"]!["StringEquals"]!["kms:EncryptionContext:Drill"]!);
        Assert.Equal("""["kms:Decrypt","kms:GenerateDataKey*"]""", statement["Action"]!.ToString(Newtonsoft.Json.Formatting.None));
        Assert.Empty((await scene.Service.ProviderAsync("CMK")).RefusedRegions);
    }

    [Fact]
    public async Task A_drill_is_told_by_events_with_its_statement_and_its_calls()
    {
        await using DrillScene scene = await DrillScene.BeginAsync();

        DrillResult result = await scene.RevokeAsync();

        EncryptionEvent started = Assert.Single(await scene.EventsAsync(EventTypes.DrillStarted));
        EncryptionEvent finished = Assert.Single(await scene.EventsAsync(EventTypes.DrillFinished));
        Assert.Equal((result.DrillId.ToString(), scene.Cmk.Id), (started.Data["drillId"], started.Data["providerId"]));
        Assert.Contains("TenantEncryptionDrill", Assert.IsType<string>(started.Data["statement"]), StringComparison.Ordinal);
        Assert.Equal((result.DrillId.ToString(), ErrorCodes.Success), (finished.Data["drillId"], finished.Data["code"]));
        Assert.Equal(result.Steps.Count, Assert.IsType<object?[]>(finished.Data["steps"]).Length);
        IEnumerable<object?> operations = Assert.IsType<object?[]>(finished.Data["kmsCalls"]).Cast<Dictionary<string, object?>>().Select(call => call["operation"]);
        Assert.Equal(2, operations.Count(operation => operation as string == "PutKeyPolicy"));
    }

    [Fact]
    public async Task Every_region_of_a_key_is_shut_and_opened_again()
    {
        await using DrillScene scene = await DrillScene.BeginAsync(DrillScene.Backup);
        string home = await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!);
        string replica = await scene.Kms.PolicyAsync(scene.Replica);
        int denying = 0;
        scene.OnceWithdrawn(async () =>
        {
            denying = DrillStatement.FindIn(await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!)).Count + DrillStatement.FindIn(await scene.Kms.PolicyAsync(scene.Replica)).Count;
        });

        DrillResult result = await scene.RevokeAsync();

        Assert.True(result.Success, string.Join(Environment.NewLine, result.Steps.Select(step => $"{step}: {step.Observed}")));
        Assert.Equal(2, denying);
        Assert.Equal([DrillScene.Home, DrillScene.Backup], result.Steps.Where(step => step.Name == "Unreadable").Select(step => step.Region));
        Assert.Equal(home, await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!));
        Assert.Equal(replica, await scene.Kms.PolicyAsync(scene.Replica));
    }

    [Fact]
    public async Task A_change_that_takes_KMS_its_time_is_waited_for_and_timed()
    {
        await using DrillScene scene = await DrillScene.BeginAsync();
        scene.Kms.Faults = new FaultPlan { PolicyDelay = TimeSpan.FromSeconds(20) };

        DrillResult result = await scene.RevokeAsync();

        Assert.True(result.Success, string.Join(Environment.NewLine, result.Steps.Select(step => $"{step}: {step.Observed}")));
        foreach (string name in new[] { "Unreadable", "ReadAgain" })
        {
            Assert.InRange(result.Steps.Single(step => step.Name == name).Elapsed, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(23));
        }

        Assert.Equal(result.Steps.Single(step => step.Name == "Unreadable").Elapsed, result.ShutAfter);
        Assert.Equal(result.Steps.Single(step => step.Name == "ReadAgain").Elapsed, result.ReadAgainAfter);
    }

    [Fact]
    public async Task A_region_that_goes_on_opening_is_named_and_the_statement_is_taken_out_all_the_same()
    {
        await using DrillScene scene = await DrillScene.BeginAsync();
        scene.Kms.Faults = new FaultPlan { PolicyDelay = TimeSpan.FromHours(1) };

        DrillResult result = await scene.RevokeAsync();

        DrillStep open = Assert.Single(result.Steps, step => step.Outcome == CheckOutcome.Failed);
        Assert.Equal(("Unreadable", ErrorCodes.Unknown), (open.Name, open.Code));
        Assert.InRange(open.Elapsed, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(6));
        Assert.Null(result.ShutAfter);
        Assert.Empty(DrillStatement.FindIn(await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!)));
    }

    [Fact]
    public async Task A_drill_that_is_cancelled_leaves_the_policies_as_they_were()
    {
        await using DrillScene scene = await DrillScene.BeginAsync(DrillScene.Backup);
        string home = await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!);
        string replica = await scene.Kms.PolicyAsync(scene.Replica);
        using var cancelling = new CancellationTokenSource();
        scene.OnceWithdrawn(cancelling.CancelAsync);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scene.RevokeAsync(cancelling.Token));

        Assert.Equal(home, await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!));
        Assert.Equal(replica, await scene.Kms.PolicyAsync(scene.Replica));
        Assert.Equal(ErrorCodes.Cancelled, Assert.Single(await scene.EventsAsync(EventTypes.DrillFinished)).Data["code"]);
        Assert.Empty(scene.Service.Warnings);
    }

    [Fact]
    public async Task A_statement_that_could_not_be_taken_out_is_told_lapses_by_itself_and_is_taken_out_by_the_next_drill()
    {
        await using DrillScene scene = await DrillScene.BeginAsync();
        string before = await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!);
        scene.OnceWithdrawn(() =>
        {
            scene.Kms.Faults = new FaultPlan { Drop = 1, Operations = ["PutKeyPolicy"] };
            return Task.CompletedTask;
        });
        scene.Time.OnPause = scene.Kms.Advance;

        DrillResult left = await scene.RevokeAsync();
        Assert.Equal(("GiveBack", ErrorCodes.KmsUnreachable), (left.Steps.First(step => step.Outcome == CheckOutcome.Failed).Name, left.Code));
        Assert.Contains("next drill", Assert.Single(scene.Service.Warnings), StringComparison.Ordinal);
        Assert.Single(DrillStatement.FindIn(await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!)));

        scene.Kms.Faults = FaultPlan.None;
        DrillResult next = await scene.RevokeAsync();
        Assert.True(next.Success);
        Assert.Equal(("LeftOver", CheckOutcome.Warning), (next.Steps[0].Name, next.Steps[0].Outcome));
        Assert.True(PolicyForm.AreSame(before, await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!)));
    }

    [Fact]
    public async Task A_statement_of_a_drill_that_is_under_way_is_left_to_it_in_this_process_and_in_others()
    {
        await using DrillScene scene = await DrillScene.BeginAsync();
        var codes = new List<string>();
        scene.OnceWithdrawn(async () =>
        {
            await using TestService other = await scene.OpenAnotherAsync();
            foreach (DrillService drills in new[] { scene.Drills, other.Service.Drills })
            {
                codes.Add(await Refusal.CodeOfAsync(async () => await drills.RunRevocationAsync(await drills.PlanRevocationAsync(scene.Cmk.Id))));
            }
        });

        Assert.True((await scene.RevokeAsync()).Success);

        Assert.Equal([ErrorCodes.DrillRunning, ErrorCodes.DrillRunning], codes);
    }

    [Theory]
    [InlineData(1, ErrorCodes.DrillRunning)]
    [InlineData(-1, ErrorCodes.Success)]
    public async Task A_statement_of_another_stores_drill_is_taken_out_when_it_lapsed(int lapsesInMinutes, string code)
    {
        await using DrillScene scene = await DrillScene.BeginAsync();
        string before = await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!);
        var theirs = new DrillStatement(Guid.NewGuid(), DateTimeOffset.FromUnixTimeSeconds((scene.Time.GetUtcNow() + TimeSpan.FromMinutes(lapsesInMinutes)).ToUnixTimeSeconds()));
        await scene.Kms.PutPolicyAsync(scene.Cmk.KeyArn!, theirs.AddTo(before));

        string outcome;
        try
        {
            outcome = (await scene.RevokeAsync()).Code;
        }
        catch (TenantEncryptionException exception)
        {
            outcome = exception.Code;
        }

        Assert.Equal(code, outcome);
        Assert.Equal(code == ErrorCodes.DrillRunning, DrillStatement.FindIn(await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!)).Count == 1);
    }

    [Fact]
    public async Task A_policy_that_someone_changes_before_the_statement_is_put_gets_none()
    {
        await using DrillScene scene = await DrillScene.BeginAsync();
        scene.Once((operation, _) => Task.FromResult(operation == "GenerateDataKey"), () => ChangeAsync(scene));

        DrillResult result = await scene.RevokeAsync();

        Assert.Equal(ErrorCodes.PolicyChanged, result.Code);
        Assert.DoesNotContain(result.Steps, step => step.Name == "GiveBack");
        string after = await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!);
        Assert.Contains("theirs", after, StringComparison.Ordinal);
        Assert.Empty(DrillStatement.FindIn(after));
    }

    [Fact]
    public async Task What_someone_changes_during_the_drill_stays()
    {
        await using DrillScene scene = await DrillScene.BeginAsync();
        string before = await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!);
        scene.OnceWithdrawn(() => ChangeAsync(scene));

        DrillResult result = await scene.RevokeAsync();

        Assert.True(result.Success);
        Assert.Contains("someone else", result.Steps.Single(step => step.Name == "GiveBack").Observed, StringComparison.Ordinal);
        Assert.True(PolicyForm.AreSame(With(before, Theirs), await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!)));
    }

    [Fact]
    public async Task A_statement_that_only_looks_like_a_drills_is_nobodys_to_take_out()
    {
        await using DrillScene scene = await DrillScene.BeginAsync();
        JObject edited = new DrillStatement(Guid.NewGuid(), DateTimeOffset.UnixEpoch).ToJson();
        edited["Action"] = "kms:ScheduleKeyDeletion";
        string before = With(await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!), edited.ToString());
        await scene.Kms.PutPolicyAsync(scene.Cmk.KeyArn!, before);

        Assert.True((await scene.RevokeAsync()).Success);

        Assert.Equal(before, await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!));
    }

    [Fact]
    public async Task Who_may_not_write_the_policy_leaves_nothing_and_who_can_not_read_it_does_not_drill()
    {
        await using DrillScene scene = await DrillScene.BeginAsync();
        string before = await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!);
        scene.Kms.Faults = new FaultPlan { ExpiredCredentials = 1, Operations = ["PutKeyPolicy"] };

        DrillResult result = await scene.RevokeAsync();

        Assert.Equal(ErrorCodes.CredentialsInvalid, result.Code);
        Assert.Equal(["Write", "ReadBefore", "Withdraw", "ReadAgain", "TenantUntouched"], result.Steps.Select(step => step.Name));
        Assert.Empty(scene.Service.Warnings);

        scene.Kms.Faults = new FaultPlan { ServerError = 1, Operations = ["GetKeyPolicy"] };
        Assert.Equal(ErrorCodes.KmsUnreachable, await Refusal.CodeOfAsync(() => scene.RevokeAsync()));
        Assert.Single(await scene.EventsAsync(EventTypes.DrillFinished));
        scene.Kms.Faults = FaultPlan.None;
        Assert.Equal(before, await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!));
    }

    [Fact]
    public async Task A_key_that_does_not_work_is_not_drilled()
    {
        await using DrillScene scene = await DrillScene.BeginAsync();
        string before = await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!);
        await scene.Kms.DisableAsync(scene.Cmk.KeyArn!);

        DrillResult result = await scene.RevokeAsync();

        Assert.Equal(ErrorCodes.KeyDisabled, result.Code);
        Assert.Equal(["Write"], result.Steps.Select(step => step.Name));
        Assert.Equal(before, await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!));
    }

    private static async Task ChangeAsync(DrillScene scene) =>
        await scene.Kms.PutPolicyAsync(scene.Cmk.KeyArn!, With(await scene.Kms.PolicyAsync(scene.Cmk.KeyArn!), Theirs));

    private static string With(string policy, string statement)
    {
        var document = JObject.Parse(policy);
        document["Statement"] = new JArray(document["Statement"] as JArray ?? [document["Statement"]!]) { JObject.Parse(statement) };
        return document.ToString();
    }
}
