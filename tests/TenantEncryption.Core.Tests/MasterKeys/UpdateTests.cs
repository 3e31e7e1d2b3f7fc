using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.MasterKeys;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.MasterKeys;

public sealed class UpdateTests
{
    [Fact]
    public async Task Description_tags_and_rotation_are_changed()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();

        MasterKey changed = await scene.Keys.UpdateAsync(
            key, new MasterKeyUpdate { Description = "another", Tags = new Dictionary<string, string> { ["a"] = "b" }, Rotation = false });

        Assert.Equal(("another", "b", false), (changed.Description, changed.Tags!["a"], changed.Rotation));
        EncryptionEvent told = (await scene.EventsAsync(EventTypes.MasterKeyUpdated))[^1];
        Assert.Equal(["description", "tags", "rotation off"], (IEnumerable<object>)told.Data["changes"]!);
    }

    [Fact]
    public async Task The_material_of_a_replica_is_rotated_at_its_primary()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync("eu-west-1", "eu-west-3");
        MasterKey replica = await scene.LookAsync(key.Replicas[0].KeyArn);

        MasterKey changed = await scene.Keys.UpdateAsync(replica, new MasterKeyUpdate { RotateNow = true, Rotation = false });

        Assert.Equal(("eu-west-3", false), (changed.Region, changed.Rotation));
        Assert.False((await scene.LookAsync(key.KeyArn)).Rotation);
    }

    [Fact]
    public async Task A_later_replica_gets_what_the_primary_has_with_its_own_name_in_the_policy()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync(scene.Request() with { MultiRegion = true, Description = "the key", Tags = new Dictionary<string, string> { ["a"] = "b" } });
        string policy = (await scene.PolicyAsync(key.KeyArn)).Replace("\"*\"", $"[\"*\",\"{key.KeyArn}\"]", StringComparison.Ordinal);
        await scene.Kms.Administrator.PutKeyPolicyAsync(new() { KeyId = key.KeyArn, Policy = policy });

        MasterKey changed = await scene.Keys.UpdateAsync(key, new MasterKeyUpdate { ReplicaRegions = ["eu-west-3"] });

        string replicaArn = Assert.Single(changed.Replicas).KeyArn;
        MasterKey replica = await scene.LookAsync(replicaArn);
        Assert.Equal(("the key", "b", "alias/acme"), (replica.Description, replica.Tags!["a"], Assert.Single(replica.Aliases!)));
        string replicated = await scene.PolicyAsync(replicaArn);
        Assert.Contains(replicaArn, replicated, StringComparison.Ordinal);
        Assert.DoesNotContain(key.KeyArn, replicated, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_without_content_or_beyond_the_key_is_refused()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();
        await scene.CreateAsync(scene.Request() with { Alias = "taken" });

        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => scene.Keys.UpdateAsync(key, new MasterKeyUpdate())));
        Assert.Equal(
            ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => scene.Keys.UpdateAsync(key, new MasterKeyUpdate { ReplicaRegions = ["eu-west-3"] })));
        Assert.Equal(
            ErrorCodes.InvalidInput,
            await Refusal.CodeOfAsync(() => scene.Keys.UpdateAsync(key, new MasterKeyUpdate { Description = new string('x', 8193) })));
        Assert.Equal(ErrorCodes.AliasExists, await Refusal.CodeOfAsync(() => scene.Keys.UpdateAsync(key, new MasterKeyUpdate { Alias = "taken" })));
    }

    [Fact]
    public async Task What_was_changed_before_a_failure_stands_in_the_event_log()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();
        scene.Break("TagResource");

        await Refusal.OfAsync(() => scene.Keys.UpdateAsync(
            key, new MasterKeyUpdate { Description = "another", Tags = new Dictionary<string, string> { ["a"] = "b" } }));

        Assert.Equal(["description"], (IEnumerable<object>)(await scene.EventsAsync(EventTypes.MasterKeyUpdated))[^1].Data["changes"]!);
    }
}
