using System.Security.Cryptography;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Interop.Tests.Deployments;
using TenantEncryption.Interop.Tests.Messages;
using TenantEncryption.Keys;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.Interop.Tests;

/// <summary>A key-encryption key under a customer's master key is recovered with the AWS CLI and a script, and serves AWS's own SDK.</summary>
public sealed class RecoveredKeyTests
{
    [InteropFact(ProgramNames.Node, ProgramNames.Aws)]
    public async Task Files_written_before_and_after_the_move_to_a_master_key_open_with_client_node_alone()
    {
        await using Deployment deployment = await Deployment.StartAsync();
        await deployment.CreateTenantAsync("globex");
        byte[] plaintext = RandomNumberGenerator.GetBytes(700_000);
        ProtectedFile before = await deployment.ProtectFileAsync("globex", "before.dat", plaintext);
        await deployment.MoveToMasterKeyAsync("globex");
        ProtectedFile after = await deployment.ProtectFileAsync("globex", "after.dat", plaintext);

        IReadOnlyList<KeyEncryptionKey> keys = await deployment.Service.Keys.ListAsync("globex");
        var batch = new ClientNodeBatch(deployment.Sandbox);
        foreach (ProtectedFile file in (ProtectedFile[])[before, after])
        {
            KeyRecord record = keys.Single(key => key.KekId == file.KekId).GetRecord();
            string kek = await KeyRecovery.OpenAsync(deployment, record, await KeyRecovery.ShareByCliAsync(deployment, record));
            batch.Decrypt(file.Path, WrappingKey.OfRecord(record, kek));
        }

        Assert.NotEqual(before.KekId, after.KekId);
        Assert.All(await batch.RunAsync(), one =>
        {
            Assert.Equal(plaintext, one.Output);
            Assert.Equal(new Dictionary<string, string> { ["TenantId"] = "globex" }, one.Context);
        });
    }

    [InteropFact(ProgramNames.Node)]
    public async Task What_client_node_writes_under_a_recovered_key_is_read_for_its_own_tenant_only()
    {
        await using Deployment deployment = await Deployment.StartAsync();
        await deployment.CreateTenantAsync("acme");
        await deployment.CreateTenantAsync("globex");
        await deployment.MoveToMasterKeyAsync("globex");
        WrappingKey key = await RecoverAsync(deployment, "globex");
        byte[] plaintext = RandomNumberGenerator.GetBytes(10_000);
        var batch = new ClientNodeBatch(deployment.Sandbox);
        string own = batch.Encrypt(plaintext, key, new Dictionary<string, string> { ["TenantId"] = "globex", ["by"] = "client-node" });
        string others = batch.Encrypt(plaintext, key, new Dictionary<string, string> { ["TenantId"] = "acme" });
        string nobodys = batch.Encrypt(plaintext, key, new Dictionary<string, string> { ["by"] = "client-node" });
        await batch.RunAsync();

        Assert.Equal(plaintext, await deployment.UnprotectAsync(own, new UnprotectOptions { TenantId = "globex" }));
        Assert.Equal(plaintext, await deployment.UnprotectAsync(own, UnprotectOptions.Default));
        Assert.Equal(ErrorCodes.WrongTenant, await deployment.RefusedAsync(own, new UnprotectOptions { TenantId = "acme" }));
        Assert.Equal(ErrorCodes.WrongTenant, await deployment.RefusedAsync(others, new UnprotectOptions { TenantId = "globex" }));
        Assert.Equal(ErrorCodes.WrongKey, await deployment.RefusedAsync(others, new UnprotectOptions { TenantId = "acme" }));
        Assert.Equal(ErrorCodes.WrongTenant, await deployment.RefusedAsync(nobodys, new UnprotectOptions { TenantId = "globex" }));
    }

    [InteropFact(ProgramNames.Node)]
    public async Task A_record_whose_names_were_altered_does_not_open()
    {
        await using Deployment deployment = await Deployment.StartAsync();
        await deployment.CreateTenantAsync("globex");
        await deployment.MoveToMasterKeyAsync("globex");
        KeyRecord record = await deployment.CurrentRecordAsync("globex");
        string share = await KeyRecovery.ShareBySdkAsync(deployment, record);
        var context = new Dictionary<string, string>(record.EncryptionContext) { ["TenantId"] = "acme" };

        foreach (KeyRecord altered in (KeyRecord[])
            [
                record with { TenantId = "acme" },
                record with { KekId = record.KekId[..^1] + "x" },
                record with { ProviderId = record.ProviderId[..^1] + "x" },
                record with { KeyArn = record.KeyArn[..^1] + "x" },
                record with { EncryptionContext = context },
                record with { SealedInternalShare = [0] },
            ])
        {
            ProgramResult result = await KeyRecovery.TryOpenAsync(deployment, altered, share);
            Assert.NotEqual(0, result.ExitCode);
            Assert.Contains("unable to authenticate data", result.Error, StringComparison.Ordinal);
            Assert.Empty(result.Output);
        }

        await KeyRecovery.OpenAsync(deployment, record, share);
    }

    private static async Task<WrappingKey> RecoverAsync(Deployment deployment, string tenantId)
    {
        KeyRecord record = await deployment.CurrentRecordAsync(tenantId);
        return WrappingKey.OfRecord(record, await KeyRecovery.OpenAsync(deployment, record, await KeyRecovery.ShareBySdkAsync(deployment, record)));
    }
}
