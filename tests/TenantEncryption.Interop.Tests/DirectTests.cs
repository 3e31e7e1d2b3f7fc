using System.Security.Cryptography;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Interop.Tests.Deployments;
using TenantEncryption.Interop.Tests.Messages;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.Interop.Tests;

/// <summary>A Direct tenant's messages, and client-node's KMS keyring, with nothing between them but the master key.</summary>
public sealed class DirectTests
{
    [InteropFact(ProgramNames.Node)]
    public async Task What_a_Direct_tenant_writes_opens_with_the_KMS_keyring()
    {
        await using Deployment deployment = await Deployment.StartAsync();
        string keyArn = await CreateDirectTenantAsync(deployment, "globex");
        var batch = new ClientNodeBatch(deployment.Sandbox);
        var expected = new List<(byte[] Plaintext, Dictionary<string, string> Context)>();
        foreach (MessageCase one in MessageCase.EachSize)
        {
            var options = new ProtectOptions { FrameLength = one.FrameLength, EncryptionContext = one.AddedContext };
            byte[] plaintext = one.NewPlaintext();
            ProtectedFile file = await deployment.ProtectFileAsync("globex", $"direct-{expected.Count}", plaintext, options);
            Assert.Null(file.KekId);
            batch.Decrypt(file.Path, WrappingKey.Kms(keyArn, deployment.KmsUrl));
            expected.Add((plaintext, one.ContextOf("globex")));
        }

        byte[] value = await deployment.ProtectValueAsync("globex", expected[^1].Plaintext);
        string message = deployment.Sandbox.PathOf("value");
        await File.WriteAllBytesAsync(message, value);
        batch.Decrypt(message, WrappingKey.Kms(keyArn, deployment.KmsUrl));
        expected.Add((expected[^1].Plaintext, new Dictionary<string, string> { ["TenantId"] = "globex" }));

        foreach (((byte[] output, Dictionary<string, string> context), (byte[] plaintext, Dictionary<string, string> ours)) in
            (await batch.RunAsync()).Zip(expected))
        {
            Assert.True(plaintext.AsSpan().SequenceEqual(output));
            Assert.Equal(ours, context);
        }
    }

    [InteropFact(ProgramNames.Node)]
    public async Task What_the_KMS_keyring_writes_under_a_tenants_master_key_is_read()
    {
        await using Deployment deployment = await Deployment.StartAsync();
        string directArn = await CreateDirectTenantAsync(deployment, "globex");
        await deployment.CreateTenantAsync("initech");
        string hierarchicalArn = await deployment.MoveToMasterKeyAsync("initech");
        var batch = new ClientNodeBatch(deployment.Sandbox);
        var expected = new List<(string Message, byte[] Plaintext, string TenantId)>();
        foreach (MessageCase one in MessageCase.EachSize)
        {
            (string tenantId, string keyArn) = expected.Count % 2 == 0 ? ("globex", directArn) : ("initech", hierarchicalArn);
            string suite = ((string[])["0478", "0578", "0178", "0346"])[expected.Count % 4];
            byte[] plaintext = one.NewPlaintext();
            string message = batch.Encrypt(
                plaintext, WrappingKey.Kms(keyArn, deployment.KmsUrl), one.ContextOf(tenantId), one.FrameLength, suite);
            expected.Add((message, plaintext, tenantId));
        }

        await batch.RunAsync();

        foreach ((string message, byte[] plaintext, string tenantId) in expected)
        {
            byte[] read = await deployment.UnprotectAsync(message, new UnprotectOptions { TenantId = tenantId, AllowNonCommitting = true });
            Assert.True(plaintext.AsSpan().SequenceEqual(read), message);
        }
    }

    [InteropFact(ProgramNames.Node)]
    public async Task A_message_under_a_key_that_is_not_the_tenants_is_refused_without_a_call_to_KMS()
    {
        await using Deployment deployment = await Deployment.StartAsync();
        string globexArn = await CreateDirectTenantAsync(deployment, "globex");
        await CreateDirectTenantAsync(deployment, "acme");
        string strangersArn = await deployment.CreateMasterKeyAsync();
        byte[] plaintext = RandomNumberGenerator.GetBytes(100);
        var batch = new ClientNodeBatch(deployment.Sandbox);
        string[] messages =
        [
            batch.Encrypt(plaintext, WrappingKey.Kms(strangersArn, deployment.KmsUrl), new Dictionary<string, string> { ["TenantId"] = "globex" }),
            batch.Encrypt(plaintext, WrappingKey.Kms(globexArn, deployment.KmsUrl), new Dictionary<string, string> { ["TenantId"] = "acme" }),
        ];
        await batch.RunAsync();
        int calls = deployment.KmsCalls.Count;

        foreach (string message in messages)
        {
            Assert.Equal(ErrorCodes.WrongKey, await deployment.RefusedAsync(message, UnprotectOptions.Default));
        }

        Assert.Equal(calls, deployment.KmsCalls.Count);
    }

    private static async Task<string> CreateDirectTenantAsync(Deployment deployment, string tenantId)
    {
        await deployment.CreateTenantAsync(tenantId, KeyHierarchy.Direct);
        string keyArn = await deployment.CreateMasterKeyAsync();
        KeyProvider provider = await deployment.RegisterAsync(tenantId, keyArn);
        await deployment.Service.Providers.EnableAsync(provider.Id);
        return keyArn;
    }
}
