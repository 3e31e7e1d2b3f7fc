using System.Security.Cryptography;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.Envelope;

public sealed class KeyringTests
{
    private static readonly AlgorithmSuite Suite = AlgorithmSuite.Aes256GcmHkdfSha512CommitKey;

    [Theory]
    [InlineData(Way.Memory)]
    [InlineData(Way.File)]
    [InlineData(Way.Stream)]
    public async Task Data_keys_that_do_not_unwrap_are_passed_over(Way way)
    {
        var message = new SpecificationMessage
        {
            Suite = Suite,
            Plaintext = [1, 2, 3],
            OtherKeys =
            [
                ("aws-kms", "arn:aws:kms:us-east-1:111122223333:key/1"u8.ToArray(), new byte[180]),
                (SpecificationMessage.Namespace, "another name"u8.ToArray(), new byte[48]),
                ("", [], []),
            ],
        };
        using RawAesKeyring keyring = message.Keyring();

        Assert.Equal(message.Plaintext, await Ways.ReadAsync(way, message.Write(), keyring));
    }

    [Fact]
    public async Task When_no_data_key_unwraps_the_key_is_wrong()
    {
        byte[] message = SpecificationMessage.Write(Suite, [1]);
        foreach (Way way in Enum.GetValues<Way>())
        {
            await Refusal.IsAsync(ErrorCodes.WrongKey, () => Ways.ReadAsync(way, message, new AskedKeyring()));
        }
    }

    [Fact]
    public async Task A_wrong_commitment_ends_the_message_without_asking_for_the_next_data_key()
    {
        var message = new SpecificationMessage { Suite = Suite, OtherKeys = [("first", [], [])] };
        byte[] bytes = message.Write();
        var keyring = new AskedKeyring(_ => SecretBytes.Random(32));

        await Refusal.IsAsync(ErrorCodes.CommitmentMismatch, () => Ways.ReadAsync(Way.Memory, bytes, keyring));
        Assert.Equal(1, keyring.Asked);
    }

    [Fact]
    public async Task A_commitment_to_another_key_is_refused_though_every_tag_verifies()
    {
        var message = new SpecificationMessage { Suite = Suite, ChangeCommitment = _ => RandomNumberGenerator.GetBytes(32) };
        byte[] bytes = message.Write();
        using RawAesKeyring keyring = message.Keyring();

        await Refusal.IsAsync(ErrorCodes.CommitmentMismatch, () => Ways.ReadAsync(Way.Memory, bytes, keyring));
    }

    [Fact]
    public async Task A_wrong_header_tag_ends_the_message_without_asking_for_the_next_data_key()
    {
        var message = new SpecificationMessage { Suite = AlgorithmSuite.Find(0x0178)!, OtherKeys = [("first", [], [])] };
        byte[] bytes = message.Write();
        var keyring = new AskedKeyring(_ => SecretBytes.Random(32));

        await Refusal.IsAsync(
            ErrorCodes.MessageAltered,
            () => Ways.ReadAsync(Way.Memory, bytes, keyring, new MessageReaderOptions { AllowNonCommitting = true }));
        Assert.Equal(1, keyring.Asked);
    }

    [Fact]
    public async Task An_exception_of_the_keyring_ends_the_read()
    {
        byte[] message = SpecificationMessage.Write(Suite, [1]);
        var keyring = new AskedKeyring(_ => throw new TenantEncryptionException(ErrorCodes.KeyDisabled));

        await Refusal.IsAsync(ErrorCodes.KeyDisabled, () => Ways.ReadAsync(Way.Memory, message, keyring));
    }

    [Fact]
    public async Task A_data_key_of_another_length_is_refused()
    {
        byte[] message = SpecificationMessage.Write(Suite, [1]);

        await Refusal.IsAsync(
            ErrorCodes.MessageAltered, () => Ways.ReadAsync(Way.Memory, message, new AskedKeyring(_ => SecretBytes.Random(16))));
    }

    [Fact]
    public async Task The_header_is_shown_before_any_key_is_asked_for()
    {
        byte[] message = SpecificationMessage.Write(Suite, [1]);
        var keyring = new AskedKeyring();
        var options = new MessageReaderOptions
        {
            OnHeader = header => throw new TenantEncryptionException(ErrorCodes.WrongTenant, header.Context["TenantId"]),
        };

        foreach (Way way in Enum.GetValues<Way>())
        {
            await Refusal.IsAsync(ErrorCodes.WrongTenant, () => Ways.ReadAsync(way, message, keyring, options));
        }

        Assert.Equal(0, keyring.Asked);
    }

    [Fact]
    public async Task The_guard_that_is_asked_before_frames_ends_the_read()
    {
        byte[] message = SpecificationMessage.Write(Suite, new byte[1000]);
        using RawAesKeyring keyring = new SpecificationMessage { Suite = Suite }.Keyring();
        var options = new MessageReaderOptions { BeforeFrames = _ => throw new TenantEncryptionException(ErrorCodes.LeaseLost) };

        foreach (Way way in Enum.GetValues<Way>())
        {
            await Refusal.IsAsync(ErrorCodes.LeaseLost, () => Ways.ReadAsync(way, message, keyring, options));
        }
    }

    [Fact]
    public async Task A_header_is_authenticated_without_its_body()
    {
        var message = new SpecificationMessage { Suite = Suite, Plaintext = new byte[100] };
        byte[] bytes = message.Write()[..message.HeaderLength];
        using RawAesKeyring keyring = message.Keyring();
        MessageHeader header = MessageReader.ReadHeader(bytes);

        Assert.Same(header, await new MessageReader().AuthenticateHeaderAsync(header, keyring));

        bytes[^1] ^= 1;
        await Refusal.IsAsync(
            ErrorCodes.MessageAltered,
            async () => await new MessageReader().AuthenticateHeaderAsync(MessageReader.ReadHeader(bytes), keyring));
    }
}
