using System.Reflection;
using System.Security.Cryptography;
using TenantEncryption.Interop.Tests.Deployments;
using TenantEncryption.Interop.Tests.Messages;
using TenantEncryption.Testing;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.Interop.Tests;

/// <summary>The samples of the packages, as their pages show them.</summary>
public sealed class SampleTests
{
    private const string Dotnet = "dotnet";

    private static string Configuration { get; } = typeof(SampleTests).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    [InteropFact(ProgramNames.Node)]
    public async Task What_the_sample_of_Envelope_writes_under_a_raw_key_and_under_KMS_is_read_by_client_node()
    {
        await using Deployment deployment = await Deployment.StartAsync();
        Sandbox sandbox = deployment.Sandbox;
        byte[] plaintext = RandomNumberGenerator.GetBytes(600_000);
        await File.WriteAllBytesAsync(sandbox.PathOf("plain"), plaintext);
        string key = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        string keyArn = await deployment.CreateMasterKeyAsync();
        sandbox.Variables["SAMPLE_KEY"] = key;
        sandbox.Variables["AWS_ENDPOINT_URL_KMS"] = deployment.KmsUrl;

        await RunAsync(sandbox, "Envelope", "", sandbox.PathOf("plain"), sandbox.PathOf("raw"));
        await RunAsync(sandbox, "Envelope", "", sandbox.PathOf("plain"), sandbox.PathOf("kms"), keyArn);

        var batch = new ClientNodeBatch(sandbox);
        batch.Decrypt(sandbox.PathOf("raw"), WrappingKey.Raw("sample", "key-1", key));
        batch.Decrypt(sandbox.PathOf("kms"), WrappingKey.Kms(keyArn, deployment.KmsUrl));
        foreach ((byte[] output, Dictionary<string, string> context) in await batch.RunAsync())
        {
            Assert.True(plaintext.AsSpan().SequenceEqual(output));
            Assert.Equal("sample", context["purpose"]);
        }
    }

    [Fact]
    public async Task The_sample_of_KeyPolicies_says_who_may_decrypt_and_what_is_amiss()
    {
        using var sandbox = new Sandbox();
        const string Policy = """
            {
              "Version": "2012-10-17",
              "Statement": [
                { "Sid": "Administration", "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:root" }, "Action": "kms:*", "Resource": "*" },
                { "Sid": "Use", "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::444455556666:role/app" }, "Action": "kms:Decrypt", "Resource": "*" }
              ]
            }
            """;

        string allowed = await RunAsync(sandbox, "KeyPolicies", Policy, "arn:aws:iam::444455556666:role/app");
        string denied = await RunAsync(sandbox, "KeyPolicies", Policy, "arn:aws:iam::444455556666:role/other");

        Assert.StartsWith("Allowed: Allowed by the key policy's statement 1 'Use'", allowed, StringComparison.Ordinal);
        Assert.Contains("CONTEXT_NOT_ENFORCED", allowed, StringComparison.Ordinal);
        Assert.StartsWith("Denied: ", denied, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Envelope")]
    [InlineData("KeyPolicies")]
    public void The_page_of_a_package_shows_its_sample(string name)
    {
        string page = File.ReadAllText(Repository.At("src", $"TenantEncryption.{name}", "README.md"));
        string sample = File.ReadAllText(Repository.At("samples", name, "Program.cs"));

        Assert.Contains($"```csharp\n{sample}```", page, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(Sandbox sandbox, string sample, string input, params string[] arguments)
    {
        string program = Repository.At("samples", sample, "bin", Configuration, "net10.0", sample + ".dll");
        return (await sandbox.RunAsync(Dotnet, ["exec", program, .. arguments], input)).Expect($"The sample {sample}");
    }
}
