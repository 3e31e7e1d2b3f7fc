using System.Security.Cryptography;
using Newtonsoft.Json.Linq;
using TenantEncryption.Interop.Tests.Deployments;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.Interop.Tests;

/// <summary>The AWS CLI against the local KMS: real commands, signed with the access key <c>local</c>.</summary>
public sealed class AwsCliTests
{
    private static readonly Dictionary<string, string> Context = new() { ["TenantId"] = "globex", ["\U0001F600"] = "é" };

    private static readonly Dictionary<string, string> OtherContext = new() { ["TenantId"] = "acme", ["\U0001F600"] = "é" };

    [InteropFact(ProgramNames.Aws)]
    public async Task A_key_is_described_by_its_id_its_ARN_and_its_alias()
    {
        await using Deployment deployment = await Deployment.StartAsync();
        var aws = new AwsCli(deployment.Sandbox, deployment.KmsUrl);
        JToken created = (await aws.KmsAsync("create-key", "--description", "for globex"))["KeyMetadata"]!;
        await aws.KmsAsync("create-alias", "--alias-name", "alias/globex", "--target-key-id", (string)created["KeyId"]!);

        string arn = (string)created["Arn"]!;
        Assert.Equal($"arn:aws:kms:eu-west-1:111122223333:key/{created["KeyId"]}", arn);
        foreach (string reference in (string[])[(string)created["KeyId"]!, arn, "alias/globex", "arn:aws:kms:eu-west-1:111122223333:alias/globex"])
        {
            JToken described = (await aws.KmsAsync("describe-key", "--key-id", reference))["KeyMetadata"]!;
            Assert.Equal(arn, (string?)described["Arn"]);
            Assert.Equal("for globex", (string?)described["Description"]);
            Assert.Equal("Enabled", (string?)described["KeyState"]);
            Assert.Equal("ENCRYPT_DECRYPT", (string?)described["KeyUsage"]);
            Assert.Equal("SYMMETRIC_DEFAULT", (string?)described["KeySpec"]);
            Assert.Equal("CUSTOMER", (string?)described["KeyManager"]);
            Assert.Equal("AWS_KMS", (string?)described["Origin"]);
        }

        Assert.Equal("AlreadyExistsException", await aws.RefusedAsync("create-alias", "--alias-name", "alias/globex", "--target-key-id", arn));
        Assert.Equal("NotFoundException", await aws.RefusedAsync("describe-key", "--key-id", "alias/nobody"));
    }

    [InteropFact(ProgramNames.Aws)]
    public async Task Data_keys_decrypt_to_themselves_under_their_own_context()
    {
        await using Deployment deployment = await Deployment.StartAsync();
        var aws = new AwsCli(deployment.Sandbox, deployment.KmsUrl);
        string arn = await deployment.CreateMasterKeyAsync();
        string context = aws.Context(Context);

        JObject made = await aws.KmsAsync("generate-data-key", "--key-id", arn, "--key-spec", "AES_256", "--encryption-context", context);
        JObject without = await aws.KmsAsync(
            "generate-data-key-without-plaintext", "--key-id", arn, "--number-of-bytes", "64", "--encryption-context", context);
        JObject opened = await aws.KmsAsync("decrypt", "--ciphertext-blob", CiphertextOf(aws, made), "--encryption-context", context);
        JObject openedWithout = await aws.KmsAsync(
            "decrypt", "--key-id", arn, "--ciphertext-blob", CiphertextOf(aws, without), "--encryption-context", context);

        Assert.Equal((arn, arn, arn), ((string?)made["KeyId"], (string?)without["KeyId"], (string?)opened["KeyId"]));
        Assert.Equal(32, Convert.FromBase64String((string)made["Plaintext"]!).Length);
        Assert.Equal((string?)made["Plaintext"], (string?)opened["Plaintext"]);
        Assert.Null(without["Plaintext"]);
        Assert.Equal(64, Convert.FromBase64String((string)openedWithout["Plaintext"]!).Length);
    }

