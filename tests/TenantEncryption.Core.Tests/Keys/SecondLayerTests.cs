using System.Security.Cryptography;
using System.Text;
using Amazon.KeyManagementService.Model;
using TenantEncryption.Data;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Migration;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Keys;

/// <summary>A key under two layers opens with the customer's key and the internal KMS together, and with neither alone.</summary>
public sealed class SecondLayerTests
{
    [Fact]
    public async Task What_is_protected_under_two_layers_reads_with_both_of_them_as_the_documentation_says()
    {
        (TestService service, KeyProvider both) = await TestService.WithSecondLayerAsync();
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1, 2, 3]);
        Assert.Equal([1, 2, 3], await service.ReadValueAsync(message));

        KeyRecord record = (await KeyOfAsync(service, both)).Record;
        byte[] share = await ShareAsync(service, record);
        byte[] second = await InternalShareAsync(service, record);
        using var keyring = new RawAesKeyring("tenant-encryption", record.KekId, KeyRecipe.Open(record, [.. share, .. second]));

        Assert.Equal([1, 2, 3], (await new MessageReader().ReadValueAsync(message, keyring)).Plaintext);
        Assert.ThrowsAny<CryptographicException>(() => KeyRecipe.Open(record, share));
        Assert.ThrowsAny<CryptographicException>(() => KeyRecipe.Open(record, second));
    }

    [Fact]
    public async Task It_needs_no_ability_of_the_key_but_to_generate_and_decrypt()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider both = await service.RegisterAsync("Both", secondLayer: true);
        await service.Service.Providers.EnableAsync(both.Id);
        await service.ReadValueAsync(await service.ProtectValueAsync([1]));

        Assert.Equal(["Decrypt", "DescribeKey", "GenerateDataKey"], service.Kms.Calls.Select(call => call.Operation).Distinct().Order());
    }

    [Fact]
    public async Task A_platform_that_grants_no_data_key_in_plaintext_has_it_made_without_and_always_as_a_second_layer()
    {
        await using TestService service = await TestService.OpenAsync();
        const string Profile =
            """
            { "name": "acme-cloud", "description": "Acme's own.", "partitions": ["aws"], "contextKey": "AcmeTenant", "internalProvider": "Acme KMS",
              "eventPrefix": "com.acme.v1", "identifierForms": ["KeyArn"], "shareOperation": "GenerateDataKeyWithoutPlaintext", "secondLayer": "Always" }
            """;
        PlatformFile platform = PlatformProfileReader.Read(Encoding.UTF8.GetBytes(Profile), "acme-cloud.json");
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", PlatformFile = platform });
        KeyProvider cmk = await service.RegisterAsync("CMK");
        await service.Keys.Administrator.PutKeyPolicyAsync(new()
        {
            KeyId = cmk.KeyArn,
            Policy =
                """
                {"Version":"2012-10-17","Statement":[
                {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"},
                {"Effect":"Deny","Principal":"*","Action":["kms:GenerateDataKey","kms:Encrypt","kms:ReEncrypt*"],"Resource":"*"}]}
                """,
        });

        await service.Service.Providers.EnableAsync(cmk.Id);
        byte[] message = await service.ProtectValueAsync([1]);
        service.Service.Keys.ClearLeases();

        Assert.True((await service.ProviderAsync("CMK")).SecondLayer);
        Assert.Equal([1], await service.ReadValueAsync(message));
        Assert.Equal(
            ["Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext"], service.Kms.Calls.Select(call => call.Operation).Distinct().Order());
        service.Kms.Forget();
        await service.Service.Keys.RotateAsync("acme");
        Assert.Equal(["GenerateDataKeyWithoutPlaintext", "Decrypt"], service.Kms.Calls.Select(call => call.Operation));
    }

    [Fact]
    public async Task Data_is_shut_when_the_customers_key_is_disabled()
    {
        (TestService service, KeyProvider both) = await TestService.WithSecondLayerAsync();
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        await service.Keys.DisableAsync(both.KeyArn!);
        service.Service.Keys.ClearLeases();

        Assert.Equal(ErrorCodes.KeyDisabled, await service.CodeOfReadingAsync(message));
        Assert.Equal(ErrorCodes.KeyDisabled, await Refusal.CodeOfAsync(() => service.ProtectValueAsync([1])));
    }

    [Fact]
    public async Task Data_is_shut_while_the_internal_provider_is_deactivated_in_every_process()
    {
        (TestService service, KeyProvider both) = await TestService.WithSecondLayerAsync();
        await using TestService owned = service;
        await using TestService other = await service.OpenAnotherAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        KeyProvider internalKms = await service.InternalAsync();

        TenantEncryptionException refusal = await Refusal.OfAsync(() => service.Service.Providers.DisableAsync(internalKms.Id));
        Assert.Equal(ErrorCodes.HasDependants, refusal.Code);
        Assert.Contains(both.Name, refusal.Detail, StringComparison.Ordinal);
        await service.Service.Providers.DisableAsync(internalKms.Id, force: true);

        Assert.Equal(ErrorCodes.ProviderDeactivated, await service.CodeOfReadingAsync(message));
        Assert.Equal(ErrorCodes.ProviderDeactivated, await other.CodeOfReadingAsync(message));
        Assert.Equal(ErrorCodes.ProviderDeactivated, await Refusal.CodeOfAsync(() => service.ProtectValueAsync([1])));
        await service.Service.Providers.RestoreAsync(internalKms.Id);
        Assert.Equal([1], await service.ReadValueAsync(message));
    }

    [Fact]
    public async Task Data_is_shut_without_the_root_key_although_the_customers_key_works()
    {
        (TestService service, KeyProvider both) = await TestService.WithSecondLayerAsync();
        await using TestService owned = service;
        KeyRecord record = (await KeyOfAsync(service, both)).Record;
        byte[] otherRoot = RandomNumberGenerator.GetBytes(32);

        byte[] share = await ShareAsync(service, record);
        Assert.ThrowsAny<CryptographicException>(
            () => KeyRecipe.OpenInternalShare(otherRoot, record.SealedInternalShare, record.EncryptionContext));
        Assert.ThrowsAny<CryptographicException>(() => KeyRecipe.Open(record, [.. share, .. RandomNumberGenerator.GetBytes(32)]));
    }

    [Theory]
    [InlineData("x''")]
    [InlineData("x'00'")]
    [InlineData("CAST(substr(sealed_internal_share, 1, length(sealed_internal_share) - 1) || x'00' AS BLOB)")]
    [InlineData("(SELECT sealed_share FROM key_encryption_keys WHERE key_arn = 'internal' LIMIT 1)")]
    [InlineData("(SELECT sealed_internal_share FROM key_encryption_keys k WHERE k.kek_id <> $kek AND k.provider_id = key_encryption_keys.provider_id)")]
    public async Task A_record_whose_internal_share_was_stripped_altered_or_swapped_does_not_open(string value)
    {
        (TestService service, KeyProvider both) = await TestService.WithSecondLayerAsync();
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        string kek = (await KeyOfAsync(service, both)).KekId;
        await service.Service.Keys.RotateAsync("acme");
        service.Service.Keys.ClearLeases();

        Assert.Equal(1, service.Sql($"UPDATE key_encryption_keys SET sealed_internal_share = {value} WHERE kek_id = $kek", ("$kek", kek)));

        Assert.Equal(ErrorCodes.StateAltered, await service.CodeOfReadingAsync(message));
        Assert.Equal(ErrorCodes.WrongKey, await service.CodeOfOpeningAsync(kek));
    }

    [Fact]
    public async Task Who_can_use_the_customers_key_and_write_the_store_can_not_have_a_key_of_one_layer_used()
    {
        (TestService service, KeyProvider both) = await TestService.WithSecondLayerAsync();
        await using TestService owned = service;
        KeyRecord forged = await ForgeAsync(service, (await KeyOfAsync(service, both)).Record, []);
        Put(service, forged);

        Assert.Equal(ErrorCodes.StateAltered, await Refusal.CodeOfAsync(() => service.ProtectValueAsync([1])));
        Assert.Equal(ErrorCodes.WrongKey, await service.CodeOfOpeningAsync(forged.KekId));
        service.Sql("UPDATE key_providers SET second_layer = 0 WHERE id = $id", ("$id", both.Id));
        Assert.Equal(ErrorCodes.StateAltered, await Refusal.CodeOfAsync(() => service.ProtectValueAsync([1])));
    }

    [Fact]
    public async Task A_record_with_an_internal_share_is_refused_where_the_provider_has_one_layer()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        KeyRecord record = (await KeyOfAsync(service, cmk)).Record;
        Put(service, await ForgeAsync(service, record, RandomNumberGenerator.GetBytes(77)));

        Assert.Equal(ErrorCodes.StateAltered, await Refusal.CodeOfAsync(() => service.ProtectValueAsync([1])));
        Assert.Equal(ErrorCodes.WrongKey, await service.CodeOfOpeningAsync(record.KekId));
    }

    [Fact]
    public async Task Keys_move_into_two_layers_between_them_and_out_again()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        KeyProvider first = await service.RegisterAsync("First", secondLayer: true);
        KeyProvider second = await service.RegisterAsync("Second", secondLayer: true);
        KeyProvider plain = await service.RegisterAsync("Plain");
        foreach (KeyProvider target in new[] { first, second, plain, await service.InternalAsync() })
        {
            service.Kms.Forget();
            KeyMigrationPlan plan = await service.Service.Migrations.MeasureAsync("acme", target.Id);
            KeyMigration migration = await service.Service.Migrations.StartAsync("acme", target.Id);

            Assert.Equal((MigrationState.Completed, 0), (migration.State, migration.Failed));
            Assert.Equal(plan.KmsCalls, service.Kms.Count + (target.Type == KeyProviderType.Internal ? 0 : 1));
            Assert.All(
                await service.Service.Keys.ListAsync("acme"),
                key => Assert.Equal((target.Id, target.SecondLayer), (key.ProviderId, key.Record.SealedInternalShare.Length > 0)));
            Assert.Equal([1], await service.ReadValueAsync(message));
        }
    }

    [Fact]
    public async Task A_migration_away_lists_the_keys_whose_second_layer_is_shut()
    {
        (TestService service, _) = await TestService.WithSecondLayerAsync();
        await using TestService owned = service;
        KeyProvider plain = await service.RegisterAsync("Plain");
        await service.Service.Providers.DisableAsync((await service.InternalAsync()).Id, force: true);

        KeyMigration migration = await service.Service.Migrations.StartAsync("acme", plain.Id);

        Assert.Equal(1, migration.Failed);
        Assert.Equal(ErrorCodes.ProviderDeactivated, Assert.Single(await service.Service.Migrations.ListFailuresAsync(migration.Id)).Code);
    }

    [Fact]
    public async Task The_root_key_rotates_without_asking_a_customers_kms_even_one_that_refuses()
    {
        (TestService service, KeyProvider both) = await TestService.WithSecondLayerAsync();
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        await service.Keys.DisableAsync(both.KeyArn!);
        service.Service.Keys.ClearLeases();
        KeyRecord before = (await KeyOfAsync(service, both)).Record;

        service.Kms.Forget();
        string root = await service.Service.RootKey.RotateAsync();

        Assert.Equal(0, service.Kms.Count);
        KeyRecord after = (await KeyOfAsync(service, both)).Record;
        Assert.Equal(root, InternalKms.RootIdOf(after.SealedInternalShare));
        Assert.NotEqual(before.SealedInternalShare, after.SealedInternalShare);
        await service.Keys.EnableAsync(both.KeyArn!);
        Assert.Equal([1], await service.ReadValueAsync(message));
        await using TestService next = await service.OpenAnotherAsync();
        Assert.Equal([1], await next.ReadValueAsync(message));
        Assert.Equal(0L, service.SqlValue("SELECT count(*) FROM key_encryption_keys WHERE instr(sealed_internal_share, $old) > 0", ("$old", before.SealedInternalShare)));
    }

    [Fact]
    public async Task A_key_that_was_sealed_while_the_root_was_rotated_is_not_put_into_the_store()
    {
        (TestService service, KeyProvider both) = await TestService.WithSecondLayerAsync();
        await using TestService owned = service;
        await using TestService other = await service.OpenAnotherAsync();
        service.Kms.Before = async (operation, _) =>
        {
            if (operation == "GenerateDataKey")
            {
                await other.Service.RootKey.RotateAsync();
            }
        };

        Assert.Equal(ErrorCodes.LeaseLost, await Refusal.CodeOfAsync(() => service.Service.Keys.RotateAsync("acme")));
        service.Kms.Before = null;
        await service.Service.Keys.RotateAsync("acme");
        Assert.Equal(both.Id, (await service.Service.Keys.ListAsync("acme")).Single(key => key.Status == KeyEncryptionKeyStatus.Current).ProviderId);
    }

    [Theory]
    [InlineData(false, "current")]
    [InlineData(true, "current")]
    [InlineData(true, "internal KMS shut")]
    [InlineData(true, "archived")]
    public async Task Who_can_use_the_customers_key_alone_can_not_write_a_message_that_reads_as_the_tenants(bool strict, string state)
    {
        (TestService service, KeyProvider both) = await TestService.WithSecondLayerAsync();
        await using TestService owned = service;
        byte[] forged = await ForgeByMasterKeyAsync(service, both.KeyArn!);
        if (state == "internal KMS shut")
        {
            await service.Service.Providers.DisableAsync((await service.InternalAsync()).Id, force: true);
        }
        else if (state == "archived")
        {
            await service.Service.Providers.EnableAsync((await service.RegisterAsync("Plain")).Id);
        }

        string path = service.Folders.Write("forged.tenc", forged);
        service.Kms.Forget();
        var options = new UnprotectOptions { Strict = strict, TenantId = "acme" };

        Assert.Equal(ErrorCodes.WrongKey, await Refusal.CodeOfAsync(() => service.ReadValueAsync(forged, options)));
        Assert.Equal(ErrorCodes.WrongKey, (await service.UnprotectAsync(path, path + ".out", options)).Error?.Code);
        Assert.Equal(0, service.Kms.Count);
    }

    [Fact]
    public async Task A_layer_that_was_only_registered_covers_nothing_yet()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        byte[] ofAnotherWriter = await ForgeByMasterKeyAsync(service, cmk.KeyArn!);
        await service.RegisterAsync("Both", secondLayer: true);

        Assert.Equal([1], await service.ReadValueAsync(ofAnotherWriter));
    }

    [Theory]
    [InlineData("second_layer = 0")]
    [InlineData("status = 'Pending'")]
    public async Task Who_can_write_the_store_can_not_take_the_layer_away_to_have_such_a_message_read(string alteration)
    {
        (TestService service, KeyProvider both) = await TestService.WithSecondLayerAsync();
        await using TestService owned = service;
        KeyProvider plain = await service.RegisterAsync("Plain");
        await service.Service.Providers.EnableAsync(plain.Id);
        byte[] forged = await ForgeByMasterKeyAsync(service, plain.KeyArn!);
        service.Sql($"UPDATE key_providers SET {alteration} WHERE id = $id", ("$id", both.Id));
        await using TestService next = await service.OpenAnotherAsync();

        Assert.Equal(ErrorCodes.StateAltered, await next.CodeOfReadingAsync(forged));
        Assert.Equal(0, next.Kms.CountOf("Decrypt"));
    }

    [Fact]
    public async Task Who_can_write_the_store_can_not_have_a_tenants_messages_written_under_the_customers_key_alone()
    {
        (TestService service, _) = await TestService.WithSecondLayerAsync();
        await using TestService owned = service;
        service.Sql("UPDATE tenants SET key_hierarchy = 'Direct'");
        await using TestService next = await service.OpenAnotherAsync();
        string source = next.Folders.Random("one");

        Assert.Equal(ErrorCodes.StateAltered, await Refusal.CodeOfAsync(() => next.ProtectValueAsync([1])));
        Assert.Equal(ErrorCodes.StateAltered, await Refusal.CodeOfAsync(() => next.ProtectAsync([new FileRequest(source, source + ".tenc")])));
        Assert.False(File.Exists(source + ".tenc"));
        Assert.Equal(0, next.Kms.CountOf("GenerateDataKey"));
    }

    [Theory]
    [InlineData("UPDATE key_providers SET status = 'Archived' WHERE type = 'Internal'", ErrorCodes.StateAltered)]
    [InlineData("UPDATE key_providers SET status = 'Pending' WHERE type = 'Internal'", ErrorCodes.StateAltered)]
    public async Task Who_can_write_the_store_can_not_open_a_shut_layer_again(string statement, string code)
    {
        (TestService service, _) = await TestService.WithSecondLayerAsync();
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        await service.Service.Providers.DisableAsync((await service.InternalAsync()).Id, force: true);
        KeyProvider plain = await service.RegisterAsync("Plain");
        Assert.Equal(1, service.Sql(statement));
        await using TestService next = await service.OpenAnotherAsync();

        Assert.Equal(code, await next.CodeOfReadingAsync(message));
        Assert.Equal(code, await Refusal.CodeOfAsync(() => next.ProtectValueAsync([1])));
        Assert.Equal(0, next.Kms.CountOf("Decrypt"));
        Assert.Equal(code, await Refusal.CodeOfAsync(() => next.Service.Migrations.StartAsync("acme", plain.Id)));
    }

    [Fact]
    public async Task A_direct_tenant_has_no_second_layer()
    {
        await using TestService service = await TestService.WithTenantAsync(hierarchy: KeyHierarchy.Direct);

        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => service.RegisterAsync("Both", secondLayer: true)));
    }

    private static async Task<KeyEncryptionKey> KeyOfAsync(TestService service, KeyProvider provider) =>
        (await service.Service.Keys.ListAsync("acme")).First(key => key.ProviderId == provider.Id);

    /// <summary>A message with the tenant's pair whose data key comes from the master key alone, as whoever may use that key can write it.</summary>
    private static async Task<byte[]> ForgeByMasterKeyAsync(TestService service, string keyArn)
    {
        var context = new EncryptionContext([new("TenantId", "acme")]);
        GenerateDataKeyResponse made = await service.Keys.Administrator.GenerateDataKeyAsync(new()
        {
            KeyId = keyArn,
            KeySpec = "AES_256",
            EncryptionContext = new Dictionary<string, string>(context),
        });
        var wrapped = new EncryptedDataKey(EncryptedDataKey.AwsKmsProviderId, Encoding.UTF8.GetBytes(keyArn), made.CiphertextBlob.ToArray());
        using var materials = new MessageMaterials(new SecretBytes(made.Plaintext.ToArray()), [wrapped], context);
        return new MessageWriter().Write([1], materials);
    }

    private static async Task<byte[]> ShareAsync(TestService service, KeyRecord record) =>
        (await service.Keys.Administrator.DecryptAsync(new()
        {
            KeyId = record.KeyArn,
            CiphertextBlob = new MemoryStream(record.SealedShare),
            EncryptionContext = new Dictionary<string, string>(record.EncryptionContext),
        })).Plaintext.ToArray();

    private static async Task<byte[]> InternalShareAsync(TestService service, KeyRecord record)
    {
        using RootKeySet roots = (await service.LoadRootsAsync())!;
        return KeyRecipe.OpenInternalShare(roots.Current.Material.Span, record.SealedInternalShare, record.EncryptionContext);
    }

    /// <summary>A key of the forger's choice in the place of another, sealed with a share that the customer's key really made.</summary>
    private static async Task<KeyRecord> ForgeAsync(TestService service, KeyRecord record, byte[] sealedInternalShare)
    {
        byte[] share = await ShareAsync(service, record);
        return KeyRecordCipher.Seal(new byte[32], share, [], record with { SealedInternalShare = sealedInternalShare });
    }

    private static void Put(TestService service, KeyRecord record) => service.Sql(
        """
        UPDATE key_encryption_keys SET sealed_internal_share = $internal, salt = $salt, iv = $iv, sealed_kek = $sealed WHERE kek_id = $kek
        """,
        ("$internal", record.SealedInternalShare),
        ("$salt", record.Salt),
        ("$iv", record.Iv),
        ("$sealed", record.SealedKek),
        ("$kek", record.KekId));
}
