using Microsoft.Data.Sqlite;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Providers;

namespace TenantEncryption.Core.Tests.Keys.Root;

/// <summary>Who can write the database can't have keys made under a master key or at an endpoint of theirs.</summary>
public sealed class AlteredRegistrationTests : IDisposable
{
    private const string Arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    private readonly RootKeyStore _store = new();

    [Theory]
    [InlineData("key_arn = 'arn:aws:kms:eu-west-1:999999999999:key/1234abcd-12ab-34cd-56ef-1234567890ab'")]
    [InlineData("key_identifier = 'arn:aws:kms:eu-west-1:999999999999:key/1234abcd-12ab-34cd-56ef-1234567890ab'")]
    [InlineData("connection_endpoint_url = 'http://127.0.0.1:1'")]
    [InlineData("connection_region = 'us-east-1'")]
    [InlineData("connection_role_arn = 'arn:aws:iam::999999999999:role/theirs'")]
    [InlineData("context_value = 'theirs'")]
    public async Task An_altered_registration_is_not_tested_and_no_KMS_is_called(string alteration)
    {
        KeyProvider provider;
        await using (TenantEncryptionService service = await _store.OpenAsync())
        {
            await RootKeyStore.ProtectAsync(service, "acme");
            provider = await service.Providers.RegisterAsync(new NewKeyProvider { TenantId = "acme", Name = "CMK", KeyIdentifier = Arn });
        }

        Alter(alteration, $"id = '{provider.Id}'");
        await using TenantEncryptionService next = await _store.OpenAsync();
        Assert.Equal(ErrorCodes.StateAltered, (await Assert.ThrowsAsync<TenantEncryptionException>(() => next.Providers.TestAsync(provider.Id))).Code);
    }

    [Fact]
    public async Task A_provider_made_active_in_the_database_is_not_written_under()
    {
        byte[] message;
        await using (TenantEncryptionService service = await _store.OpenAsync())
        {
            message = await RootKeyStore.ProtectAsync(service, "acme");
            await service.Providers.RegisterAsync(new NewKeyProvider { TenantId = "acme", Name = "CMK", KeyIdentifier = Arn });
        }

        Alter("status = 'Archived'", "type = 'Internal'");
        Alter("status = 'Active'", "type = 'AwsKms'");
        await using TenantEncryptionService next = await _store.OpenAsync();
        await using DataSession session = next.Data.BeginSession();
        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(async () => await session.ProtectValueAsync("acme", message));
        Assert.Equal(ErrorCodes.StateAltered, refused.Code);
    }

    [Fact]
    public async Task An_altered_registration_can_not_be_made_good_by_changing_it()
    {
        KeyProvider provider;
        await using (TenantEncryptionService service = await _store.OpenAsync())
        {
            await RootKeyStore.ProtectAsync(service, "acme");
            provider = await service.Providers.RegisterAsync(new NewKeyProvider { TenantId = "acme", Name = "CMK", KeyIdentifier = Arn });
        }

        Alter("status = 'Archived', connection_endpoint_url = 'http://127.0.0.1:1'", $"id = '{provider.Id}'");
        await using TenantEncryptionService next = await _store.OpenAsync();
        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => next.Providers.DisableAsync(provider.Id));
        Assert.Equal(ErrorCodes.StateAltered, refused.Code);
        Assert.Equal(ErrorCodes.StateAltered, (await Assert.ThrowsAsync<TenantEncryptionException>(() => next.RootKey.RotateAsync())).Code);
    }

    [Fact]
    public async Task A_registration_still_verifies_after_the_root_was_rotated()
    {
        await using TenantEncryptionService service = await _store.OpenAsync();
        await RootKeyStore.ProtectAsync(service, "acme");
        KeyProvider provider = await service.Providers.RegisterAsync(new NewKeyProvider
        {
            TenantId = "acme",
            Name = "CMK",
            KeyIdentifier = Arn,
            Connection = new KmsConnection { EndpointUrl = "http://127.0.0.1:1" },
        });
        await service.RootKey.RotateAsync();
        KeyProviderTestResult result = await service.Providers.TestAsync(provider.Id);
        Assert.Equal(CheckOutcome.Passed, result.Checks.Single(check => check.Name == "ProviderState").Outcome);
    }

    public void Dispose() => _store.Dispose();

    private void Alter(string set, string where)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_store.Store, "tenantencryption.db")};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"UPDATE key_providers SET {set} WHERE {where}";
        Assert.Equal(1, command.ExecuteNonQuery());
    }
}
