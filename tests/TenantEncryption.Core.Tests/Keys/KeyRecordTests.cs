using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Keys;

/// <summary>Who can write the database can't have a key of one tenant, provider or master key opened as another's.</summary>
public sealed class KeyRecordTests
{
    public static TheoryData<string, string> Alterations => new()
    {
        { "kek id", "UPDATE key_encryption_keys SET kek_id = 'kek-00000000000000000000' WHERE kek_id = $kek" },
        { "share", "UPDATE key_encryption_keys SET sealed_share = CAST(substr(sealed_share, 1, length(sealed_share) - 1) || x'00' AS BLOB) WHERE kek_id = $kek" },
        { "internal share", "UPDATE key_encryption_keys SET sealed_internal_share = x'00' WHERE kek_id = $kek" },
        { "salt", "UPDATE key_encryption_keys SET salt = zeroblob(32) WHERE kek_id = $kek" },
        { "short salt", "UPDATE key_encryption_keys SET salt = x'' WHERE kek_id = $kek" },
        { "iv", "UPDATE key_encryption_keys SET iv = zeroblob(12) WHERE kek_id = $kek" },
        { "short iv", "UPDATE key_encryption_keys SET iv = x'00' WHERE kek_id = $kek" },
        { "sealed key", "UPDATE key_encryption_keys SET sealed_kek = zeroblob(48) WHERE kek_id = $kek" },
        { "short sealed key", "UPDATE key_encryption_keys SET sealed_kek = x'' WHERE kek_id = $kek" },
        { "tenant", "UPDATE key_encryption_keys SET tenant_id = 'globex', status = 'Previous' WHERE kek_id = $kek" },
        { "provider", "UPDATE key_encryption_keys SET provider_id = $other WHERE kek_id = $kek" },
        { "arn", "UPDATE key_encryption_keys SET key_arn = key_arn || 'x' WHERE kek_id = $kek" },
        { "arn of record and provider", "UPDATE key_encryption_keys SET key_arn = $arn WHERE kek_id = $kek; UPDATE key_providers SET key_arn = $arn WHERE id = $cmk" },
        { "context", "UPDATE key_encryption_keys SET encryption_context = json_set(encryption_context, '$.KekId', 'kek-x') WHERE kek_id = $kek" },
        { "context with a pair more", "UPDATE key_encryption_keys SET encryption_context = json_set(encryption_context, '$.More', 'x') WHERE kek_id = $kek" },
    };

