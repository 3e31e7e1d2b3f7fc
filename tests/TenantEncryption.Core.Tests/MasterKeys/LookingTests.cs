using Amazon.KeyManagementService.Model;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.MasterKeys;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.MasterKeys;

public sealed class LookingTests
{
    [Fact]
    public async Task A_key_is_found_by_each_form_of_its_identifier()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();
        string id = KeyIdentifier.Parse(key.KeyArn).KeyId!;

        foreach (string identifier in (string[])[key.KeyArn, id, "alias/acme", "arn:aws:kms:eu-west-1:111122223333:alias/acme"])
        {
            bool isArn = identifier.StartsWith("arn:", StringComparison.Ordinal);
            Assert.Equal(key.KeyArn, (await scene.LookAsync(identifier, isArn ? null : "eu-west-1")).KeyArn);
        }
    }

    [Fact]
    public async Task What_may_not_be_seen_is_left_out_and_noted()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync("eu-west-1", "eu-west-3");
        await DenyAsync(scene, key.KeyArn, "kms:ListGrants", "kms:GetKeyRotationStatus", "kms:ListResourceTags");
        await DenyAsync(scene, key.Replicas[0].KeyArn, "kms:DescribeKey");

        MasterKey seen = await scene.LookAsync(key.KeyArn);

        Assert.Equal((null, null, null), (seen.Rotation, (object?)seen.Grants, (object?)seen.Tags));
        Assert.Equal(["alias/acme"], seen.Aliases);
        MasterKeyReplica replica = Assert.Single(seen.Replicas);
        Assert.Equal(("eu-west-3", null), (replica.Region, replica.State));
        Assert.Equal(4, seen.Notes.Count);
        Assert.All(seen.Notes, note => Assert.Contains(ErrorCodes.PolicyDenied, note, StringComparison.Ordinal));
        Assert.Equal("Enabled", seen.State);
    }

    [Fact]
    public async Task The_last_use_is_shown_and_since_when_uses_are_recorded()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();
        MasterKey unused = await scene.LookAsync(key.KeyArn);
        await scene.Kms.Administrator.EncryptAsync(new EncryptRequest { KeyId = key.KeyArn, Plaintext = new MemoryStream([1]) });

        MasterKey used = await scene.LookAsync(key.KeyArn);

        Assert.Equal((null, null), (unused.LastUsedAt, unused.LastOperation));
        Assert.NotNull(unused.UsageTrackedSince);
        Assert.Equal("Encrypt", used.LastOperation);
        Assert.True(used.LastUsedAt >= used.UsageTrackedSince);
        Assert.True(Guid.TryParse(used.LastEventId, out _) && Guid.TryParse(used.LastRequestId, out _));
        Assert.EndsWith($"(Encrypt, CloudTrail event {used.LastEventId}, request {used.LastRequestId})", used.DescribeLastUse(), StringComparison.Ordinal);
        Assert.StartsWith("not used since ", unused.DescribeLastUse(), StringComparison.Ordinal);
        Assert.Empty(used.Notes);
    }

    [Fact]
    public async Task A_last_use_that_may_not_be_seen_is_noted()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();
        await DenyAsync(scene, key.KeyArn, "kms:GetKeyLastUsage");

        MasterKey seen = await scene.LookAsync(key.KeyArn);

        Assert.Equal((null, null, null), (seen.LastUsedAt, seen.UsageTrackedSince, seen.DescribeLastUse()));
        Assert.Contains("The last use could not be seen", Assert.Single(seen.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_not_there_is_not_found()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();

        Assert.Equal(ErrorCodes.KeyNotFound, await Refusal.CodeOfAsync(() => scene.LookAsync("alias/none", "eu-west-1")));
        Assert.Equal(ErrorCodes.InvalidArn, await Refusal.CodeOfAsync(() => scene.LookAsync("arn:aws:s3:::bucket")));
    }

    [Fact]
    public async Task A_replica_knows_its_primary()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync("eu-west-1", "eu-west-3", "eu-west-2");

        MasterKey replica = await scene.LookAsync(key.Replicas.Single(one => one.Region == "eu-west-3").KeyArn);

        Assert.Equal(("eu-west-3", false), (replica.Region, replica.IsPrimary));
        Assert.Equal([("eu-west-1", true), ("eu-west-2", false)], replica.Replicas.Select(other => (other.Region, other.IsPrimary)));
    }

    [Fact]
    public async Task The_providers_that_hang_on_a_key_in_any_of_its_regions_are_shown_and_say_how_it_is_reached()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        await scene.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        await scene.Service.Tenants.CreateAsync(new NewTenant { TenantId = "globex" });
        MasterKey key = await scene.CreateAsync("eu-west-1", "eu-west-3");
        KeyProvider home = await RegisterAsync(scene, "acme", key.KeyArn);
        KeyProvider away = await RegisterAsync(scene, "globex", key.Replicas[0].KeyArn);

        // No endpoint is given: the registration has it.
        MasterKey seen = await scene.Keys.GetAsync(key.KeyArn);

        Assert.Equal([home.Id, away.Id], seen.Providers.Select(provider => provider.Id));
        Assert.Equal(scene.Kms.Url, seen.Connection.EndpointUrl);
    }

    [Fact]
    public async Task An_altered_registration_does_not_say_how_a_key_is_reached()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        await scene.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        MasterKey key = await scene.CreateAsync();
        await RegisterAsync(scene, "acme", key.KeyArn);
        scene.Test.Sql("UPDATE key_providers SET connection_endpoint_url = 'http://127.0.0.1:1' WHERE key_arn IS NOT NULL");

        Assert.Equal(ErrorCodes.StateAltered, await Refusal.CodeOfAsync(() => scene.Keys.GetAsync(key.KeyArn)));
    }

    [Fact]
    public void A_connection_is_completed_with_all_that_says_who_calls_or_nothing_of_it()
    {
        var provider = new KmsConnection { Region = "eu-west-1", ProfileName = "customer", EndpointUrl = "https://kms.example", RoleArn = "role", ExternalId = "7" };

        Assert.Equal(provider, new KmsConnection().Or(provider));
        Assert.Equal(provider with { Region = "eu-west-3" }, new KmsConnection { Region = "eu-west-3" }.Or(provider));
        Assert.Equal(
            new KmsConnection { Region = "eu-west-1", ProfileName = "admin", EndpointUrl = "https://kms.example" },
            new KmsConnection { ProfileName = "admin" }.Or(provider));
    }

    private static Task<KeyProvider> RegisterAsync(KeyScene scene, string tenantId, string keyArn) => scene.Service.Providers.RegisterAsync(
        new NewKeyProvider { TenantId = tenantId, Name = "cmk", KeyIdentifier = keyArn, Connection = scene.Anywhere });

    private static async Task DenyAsync(KeyScene scene, string keyArn, params string[] actions)
    {
        string denied = string.Join(',', actions.Select(action => $"\"{action}\""));
        using var client = scene.Kms.AdministratorOf(KeyIdentifier.Parse(keyArn).Region!);
        await client.PutKeyPolicyAsync(new PutKeyPolicyRequest
        {
            KeyId = keyArn,
            Policy = $$"""
                { "Version": "2012-10-17", "Statement": [
                  { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:root" }, "Action": "kms:*", "Resource": "*" },
                  { "Effect": "Deny", "Principal": "*", "Action": [{{denied}}], "Resource": "*" } ] }
                """,
        });
    }
}
