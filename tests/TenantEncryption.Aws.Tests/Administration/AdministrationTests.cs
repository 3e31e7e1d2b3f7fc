using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Tests.Administration;

/// <summary>Every administrative call against a KMS that checks permissions, states and grants, in this process.</summary>
public sealed class AdministrationTests
{
    private static readonly Dictionary<string, string> Context = new() { ["TenantId"] = "t-1" };

    [Fact]
    public async Task A_key_is_made_with_what_it_was_asked_for()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        var wanted = new NewKmsKey
        {
            Description = "the key of t-1",
            MultiRegion = true,
            Tags = new Dictionary<string, string> { ["tenant"] = "t-1", ["cost"] = "42" },
        };

        KmsKeyDescription key = await local.Administration.CreateKeyAsync(local.Connection, wanted, default);

        Assert.Equal(
            ("Enabled", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "CUSTOMER", "the key of t-1", true),
            (key.KeyState, key.KeyUsage, key.KeySpec, key.KeyManager, key.Description, key.MultiRegion));
        Assert.Equal(key.KeyArn, key.PrimaryKeyArn);
        Assert.Empty(key.RelatedKeyArns);
        Assert.True(KeyIdentifier.Parse(key.KeyArn).IsMultiRegion);
        Assert.NotNull(key.RequestId);
        Assert.Equal(wanted.Tags, (await local.Administration.ListTagsAsync(local.Connection, key.KeyArn, default)).Value);
    }

    [Fact]
    public async Task A_key_without_a_policy_has_the_one_that_leaves_all_to_its_account()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();

        KmsAnswer<string> policy = await local.Administration.GetKeyPolicyAsync(local.Connection, local.KeyArn, default);

        Assert.Contains("arn:aws:iam::111122223333:root", policy.Value, StringComparison.Ordinal);
        Assert.NotNull(policy.RequestId);
    }

    [Fact]
    public async Task A_policy_is_put_as_it_is_and_one_that_locks_the_account_out_is_refused()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        string policy = (await local.Administration.GetKeyPolicyAsync(local.Connection, local.KeyArn, default)).Value;
        string changed = policy.Replace("key-default-1", "ours", StringComparison.Ordinal);
        string lockout = policy.Replace("111122223333", "999988887777", StringComparison.Ordinal);

        await local.Administration.PutKeyPolicyAsync(local.Connection, local.KeyArn, changed, default);
        TenantEncryptionException refused = await RefusedAsync(
            () => local.Administration.PutKeyPolicyAsync(local.Connection, local.KeyArn, lockout, default));

        Assert.Equal(changed, (await local.Administration.GetKeyPolicyAsync(local.Connection, local.KeyArn, default)).Value);
        Assert.Equal((ErrorCodes.MalformedPolicy, "kms:PutKeyPolicy"), (refused.Code, refused.Operation));
    }

    [Fact]
    public async Task A_replica_is_made_with_its_own_description_and_tags_once()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        KmsKeyDescription primary = await local.Administration.CreateKeyAsync(local.Connection, new NewKmsKey { MultiRegion = true }, default);
        var wanted = new NewKmsKey { Description = "the backup", Tags = new Dictionary<string, string> { ["a"] = "b" } };

        KmsKeyDescription replica = await local.Administration.ReplicateKeyAsync(local.Connection, primary.KeyArn, "eu-west-3", wanted, default);
        TenantEncryptionException again = await RefusedAsync(
            () => local.Administration.ReplicateKeyAsync(local.Connection, primary.KeyArn, "eu-west-3", wanted, default));

        Assert.Equal(("eu-west-3", "the backup"), (KeyIdentifier.Parse(replica.KeyArn).Region, replica.Description));
        Assert.Equal(primary.KeyArn, replica.PrimaryKeyArn);
        Assert.Equal((ErrorCodes.ReplicaExists, "eu-west-1"), (again.Code, again.Region));
        KmsConnection there = local.Connection with { Region = "eu-west-3" };
        Assert.Equal(wanted.Tags, (await local.Administration.ListTagsAsync(there, replica.KeyArn, default)).Value);
        Assert.Equal([replica.KeyArn], (await local.Kms.DescribeKeyAsync(local.Connection, primary.KeyArn, default)).RelatedKeyArns);
    }

    [Fact]
    public async Task An_alias_is_made_once_and_taken_away()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();

        await local.Administration.CreateAliasAsync(local.Connection, "alias/app", local.KeyArn, default);
        TenantEncryptionException again = await RefusedAsync(
            () => local.Administration.CreateAliasAsync(local.Connection, "alias/app", local.KeyArn, default));
        IReadOnlyList<string> named = (await local.Administration.ListAliasesAsync(local.Connection, local.KeyArn, default)).Value;
        await local.Administration.DeleteAliasAsync(local.Connection, "alias/app", default);
        TenantEncryptionException gone = await RefusedAsync(
            () => local.Administration.DeleteAliasAsync(local.Connection, "alias/app", default));

        Assert.Equal(["alias/app"], named);
        Assert.Equal((ErrorCodes.AliasExists, ErrorCodes.KeyNotFound), (again.Code, gone.Code));
        Assert.Empty((await local.Administration.ListAliasesAsync(local.Connection, local.KeyArn, default)).Value);
    }

    [Fact]
    public async Task Lists_are_read_to_their_last_page()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        string[] aliases = [.. Enumerable.Range(0, 101).Select(number => $"alias/app-{number:D3}")];
        foreach (string alias in aliases)
        {
            await local.Administration.CreateAliasAsync(local.Connection, alias, local.KeyArn, default);
            await local.Administration.CreateGrantAsync(
                local.Connection, local.KeyArn, AdministrationCalls.Grant with { Name = alias }, default);
        }

        Assert.Equal(aliases, (await local.Administration.ListAliasesAsync(local.Connection, local.KeyArn, default)).Value.Order(StringComparer.Ordinal));
        IReadOnlyList<KmsGrant> grants = (await local.Administration.ListGrantsAsync(local.Connection, local.KeyArn, default)).Value;
        Assert.Equal(aliases, grants.Select(grant => grant.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Rotation_is_switched_on_and_off_and_made_now()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        KmsRotation before = (await local.Administration.GetRotationAsync(local.Connection, local.KeyArn, default)).Value;

        await local.Administration.SetRotationAsync(local.Connection, local.KeyArn, true, default);
        await local.Administration.RotateNowAsync(local.Connection, local.KeyArn, default);
        KmsRotation during = (await local.Administration.GetRotationAsync(local.Connection, local.KeyArn, default)).Value;
        await local.Administration.SetRotationAsync(local.Connection, local.KeyArn, false, default);
        KmsRotation after = (await local.Administration.GetRotationAsync(local.Connection, local.KeyArn, default)).Value;

        Assert.Equal((false, true, false), (before.Enabled, during.Enabled, after.Enabled));
        Assert.Equal(365, during.PeriodInDays);
        Assert.NotNull(during.NextRotation);
    }

    [Fact]
    public async Task A_key_is_disabled_and_enabled()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();

        await local.Administration.DisableKeyAsync(local.Connection, local.KeyArn, default);
        Assert.Equal("Disabled", (await local.Kms.DescribeKeyAsync(local.Connection, local.KeyArn, default)).KeyState);
        await local.Administration.EnableKeyAsync(local.Connection, local.KeyArn, default);
        Assert.Equal("Enabled", (await local.Kms.DescribeKeyAsync(local.Connection, local.KeyArn, default)).KeyState);
    }

    [Fact]
    public async Task A_deletion_is_scheduled_and_cancelled_which_leaves_the_key_disabled()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();

        DateTimeOffset? date = (await local.Administration.ScheduleDeletionAsync(local.Connection, local.KeyArn, 7, default)).Value;
        KmsKeyDescription pending = await local.Kms.DescribeKeyAsync(local.Connection, local.KeyArn, default);
        TenantEncryptionException twice = await RefusedAsync(
            () => local.Administration.ScheduleDeletionAsync(local.Connection, local.KeyArn, 7, default));
        await local.Administration.CancelDeletionAsync(local.Connection, local.KeyArn, default);
        TenantEncryptionException not = await RefusedAsync(
            () => local.Administration.CancelDeletionAsync(local.Connection, local.KeyArn, default));

        Assert.Equal(("PendingDeletion", date), (pending.KeyState, pending.DeletionDate));
        Assert.InRange(date!.Value, DateTimeOffset.UtcNow.AddDays(6.9), DateTimeOffset.UtcNow.AddDays(7.1));
        Assert.Equal((ErrorCodes.KeyPendingDeletion, ErrorCodes.InvalidInput), (twice.Code, not.Code));
        Assert.Equal("Disabled", (await local.Kms.DescribeKeyAsync(local.Connection, local.KeyArn, default)).KeyState);
    }

    [Fact]
    public async Task A_primary_with_a_replica_has_no_deletion_date_yet()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        KmsKeyDescription primary = await local.Administration.CreateKeyAsync(local.Connection, new NewKmsKey { MultiRegion = true }, default);
        await local.Administration.ReplicateKeyAsync(local.Connection, primary.KeyArn, "eu-west-3", new NewKmsKey(), default);

        Assert.Null((await local.Administration.ScheduleDeletionAsync(local.Connection, primary.KeyArn, 7, default)).Value);
    }

    [Fact]
    public async Task Description_and_tags_are_replaced()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        await local.Administration.TagAsync(local.Connection, local.KeyArn, new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }, default);

        await local.Administration.UpdateDescriptionAsync(local.Connection, local.KeyArn, "another", default);
        await local.Administration.TagAsync(local.Connection, local.KeyArn, new Dictionary<string, string> { ["b"] = "3" }, default);
        TenantEncryptionException reserved = await RefusedAsync(
            () => local.Administration.TagAsync(local.Connection, local.KeyArn, new Dictionary<string, string> { ["aws:x"] = "1" }, default));

        Assert.Equal("another", (await local.Kms.DescribeKeyAsync(local.Connection, local.KeyArn, default)).Description);
        Assert.Equal(
            new Dictionary<string, string> { ["a"] = "1", ["b"] = "3" },
            (await local.Administration.ListTagsAsync(local.Connection, local.KeyArn, default)).Value);
        Assert.Equal(ErrorCodes.InvalidInput, reserved.Code);
    }

    [Fact]
    public async Task A_grant_is_made_once_by_its_name_listed_and_revoked()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        NewKmsGrant wanted = AdministrationCalls.Grant with
        {
            Operations = ["Decrypt", "GenerateDataKeyWithoutPlaintext"],
            RetiringPrincipal = "arn:aws:iam::111122223333:role/admin",
            EncryptionContextSubset = Context,
        };

        KmsGrantToken first = (await local.Administration.CreateGrantAsync(local.Connection, local.KeyArn, wanted, default)).Value;
        KmsGrantToken again = (await local.Administration.CreateGrantAsync(local.Connection, local.KeyArn, wanted, default)).Value;
        KmsGrant listed = Assert.Single((await local.Administration.ListGrantsAsync(local.Connection, local.KeyArn, default)).Value);
        await local.Administration.RevokeGrantAsync(local.Connection, local.KeyArn, first.GrantId, default);
        TenantEncryptionException gone = await RefusedAsync(
            () => local.Administration.RevokeGrantAsync(local.Connection, local.KeyArn, first.GrantId, default));

        Assert.Equal(first.GrantId, again.GrantId);
        Assert.NotEmpty(first.GrantToken);
        Assert.Equal(
            (first.GrantId, local.KeyArn, "app", wanted.GranteePrincipal, wanted.RetiringPrincipal, "arn:aws:iam::111122223333:root"),
            (listed.GrantId, listed.KeyArn, listed.Name, listed.GranteePrincipal, listed.RetiringPrincipal, listed.IssuingAccount));
        Assert.Equal(wanted.Operations, listed.Operations);
        Assert.Equal(Context, listed.EncryptionContextSubset);
        Assert.Null(listed.EncryptionContextEquals);
        Assert.Equal(ErrorCodes.GrantNotFound, gone.Code);
        Assert.Empty((await local.Administration.ListGrantsAsync(local.Connection, local.KeyArn, default)).Value);
    }

    [Fact]
    public async Task A_grant_can_ask_for_exactly_a_context_and_is_retired_by_who_may()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        local.Define("arn:aws:iam::111122223333:role/admin", "admin");
        using AwsKms admin = LocalKmsSession.Client("admin", "admin");
        NewKmsGrant wanted = AdministrationCalls.Grant with
        {
            EncryptionContextEquals = Context,
            RetiringPrincipal = "arn:aws:iam::111122223333:role/admin",
        };
        KmsGrantToken made = (await local.Administration.CreateGrantAsync(local.Connection, local.KeyArn, wanted, default)).Value;
        KmsGrant listed = Assert.Single((await local.Administration.ListGrantsAsync(local.Connection, local.KeyArn, default)).Value);

        TenantEncryptionException denied = await RefusedAsync(
            () => admin.Administration.RevokeGrantAsync(local.Connection, local.KeyArn, made.GrantId, default));
        await admin.Administration.RetireGrantAsync(local.Connection, local.KeyArn, made.GrantId, default);

        Assert.Equal(Context, listed.EncryptionContextEquals);
        Assert.Equal(ErrorCodes.PolicyDenied, denied.Code);
        Assert.Empty((await local.Administration.ListGrantsAsync(local.Connection, local.KeyArn, default)).Value);
    }

    [Theory]
    [InlineData(DryRunOperation.GenerateDataKey)]
    [InlineData(DryRunOperation.GenerateDataKeyWithoutPlaintext)]
    [InlineData(DryRunOperation.Encrypt)]
    [InlineData(DryRunOperation.Decrypt)]
    public async Task A_dry_run_tells_what_is_permitted_and_makes_nothing(DryRunOperation operation)
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        local.Define("arn:aws:iam::111122223333:role/app", "app");
        using AwsKms app = LocalKmsSession.Client("app", "app");

        KmsAnswer permitted = await local.Administration.DryRunAsync(local.Connection, operation, local.KeyArn, Context, default);
        TenantEncryptionException denied = await RefusedAsync(
            () => app.Administration.DryRunAsync(local.Connection, operation, local.KeyArn, Context, default));
        await local.Administration.DisableKeyAsync(local.Connection, local.KeyArn, default);
        TenantEncryptionException disabled = await RefusedAsync(
            () => local.Administration.DryRunAsync(local.Connection, operation, local.KeyArn, Context, default));

        Assert.NotNull(permitted.RequestId);
        Assert.Equal((ErrorCodes.PolicyDenied, $"kms:{operation}"), (denied.Code, denied.Operation));
        Assert.Equal(ErrorCodes.KeyDisabled, disabled.Code);
    }

    [Fact]
    public async Task The_last_use_of_a_key_is_told_with_its_event()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        KmsLastUsage before = (await local.Administration.GetLastUsageAsync(local.Connection, local.KeyArn, default)).Value;
        using KmsDataKey made = await local.Kms.GenerateDataKeyAsync(local.Connection, local.KeyArn, Context, default);
        KmsLastUsage after = (await local.Administration.GetLastUsageAsync(local.Connection, local.KeyArn, default)).Value;

        Assert.Equal((null, null, null), (before.Time, before.Operation, before.EventId));
        Assert.NotNull(before.TrackedSince);
        Assert.Equal(("GenerateDataKey", before.TrackedSince), (after.Operation, after.TrackedSince));
        Assert.True(after.Time >= after.TrackedSince);
        Assert.NotNull(after.EventId);
    }

    [Fact]
    public async Task A_grant_to_a_service_comes_back_as_it_was_made()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        var wanted = new NewKmsGrant
        {
            GranteeServicePrincipal = "qbusiness.amazonaws.com",
            RetiringServicePrincipal = "qbusiness.amazonaws.com",
            SourceArn = "arn:aws:qbusiness:eu-west-1:111122223333:application/a",
            Operations = ["Decrypt"],
        };
        await local.Administration.CreateGrantAsync(local.Connection, local.KeyArn, wanted, default);

        KmsGrant listed = Assert.Single((await local.Administration.ListGrantsAsync(local.Connection, local.KeyArn, default)).Value);

        Assert.Equal((null, wanted.GranteeServicePrincipal, wanted.GranteeServicePrincipal), (listed.GranteePrincipal, listed.GranteeServicePrincipal, listed.Grantee));
        Assert.Equal((null, wanted.RetiringServicePrincipal, wanted.SourceArn), (listed.RetiringPrincipal, listed.RetiringServicePrincipal, listed.SourceArn));
        Assert.Null(listed.EncryptionContextSubset);
    }

    [Fact]
    public async Task A_dry_run_of_a_grant_makes_none()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        local.Define("arn:aws:iam::111122223333:role/app", "app");
        using AwsKms app = LocalKmsSession.Client("app", "app");

        KmsAnswer permitted = await local.Administration.DryRunGrantAsync(local.Connection, local.KeyArn, AdministrationCalls.Grant, default);
        TenantEncryptionException denied = await RefusedAsync(
            () => app.Administration.DryRunGrantAsync(local.Connection, local.KeyArn, AdministrationCalls.Grant, default));

        Assert.NotNull(permitted.RequestId);
        Assert.Equal(ErrorCodes.PolicyDenied, denied.Code);
        Assert.Empty((await local.Administration.ListGrantsAsync(local.Connection, local.KeyArn, default)).Value);
    }

    [Theory]
    [InlineData("ReplicateKey")]
    [InlineData("GetKeyPolicy")]
    [InlineData("PutKeyPolicy")]
    [InlineData("GetKeyRotationStatus")]
    [InlineData("EnableKeyRotation")]
    [InlineData("DisableKeyRotation")]
    [InlineData("RotateKeyOnDemand")]
    [InlineData("EnableKey")]
    [InlineData("DisableKey")]
    [InlineData("ScheduleKeyDeletion")]
    [InlineData("CancelKeyDeletion")]
    [InlineData("UpdateKeyDescription")]
    [InlineData("TagResource")]
    [InlineData("ListResourceTags")]
    [InlineData("CreateGrant")]
    [InlineData("ListGrants")]
    [InlineData("RevokeGrant")]
    [InlineData("CreateKey")]
    [InlineData("CreateAlias")]
    public async Task Who_may_not_is_told_so(string operation)
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        local.Define("arn:aws:iam::111122223333:role/app", "app");
        using AwsKms app = LocalKmsSession.Client("app", "app");

        TenantEncryptionException denied = await RefusedAsync(
            () => AdministrationCalls.MakeAsync(app.Administration, local.Connection, operation, local.KeyArn));

        Assert.Equal((ErrorCodes.PolicyDenied, $"kms:{operation}"), (denied.Code, denied.Operation));
    }

    private static async Task<TenantEncryptionException> RefusedAsync(Func<Task> call) =>
        await Assert.ThrowsAsync<TenantEncryptionException>(call);
}