    [Theory]
    [MemberData(nameof(Alterations))]
    public async Task An_altered_record_of_a_customers_key_does_not_open(string what, string statement)
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        await AssertRefusedAsync(service, cmk, what, statement);
    }

    [Theory]
    [MemberData(nameof(Alterations))]
    public async Task An_altered_record_of_the_internal_kms_does_not_open(string what, string statement)
    {
        await using TestService service = await TestService.WithTenantAsync();
        await AssertRefusedAsync(service, await service.InternalAsync(), what, statement);
    }

    [Fact]
    public async Task Records_swapped_between_tenants_open_for_neither()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.CreateAsync(new() { TenantId = "globex" });
        byte[] acme = await service.ProtectValueAsync([1]);
        byte[] globex = await service.ProtectValueAsync([2], "globex");
        KeyEncryptionKey[] keys = [.. await service.Service.Keys.ListAsync("acme"), .. await service.Service.Keys.ListAsync("globex")];
        service.Service.Keys.ClearLeases();

        const string Columns = "encryption_context, sealed_share, sealed_internal_share, salt, iv, sealed_kek";
        service.Sql(
            $"""
            CREATE TEMP TABLE swapped AS SELECT tenant_id, {Columns} FROM key_encryption_keys;
            UPDATE key_encryption_keys SET ({Columns}) = (SELECT {Columns} FROM swapped s WHERE s.tenant_id <> key_encryption_keys.tenant_id);
            """);

        Assert.Equal(ErrorCodes.StateAltered, await service.CodeOfReadingAsync(acme));
        Assert.Equal(ErrorCodes.StateAltered, await service.CodeOfReadingAsync(globex));
        Assert.All(keys, key => Assert.Equal(ErrorCodes.WrongKey, service.CodeOfOpeningAsync(key.KekId).GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task A_record_moved_whole_to_another_tenant_opens_for_neither()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.CreateAsync(new() { TenantId = "globex" });
        byte[] message = await service.ProtectValueAsync([1]);
        string kek = Assert.Single(await service.Service.Keys.ListAsync("acme")).KekId;
        service.Service.Keys.ClearLeases();
        service.Sql(
            """
            UPDATE key_encryption_keys SET status = 'Previous' WHERE tenant_id = 'globex';
            UPDATE key_encryption_keys SET tenant_id = 'globex', provider_id = (SELECT id FROM key_providers WHERE tenant_id = 'globex') WHERE tenant_id = 'acme';
            """);

        Assert.Equal(ErrorCodes.StateAltered, await service.CodeOfReadingAsync(message));
        Assert.Equal(ErrorCodes.StateAltered, await Refusal.CodeOfAsync(() => service.ProtectValueAsync([1], "globex")));
        Assert.Equal(ErrorCodes.WrongKey, await service.CodeOfOpeningAsync(kek));
    }

    [Fact]
    public async Task A_store_that_lost_its_id_never_gets_a_new_root_key()
    {
        await using TestService service = await TestService.WithTenantAsync();
        service.Sql("DELETE FROM settings WHERE name = 'store-id'");

        Assert.Equal(ErrorCodes.RootKeyMismatch, await Refusal.CodeOfAsync(() => service.OpenAnotherAsync()));
        Assert.Single(Directory.GetFiles(service.Folders.RootKeys, "*.root"));
    }

    [Fact]
    public async Task The_stored_record_is_what_its_documentation_says()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1, 2, 3]);
        KeyEncryptionKey key = Assert.Single(await service.Service.Keys.ListAsync("acme"));

        byte[] kek = await service.OpenKeyAsync(key);

        using var keyring = new TenantEncryption.Envelope.RawAesKeyring("tenant-encryption", key.KekId, kek);
        Assert.Equal([1, 2, 3], (await new TenantEncryption.Envelope.MessageReader().ReadValueAsync(message, keyring)).Plaintext);
    }

    [Fact]
    public async Task A_customers_key_opens_its_record_by_the_recipe_alone()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1, 2, 3]);
        KeyEncryptionKey key = (await service.Service.Keys.ListAsync("acme")).Single(one => one.ProviderId == cmk.Id);

        var answer = await service.Keys.Administrator.DecryptAsync(new()
        {
            KeyId = key.Record.KeyArn,
            CiphertextBlob = new MemoryStream(key.Record.SealedShare),
            EncryptionContext = new Dictionary<string, string>(key.Record.EncryptionContext),
        });

        using var keyring = new TenantEncryption.Envelope.RawAesKeyring("tenant-encryption", key.KekId, KeyRecipe.Open(key.Record, answer.Plaintext.ToArray()));
        Assert.Equal([1, 2, 3], (await new TenantEncryption.Envelope.MessageReader().ReadValueAsync(message, keyring)).Plaintext);
    }

    private static async Task AssertRefusedAsync(TestService service, KeyProvider provider, string what, string statement)
    {
        await service.Service.Tenants.CreateAsync(new() { TenantId = "globex" });
        byte[] message = await service.ProtectValueAsync([1]);
        KeyProvider other = await service.RegisterAsync("Other");
        string kek = (await service.Service.Keys.ListAsync("acme")).Single(key => key.ProviderId == provider.Id).KekId;
        service.Service.Keys.ClearLeases();
        Assert.Equal([1], await service.ReadValueAsync(message));
        service.Service.Keys.ClearLeases();

        Assert.NotEqual(0, service.Sql(
            "PRAGMA foreign_keys = OFF; " + statement, ("$kek", kek), ("$other", other.Id), ("$arn", other.KeyArn!), ("$cmk", provider.Id)));

        Assert.Equal(ErrorCodes.StateAltered, await service.CodeOfReadingAsync(message));
        Assert.Contains(await Refusal.CodeOfAsync(() => service.ProtectValueAsync([1])), new[] { ErrorCodes.StateAltered, ErrorCodes.LeaseLost });
        Assert.Equal(ErrorCodes.WrongKey, await service.CodeOfOpeningAsync(what == "kek id" ? "kek-00000000000000000000" : kek));
    }
}
