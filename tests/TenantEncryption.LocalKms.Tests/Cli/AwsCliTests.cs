using Newtonsoft.Json.Linq;
using TenantEncryption.LocalKms.Operations;
using TenantEncryption.LocalKms.Tests.Support;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.LocalKms.Tests.Cli;

public sealed class AwsCliTests : ServerTest
{
    [InteropFact(ProgramNames.Aws)]
    public async Task The_AWS_CLI_runs_every_operation()
    {
        using var sandbox = new Sandbox();
        var aws = new AwsCli(sandbox, Server.Url);
        var ran = new HashSet<string>();
        Task<JObject> Kms(string operation, params string[] arguments) => In(AwsCli.Region, operation, arguments);
        async Task<JObject> In(string region, string operation, params string[] arguments)
        {
            JObject answer = await new AwsCli(sandbox, Server.Url, region).KmsAsync([operation, .. arguments]);
            ran.Add(operation.Replace("-", "", StringComparison.Ordinal));
            return answer;
        }

        JObject caller = await aws.RunAsync("sts", "get-caller-identity");
        Assert.Equal("111122223333", (string?)caller["Account"]);

        string key = (string)(await Kms("create-key", "--multi-region", "--tags", "TagKey=a,TagValue=b"))["KeyMetadata"]!["KeyId"]!;
        string other = (string)(await Kms("create-key"))["KeyMetadata"]!["Arn"]!;
        await Kms("create-alias", "--alias-name", "alias/x", "--target-key-id", key);
        await Kms("update-alias", "--alias-name", "alias/x", "--target-key-id", key);
        Assert.Equal("alias/x", (string?)(await Kms("list-aliases"))["Aliases"]![0]!["AliasName"]);
        Assert.Equal("Enabled", (string?)(await Kms("describe-key", "--key-id", "alias/x"))["KeyMetadata"]!["KeyState"]);
        Assert.Equal(2, (await Kms("list-keys"))["Keys"]!.Count());

        JObject dataKey = await Kms("generate-data-key", "--key-id", "alias/x", "--key-spec", "AES_256", "--encryption-context", "TenantId=a");
        string blob = aws.Blob(Convert.FromBase64String((string)dataKey["CiphertextBlob"]!));
        JObject opened = await Kms("decrypt", "--ciphertext-blob", blob, "--encryption-context", "TenantId=a");
        Assert.Equal((string?)dataKey["Plaintext"], (string?)opened["Plaintext"]);
        await Kms("re-encrypt", "--ciphertext-blob", blob, "--source-encryption-context", "TenantId=a", "--destination-key-id", other);
        await Kms("generate-data-key-without-plaintext", "--key-id", key, "--number-of-bytes", "32");
        await Kms("encrypt", "--key-id", key, "--plaintext", blob);
        await Kms("generate-random", "--number-of-bytes", "8");

        string policy = (string)(await Kms("get-key-policy", "--key-id", key, "--policy-name", "default"))["Policy"]!;
        await Kms("put-key-policy", "--key-id", key, "--policy-name", "default", "--policy", policy);
        await Kms("list-key-policies", "--key-id", key);

        string[] grantee = ["--grantee-principal", "arn:aws:iam::111122223333:user/a", "--retiring-principal", "arn:aws:iam::111122223333:user/b", "--operations", "Decrypt"];
        string grant = (string)(await Kms("create-grant", ["--key-id", key, .. grantee]))["GrantId"]!;
        Assert.Single((await Kms("list-grants", "--key-id", key))["Grants"]!);
        Assert.Single((await Kms("list-retirable-grants", "--retiring-principal", "arn:aws:iam::111122223333:user/b"))["Grants"]!);
        await Kms("revoke-grant", "--key-id", key, "--grant-id", grant);
        string token = (string)(await Kms("create-grant", ["--key-id", key, .. grantee]))["GrantToken"]!;
        await Kms("retire-grant", "--grant-token", token);

        await Kms("enable-key-rotation", "--key-id", key);
        Assert.True((bool)(await Kms("get-key-rotation-status", "--key-id", key))["KeyRotationEnabled"]!);
        await Kms("rotate-key-on-demand", "--key-id", key);
        Assert.Single((await Kms("list-key-rotations", "--key-id", key))["Rotations"]!);
        Assert.Equal("Encrypt", (string?)(await Kms("get-key-last-usage", "--key-id", key))["KeyLastUsage"]!["Operation"]);
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

        string[] permitted = ["decrypt", "--key-id", other, "--dry-run", "--dry-run-modifiers", "IGNORE_CIPHERTEXT"];
        Assert.Equal("DryRunOperationException", await aws.RefusedAsync(permitted));

        Assert.Empty(OperationCatalog.All.Keys.Select(name => name.ToLowerInvariant()).Except(ran));
    }
}
