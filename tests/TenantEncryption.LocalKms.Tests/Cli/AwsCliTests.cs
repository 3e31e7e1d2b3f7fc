using System.Text.Json;
using TenantEncryption.LocalKms.Operations;
using TenantEncryption.LocalKms.Tests.Support;

namespace TenantEncryption.LocalKms.Tests.Cli;

public sealed class AwsCliTests : ServerTest
{
    [AwsCliFact]
    public async Task The_AWS_CLI_runs_every_operation()
    {
        var aws = new AwsCli(Server.Url);
        var ran = new HashSet<string>();
        Task<JsonElement> Kms(string operation, params string[] arguments) => In("eu-west-1", operation, arguments);
        async Task<JsonElement> In(string region, string operation, params string[] arguments)
        {
            JsonElement answer = await aws.RunAsync(region, ["kms", operation, .. arguments]);
            ran.Add(operation.Replace("-", "", StringComparison.Ordinal));
            return answer;
        }

        JsonElement caller = await aws.RunAsync("eu-west-1", "sts", "get-caller-identity");
        Assert.Equal("111122223333", caller.GetProperty("Account").GetString());

        string key = (await Kms("create-key", "--multi-region", "--tags", "TagKey=a,TagValue=b")).GetProperty("KeyMetadata").GetProperty("KeyId").GetString()!;
        string other = (await Kms("create-key")).GetProperty("KeyMetadata").GetProperty("Arn").GetString()!;
        await Kms("create-alias", "--alias-name", "alias/x", "--target-key-id", key);
        await Kms("update-alias", "--alias-name", "alias/x", "--target-key-id", key);
        Assert.Equal("alias/x", (await Kms("list-aliases")).GetProperty("Aliases")[0].GetProperty("AliasName").GetString());
        Assert.Equal("Enabled", (await Kms("describe-key", "--key-id", "alias/x")).GetProperty("KeyMetadata").GetProperty("KeyState").GetString());
        Assert.Equal(2, (await Kms("list-keys")).GetProperty("Keys").GetArrayLength());

        JsonElement dataKey = await Kms("generate-data-key", "--key-id", "alias/x", "--key-spec", "AES_256", "--encryption-context", "TenantId=a");
        string blob = Path.GetTempFileName();
        await File.WriteAllBytesAsync(blob, dataKey.GetProperty("CiphertextBlob").GetBytesFromBase64());
        JsonElement opened = await Kms("decrypt", "--ciphertext-blob", "fileb://" + blob, "--encryption-context", "TenantId=a");
        Assert.Equal(dataKey.GetProperty("Plaintext").GetString(), opened.GetProperty("Plaintext").GetString());
        await Kms("re-encrypt", "--ciphertext-blob", "fileb://" + blob, "--source-encryption-context", "TenantId=a", "--destination-key-id", other);
        await Kms("generate-data-key-without-plaintext", "--key-id", key, "--number-of-bytes", "32");
        await Kms("encrypt", "--key-id", key, "--plaintext", "fileb://" + blob);
        await Kms("generate-random", "--number-of-bytes", "8");
        File.Delete(blob);

        string policy = (await Kms("get-key-policy", "--key-id", key, "--policy-name", "default")).GetProperty("Policy").GetString()!;
        await Kms("put-key-policy", "--key-id", key, "--policy-name", "default", "--policy", policy);
        await Kms("list-key-policies", "--key-id", key);

        string[] grantee = ["--grantee-principal", "arn:aws:iam::111122223333:user/a", "--retiring-principal", "arn:aws:iam::111122223333:user/b", "--operations", "Decrypt"];
        string grant = (await Kms("create-grant", ["--key-id", key, .. grantee])).GetProperty("GrantId").GetString()!;
        Assert.Single((await Kms("list-grants", "--key-id", key)).GetProperty("Grants").EnumerateArray());
        Assert.Single((await Kms("list-retirable-grants", "--retiring-principal", "arn:aws:iam::111122223333:user/b")).GetProperty("Grants").EnumerateArray());
        await Kms("revoke-grant", "--key-id", key, "--grant-id", grant);
        string token = (await Kms("create-grant", ["--key-id", key, .. grantee])).GetProperty("GrantToken").GetString()!;
        await Kms("retire-grant", "--grant-token", token);

        await Kms("enable-key-rotation", "--key-id", key);
        Assert.True((await Kms("get-key-rotation-status", "--key-id", key)).GetProperty("KeyRotationEnabled").GetBoolean());
        await Kms("rotate-key-on-demand", "--key-id", key);
        Assert.Single((await Kms("list-key-rotations", "--key-id", key)).GetProperty("Rotations").EnumerateArray());
        Assert.Equal("Encrypt", (await Kms("get-key-last-usage", "--key-id", key)).GetProperty("KeyLastUsage").GetProperty("Operation").GetString());
        await Kms("disable-key-rotation", "--key-id", key);
        await Kms("replicate-key", "--key-id", key, "--replica-region", "us-east-1");
        await In("us-east-1", "describe-key", "--key-id", key);
        await Kms("update-primary-region", "--key-id", key, "--primary-region", "us-east-1");

        await Kms("tag-resource", "--key-id", key, "--tags", "TagKey=c,TagValue=d");
        await Kms("untag-resource", "--key-id", key, "--tag-keys", "c");
        await Kms("list-resource-tags", "--key-id", key);
        await Kms("update-key-description", "--key-id", key, "--description", "new");
        await Kms("disable-key", "--key-id", key);
        await Kms("enable-key", "--key-id", key);
        await Kms("delete-alias", "--alias-name", "alias/x");
        await Kms("schedule-key-deletion", "--key-id", key, "--pending-window-in-days", "7");
        await Kms("cancel-key-deletion", "--key-id", key);

        string[] permitted = ["kms", "decrypt", "--key-id", other, "--dry-run", "--dry-run-modifiers", "IGNORE_CIPHERTEXT"];
        Assert.Contains("DryRunOperationException", await aws.RefusedAsync("eu-west-1", permitted), StringComparison.Ordinal);

        Assert.Empty(OperationCatalog.All.Keys.Select(name => name.ToLowerInvariant()).Except(ran));
    }
}
