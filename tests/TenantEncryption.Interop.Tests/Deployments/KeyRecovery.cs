using Amazon.KeyManagementService.Model;
using Newtonsoft.Json.Linq;
using TenantEncryption.Keys;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.Interop.Tests.Deployments;

/// <summary>Recovers a key-encryption key from its record without this software: KMS opens the share, <c>recover-kek.mjs</c> the key.</summary>
internal static class KeyRecovery
{
    /// <summary>The share, in base64, opened with the AWS CLI.</summary>
    public static async Task<string> ShareByCliAsync(Deployment deployment, KeyRecord record)
    {
        var aws = new AwsCli(deployment.Sandbox, deployment.KmsUrl);
        JObject answer = await aws.KmsAsync(
            "decrypt",
            "--key-id",
            record.KeyArn,
            "--ciphertext-blob",
            aws.Blob(record.SealedShare),
            "--encryption-context",
            aws.Context(record.EncryptionContext));
        return (string)answer["Plaintext"]!;
    }

    /// <summary>The share, in base64, opened with AWS's SDK, for tests that are not about the CLI.</summary>
    public static async Task<string> ShareBySdkAsync(Deployment deployment, KeyRecord record)
    {
        DecryptResponse answer = await deployment.Administrator.DecryptAsync(new DecryptRequest
        {
            KeyId = record.KeyArn,
            CiphertextBlob = new MemoryStream(record.SealedShare),
            EncryptionContext = new Dictionary<string, string>(record.EncryptionContext),
        });
        return Convert.ToBase64String(answer.Plaintext.ToArray());
    }

    /// <summary>The key in hexadecimal.</summary>
    public static async Task<string> OpenAsync(Deployment deployment, KeyRecord record, string share) =>
        (await TryOpenAsync(deployment, record, share)).Expect("recover-kek.mjs").Trim();

    /// <summary>Runs the recipe, whether the key opens or not.</summary>
    public static async Task<ProgramResult> TryOpenAsync(Deployment deployment, KeyRecord record, string share)
    {
        string path = deployment.Sandbox.PathOf($"{Path.GetRandomFileName()}.json");
        await File.WriteAllTextAsync(path, Exported(record).ToString());
        return await deployment.Sandbox.RunAsync(ProgramNames.Node, ["recover-kek.mjs", path], share, NodePackages.Folder);
    }

    private static JObject Exported(KeyRecord record) => new()
    {
        ["kekId"] = record.KekId,
        ["tenantId"] = record.TenantId,
        ["providerId"] = record.ProviderId,
        ["keyArn"] = record.KeyArn,
        ["encryptionContext"] = JObject.FromObject(record.EncryptionContext),
        ["sealedShare"] = Convert.ToBase64String(record.SealedShare),
        ["sealedInternalShare"] = Convert.ToBase64String(record.SealedInternalShare),
        ["salt"] = Convert.ToBase64String(record.Salt),
        ["iv"] = Convert.ToBase64String(record.Iv),
        ["sealedKek"] = Convert.ToBase64String(record.SealedKek),
    };
}
