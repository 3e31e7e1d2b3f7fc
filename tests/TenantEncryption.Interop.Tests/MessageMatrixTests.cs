using System.Security.Cryptography;
using TenantEncryption.Data;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Interop.Tests.Deployments;
using TenantEncryption.Interop.Tests.Messages;
using TenantEncryption.Keys;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.Interop.Tests;

/// <summary>Every shape of message that client-node can write or read, through the product: a tenant's key ring, and a user's raw keys.</summary>
public sealed class MessageMatrixTests
{
    private const string Tenant = "globex";
    private const string Namespace = "their own";

    [InteropFact(ProgramNames.Node)]
    public async Task Client_node_reads_every_shape_that_we_write()
    {
        await using Deployment deployment = await StartAsync();
        WrappingKey kek = await RecoverAsync(deployment);
        var batch = new ClientNodeBatch(deployment.Sandbox);
        var plaintexts = new List<byte[]>();
        foreach (MessageCase one in MessageCase.All)
        {
            byte[] plaintext = one.NewPlaintext();
            var options = new ProtectOptions { FrameLength = one.FrameLength, EncryptionContext = one.AddedContext };
            batch.Decrypt(await ProtectAsync(deployment, plaintexts.Count, plaintext, options), kek);
            plaintexts.Add(plaintext);
        }

        IReadOnlyList<(byte[] Output, Dictionary<string, string> Context)> results = await batch.RunAsync();

        for (var i = 0; i < results.Count; i++)
        {
            MessageCase one = MessageCase.All[i];
            Assert.True(plaintexts[i].AsSpan().SequenceEqual(results[i].Output), $"{one}");
            Assert.Equal(one.ContextOf(Tenant), results[i].Context);
        }
    }

    [InteropFact(ProgramNames.Node)]
    public async Task We_read_every_shape_and_suite_that_client_node_writes()
    {
        await using Deployment deployment = await StartAsync();
        WrappingKey[] keys =
        [
            await RecoverAsync(deployment),
            .. ((int[])[16, 24, 32]).Select(
                length => WrappingKey.Raw(Namespace, $"key-{length}", Convert.ToHexString(RandomNumberGenerator.GetBytes(length)))),
        ];
        var batch = new ClientNodeBatch(deployment.Sandbox);
        var written = new List<(string Message, byte[] Plaintext, AlgorithmSuite Suite, WrappingKey Key, MessageCase Case)>();
        foreach (AlgorithmSuite suite in AlgorithmSuite.All)
        {
            // The suite that we write, in every combination; the others in every size, and each context and key in turn.
            IEnumerable<(MessageCase Case, WrappingKey Key)> cases = suite == AlgorithmSuite.Aes256GcmHkdfSha512CommitKey
                ? MessageCase.All.SelectMany(one => keys.Select(key => (one, key)))
                : MessageCase.EachSize.Select((one, index) => (one, keys[index % keys.Length]));
            foreach ((MessageCase one, WrappingKey key) in cases)
            {
                byte[] plaintext = one.NewPlaintext();
                string message = batch.Encrypt(plaintext, key, one.ContextOf(Tenant), one.FrameLength, $"{suite.Id:x4}");
                written.Add((message, plaintext, suite, key, one));
            }
        }

        await batch.RunAsync();

        foreach ((string message, byte[] plaintext, AlgorithmSuite suite, WrappingKey key, MessageCase one) in written)
        {
            using RawAesKeyring? keyring = KeyringOf(key);
            var options = new UnprotectOptions { TenantId = keyring is null ? Tenant : null, Keyring = keyring, AllowNonCommitting = !suite.IsCommitting };
            byte[] read = await deployment.UnprotectAsync(message, options);
            Assert.True(plaintext.AsSpan().SequenceEqual(read), $"{suite}, {key}, {one}");
        }
    }

    [InteropFact(ProgramNames.Node)]
    public async Task A_message_without_a_tenant_opens_with_the_users_raw_key_and_no_other()
    {
        await using Deployment deployment = await StartAsync();
        WrappingKey key = WrappingKey.Raw(Namespace, "key", Convert.ToHexString(RandomNumberGenerator.GetBytes(32)));
        byte[] plaintext = RandomNumberGenerator.GetBytes(5000);
        var batch = new ClientNodeBatch(deployment.Sandbox);
        string message = batch.Encrypt(plaintext, key, new Dictionary<string, string>());
        await batch.RunAsync();

        using RawAesKeyring right = KeyringOf(key)!;
        using var wrongKey = new RawAesKeyring(Namespace, "key", RandomNumberGenerator.GetBytes(32));
        using var wrongName = new RawAesKeyring(Namespace, "ke", Convert.FromHexString((string)key.Fields["raw-key"]!));
        Assert.Equal(plaintext, await deployment.UnprotectAsync(message, new UnprotectOptions { Keyring = right }));
        Assert.Equal(ErrorCodes.WrongKey, await deployment.RefusedAsync(message, new UnprotectOptions { Keyring = wrongKey }));
        Assert.Equal(ErrorCodes.WrongKey, await deployment.RefusedAsync(message, new UnprotectOptions { Keyring = wrongName }));
    }

    [InteropFact(ProgramNames.Node)]
    public async Task Suites_without_key_commitment_are_read_only_when_asked_for()
    {
        await using Deployment deployment = await StartAsync();
        WrappingKey kek = await RecoverAsync(deployment);
        var batch = new ClientNodeBatch(deployment.Sandbox);
        string[] messages =
        [
            .. AlgorithmSuite.All.Where(suite => !suite.IsCommitting).Select(
                suite => batch.Encrypt([1, 2, 3], kek, new Dictionary<string, string> { ["TenantId"] = Tenant }, suite: $"{suite.Id:x4}")),
        ];
        await batch.RunAsync();

        foreach (string message in messages)
        {
            Assert.Equal(ErrorCodes.NotCommitting, await deployment.RefusedAsync(message, UnprotectOptions.Default));
        }
    }

    private static async Task<Deployment> StartAsync()
    {
        Deployment deployment = await Deployment.StartAsync();
        await deployment.CreateTenantAsync(Tenant);
        await deployment.MoveToMasterKeyAsync(Tenant);
        return deployment;
    }

    private static async Task<WrappingKey> RecoverAsync(Deployment deployment)
    {
        KeyRecord record = await deployment.CurrentRecordAsync(Tenant);
        return WrappingKey.OfRecord(record, await KeyRecovery.OpenAsync(deployment, record, await KeyRecovery.ShareBySdkAsync(deployment, record)));
    }

    /// <summary>Protects as a file and as a value in turn.</summary>
    /// <returns>The path of the message.</returns>
    private static async Task<string> ProtectAsync(Deployment deployment, int number, byte[] plaintext, ProtectOptions options)
    {
        if (number % 2 == 0)
        {
            return (await deployment.ProtectFileAsync(Tenant, $"file-{number}", plaintext, options)).Path;
        }

        string path = deployment.Sandbox.PathOf($"value-{number}");
        await File.WriteAllBytesAsync(path, await deployment.ProtectValueAsync(Tenant, plaintext, options));
        return path;
    }

    /// <summary>The user's keyring for a raw key of theirs; <see langword="null"/> for a key that the tenant's key ring has.</summary>
    private static RawAesKeyring? KeyringOf(WrappingKey key) =>
        (string)key.Fields["namespace"]! == Namespace
            ? new RawAesKeyring(Namespace, (string)key.Fields["name"]!, Convert.FromHexString((string)key.Fields["raw-key"]!))
            : null;
}
