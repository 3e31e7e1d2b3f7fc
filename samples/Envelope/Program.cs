// Encrypts a file to a message that any AWS Encryption SDK reads.
// dotnet run --project samples/Envelope -- <file> <message> <key ARN>   under a master key in AWS KMS
// dotnet run --project samples/Envelope -- <file> <message>             under the raw AES key in the environment variable SAMPLE_KEY (hexadecimal)
using TenantEncryption.Aws;
using TenantEncryption.Envelope;
using TenantEncryption.Kms;

var context = new EncryptionContext(new Dictionary<string, string> { ["purpose"] = "sample" });
using var kms = new AwsKms();
using MessageMaterials materials = args is [_, _, string keyArn]
    ? await new KmsKeyring(kms, new KmsConnection(), keyArn).GenerateAsync(context)
    : Generate(Convert.FromHexString(Environment.GetEnvironmentVariable("SAMPLE_KEY")!));

await using Stream plaintext = File.OpenRead(args[0]);
await using Stream message = File.Create(args[1]);
await new MessageWriter().WriteAsync(plaintext, message, materials);

MessageMaterials Generate(byte[] key)
{
    using var keyring = new RawAesKeyring("sample", "key-1", key);
    return keyring.Generate(context);
}