    [InteropFact(ProgramNames.Aws)]
    public async Task A_ciphertext_opens_under_its_own_context_and_key_only()
    {
        await using Deployment deployment = await Deployment.StartAsync();
        var aws = new AwsCli(deployment.Sandbox, deployment.KmsUrl);
        string arn = await deployment.CreateMasterKeyAsync();
        string otherArn = await deployment.CreateMasterKeyAsync();
        byte[] secret = RandomNumberGenerator.GetBytes(4096);

        JObject encrypted = await aws.KmsAsync(
            "encrypt", "--key-id", arn, "--plaintext", aws.Blob(secret), "--encryption-context", aws.Context(Context));
        string ciphertext = CiphertextOf(aws, encrypted);
        JObject opened = await aws.KmsAsync("decrypt", "--ciphertext-blob", ciphertext, "--encryption-context", aws.Context(Context));

        Assert.Equal(secret, Convert.FromBase64String((string)opened["Plaintext"]!));
        Assert.Equal("SYMMETRIC_DEFAULT", (string?)opened["EncryptionAlgorithm"]);
        Assert.Equal(
            "InvalidCiphertextException",
            await aws.RefusedAsync("decrypt", "--ciphertext-blob", ciphertext, "--encryption-context", aws.Context(OtherContext)));
        Assert.Equal("InvalidCiphertextException", await aws.RefusedAsync("decrypt", "--ciphertext-blob", ciphertext));
        Assert.Equal(
            "IncorrectKeyException",
            await aws.RefusedAsync("decrypt", "--key-id", otherArn, "--ciphertext-blob", ciphertext, "--encryption-context", aws.Context(Context)));
    }

    [InteropFact(ProgramNames.Aws)]
    public async Task A_key_that_is_disabled_or_to_be_deleted_is_of_no_use()
    {
        await using Deployment deployment = await Deployment.StartAsync();
        var aws = new AwsCli(deployment.Sandbox, deployment.KmsUrl);
        string arn = await deployment.CreateMasterKeyAsync();

        await aws.KmsAsync("disable-key", "--key-id", arn);
        Assert.Equal("DisabledException", await aws.RefusedAsync("generate-data-key", "--key-id", arn, "--key-spec", "AES_256"));
        await aws.KmsAsync("enable-key", "--key-id", arn);
        await aws.KmsAsync("generate-data-key", "--key-id", arn, "--key-spec", "AES_256");
        JObject scheduled = await aws.KmsAsync("schedule-key-deletion", "--key-id", arn, "--pending-window-in-days", "7");
        Assert.Equal((arn, "PendingDeletion"), ((string?)scheduled["KeyId"], (string?)scheduled["KeyState"]));
        Assert.Equal("KMSInvalidStateException", await aws.RefusedAsync("generate-data-key", "--key-id", arn, "--key-spec", "AES_256"));
        Assert.NotNull((await aws.KmsAsync("describe-key", "--key-id", arn))["KeyMetadata"]!["DeletionDate"]);
    }

    [InteropFact(ProgramNames.Aws)]
    public async Task A_wrong_secret_and_an_unknown_access_key_are_refused()
    {
        await using Deployment deployment = await Deployment.StartAsync();
        var aws = new AwsCli(deployment.Sandbox, deployment.KmsUrl);
        string arn = await deployment.CreateMasterKeyAsync();

        deployment.Sandbox.Variables["AWS_SECRET_ACCESS_KEY"] = "not the secret";
        Assert.Equal("InvalidSignatureException", await aws.RefusedAsync("describe-key", "--key-id", arn));
        deployment.Sandbox.Variables["AWS_ACCESS_KEY_ID"] = "nobody";
        Assert.Equal("UnrecognizedClientException", await aws.RefusedAsync("describe-key", "--key-id", arn));
    }

    private static string CiphertextOf(AwsCli aws, JObject answer) => aws.Blob(Convert.FromBase64String((string)answer["CiphertextBlob"]!));
}
