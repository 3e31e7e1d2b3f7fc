using System.Security.Cryptography;
using Amazon.KeyManagementService.Model;
using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Tests;

/// <summary>The client against a KMS that checks signatures, contexts and key states, in this process.</summary>
public sealed class LocalKmsTests
{
    private static readonly Dictionary<string, string> Context = new() { ["TenantId"] = "t-1", ["KekId"] = "kek-é𝄞" };

    [Fact]
    public async Task A_data_key_decrypts_to_itself()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        using KmsDataKey key = await local.Kms.GenerateDataKeyAsync(local.Connection, local.KeyArn, Context, default);
        using KmsPlaintext plaintext = await local.Kms.DecryptAsync(local.Connection, local.KeyArn, key.CiphertextBlob, Context, default);

        Assert.Equal(32, key.Plaintext.Length);
        Assert.Equal(key.Plaintext.Span.ToArray(), plaintext.Plaintext.Span.ToArray());
        Assert.Equal((local.KeyArn, local.KeyArn), (key.KeyArn, plaintext.KeyArn));
        Assert.NotNull(plaintext.RequestId);
    }

    [Fact]
    public async Task A_data_key_made_without_plaintext_decrypts_to_32_bytes()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        KmsCiphertext ciphertext = await local.Kms.GenerateDataKeyWithoutPlaintextAsync(local.Connection, local.KeyArn, Context, default);
        using KmsPlaintext plaintext =
            await local.Kms.DecryptAsync(local.Connection, local.KeyArn, ciphertext.CiphertextBlob, Context, default);

        Assert.Equal(32, plaintext.Plaintext.Length);
    }

    [Fact]
    public async Task What_is_encrypted_decrypts_to_itself()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        byte[] secret = RandomNumberGenerator.GetBytes(4096);

        KmsCiphertext ciphertext = await local.Kms.EncryptAsync(local.Connection, local.KeyArn, secret, Context, default);
        using KmsPlaintext plaintext =
            await local.Kms.DecryptAsync(local.Connection, local.KeyArn, ciphertext.CiphertextBlob, Context, default);

        Assert.Equal(secret, plaintext.Plaintext.Span.ToArray());
    }

    [Fact]
    public async Task An_alias_is_described_as_the_key_it_points_to()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        await local.Administrator.CreateAliasAsync(new CreateAliasRequest { AliasName = "alias/app", TargetKeyId = local.KeyArn });

        KmsKeyDescription byName = await local.Kms.DescribeKeyAsync(local.Connection, "alias/app", default);
        KmsKeyDescription byArn = await local.Kms.DescribeKeyAsync(
            local.Connection with { Region = null }, "arn:aws:kms:eu-west-1:111122223333:alias/app", default);

        Assert.Equal((local.KeyArn, local.KeyArn), (byName.KeyArn, byArn.KeyArn));
        Assert.Equal(
            ("Enabled", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "CUSTOMER", "AWS_KMS", false),
            (byName.KeyState, byName.KeyUsage, byName.KeySpec, byName.KeyManager, byName.Origin, byName.MultiRegion));
    }

    [Fact]
    public async Task A_ciphertext_of_another_key_or_context_is_refused()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        string other = await local.CreateKeyAsync();
        KmsCiphertext ciphertext = await local.Kms.GenerateDataKeyWithoutPlaintextAsync(local.Connection, other, Context, default);

        TenantEncryptionException wrongKey = await RefusedAsync(
            () => local.Kms.DecryptAsync(local.Connection, local.KeyArn, ciphertext.CiphertextBlob, Context, default));
        TenantEncryptionException wrongContext = await RefusedAsync(
            () => local.Kms.DecryptAsync(local.Connection, other, ciphertext.CiphertextBlob, StubKms.Context, default));

        Assert.Equal((ErrorCodes.WrongKey, ErrorCodes.WrongKey), (wrongKey.Code, wrongContext.Code));
        Assert.Contains("another KMS key", wrongKey.Detail, StringComparison.Ordinal);
        Assert.Contains("encryption context", wrongContext.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disabled_key_a_key_pending_deletion_and_no_key_are_told_apart()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        KmsCiphertext ciphertext = await local.Kms.GenerateDataKeyWithoutPlaintextAsync(local.Connection, local.KeyArn, Context, default);

        await local.Administrator.DisableKeyAsync(new DisableKeyRequest { KeyId = local.KeyArn });
        TenantEncryptionException disabled = await RefusedAsync(
            () => local.Kms.DecryptAsync(local.Connection, local.KeyArn, ciphertext.CiphertextBlob, Context, default));
        await local.Administrator.ScheduleKeyDeletionAsync(
            new ScheduleKeyDeletionRequest { KeyId = local.KeyArn, PendingWindowInDays = 7 });
        TenantEncryptionException pending = await RefusedAsync(
            () => local.Kms.DecryptAsync(local.Connection, local.KeyArn, ciphertext.CiphertextBlob, Context, default));
        TenantEncryptionException missing = await RefusedAsync(() => local.Kms.DescribeKeyAsync(local.Connection, StubKms.KeyArn, default));

        Assert.Equal(ErrorCodes.KeyDisabled, disabled.Code);
        Assert.Equal(ErrorCodes.KeyPendingDeletion, pending.Code);
        Assert.Equal(ErrorCodes.KeyNotFound, missing.Code);
    }

    [Fact]
    public async Task A_wrong_secret_is_told_as_such()
    {
        await using LocalKmsSession local = await LocalKmsSession.StartAsync();
        using AwsKms stranger = LocalKmsSession.Client("not the secret");

        TenantEncryptionException error = await RefusedAsync(() => stranger.DescribeKeyAsync(local.Connection, local.KeyArn, default));

        Assert.Equal((ErrorCodes.CredentialsInvalid, "kms:DescribeKey"), (error.Code, error.Operation));
        Assert.DoesNotContain("not the secret", error.ToString(), StringComparison.Ordinal);
    }

    private static async Task<TenantEncryptionException> RefusedAsync(Func<Task> call) =>
        await Assert.ThrowsAsync<TenantEncryptionException>(call);
}
