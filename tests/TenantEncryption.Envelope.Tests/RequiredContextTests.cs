using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.Envelope;

public sealed class RequiredContextTests
{
    private static readonly Dictionary<string, string> Pairs = new() { ["case"] = "42", ["zone"] = "eu" };

    [Theory]
    [InlineData("0478")]
    [InlineData("0578")]
    [InlineData("0178")]
    public async Task Pairs_that_are_authenticated_and_not_stored_open_the_message_when_given(string suiteId)
    {
        SpecificationMessage message = Bound(suiteId);
        byte[] bytes = message.Write();
        using RawAesKeyring keyring = message.Keyring();

        foreach (Way way in Enum.GetValues<Way>())
        {
            Assert.Equal(message.Plaintext, await Ways.ReadAsync(way, bytes, keyring, Requiring(Pairs)));
        }
    }

    [Fact]
    public async Task Without_them_no_key_opens_it()
    {
        SpecificationMessage message = Bound("0478");
        byte[] bytes = message.Write();
        using RawAesKeyring keyring = message.Keyring();

        await Refusal.IsAsync(ErrorCodes.WrongKey, () => Ways.ReadAsync(Way.Memory, bytes, keyring));
    }

    [Fact]
    public async Task With_another_value_or_a_pair_too_few_or_too_many_the_context_does_not_match()
    {
        SpecificationMessage message = Bound("0478");
        byte[] bytes = message.Write();
        using RawAesKeyring keyring = message.Keyring();

        foreach (Dictionary<string, string> pairs in (Dictionary<string, string>[])
            [
                new() { ["case"] = "43", ["zone"] = "eu" },
                new() { ["case"] = "42" },
                new(Pairs) { ["more"] = "1" },
            ])
        {
            await Refusal.IsAsync(ErrorCodes.ContextMismatch, () => Ways.ReadAsync(Way.Memory, bytes, keyring, Requiring(pairs)));
        }
    }

    [Fact]
    public async Task A_keyring_that_does_not_bind_the_context_is_caught_by_the_tag_of_the_header()
    {
        SpecificationMessage message = Bound("0478");
        byte[] bytes = message.Write();
        using RawAesKeyring inner = message.Keyring();
        var bound = new EncryptionContext(message.Context.Concat(message.Required));
        var keyring = new AskedKeyring(key => inner.UnwrapAsync(key, MessageReader.ReadHeader(bytes), bound, default).AsTask().Result);

        await Refusal.IsAsync(ErrorCodes.MessageAltered, () => Ways.ReadAsync(Way.Memory, bytes, keyring));
    }

    [Fact]
    public async Task A_required_pair_that_is_stored_must_have_the_stored_value_and_no_key_is_asked_for_else()
    {
        byte[] bytes = SpecificationMessage.Write(AlgorithmSuite.Aes256GcmHkdfSha512CommitKey, [1]);
        using RawAesKeyring keyring = new SpecificationMessage { Suite = AlgorithmSuite.Aes256GcmHkdfSha512CommitKey }.Keyring();
        var asked = new AskedKeyring();

        Assert.Equal([1], await Ways.ReadAsync(Way.Memory, bytes, keyring, Requiring(new() { ["TenantId"] = "contoso" })));
        await Refusal.IsAsync(
            ErrorCodes.ContextMismatch, () => Ways.ReadAsync(Way.Memory, bytes, asked, Requiring(new() { ["TenantId"] = "fabrikam" })));
        Assert.Equal(0, asked.Asked);
    }

    private static SpecificationMessage Bound(string suiteId) => new()
    {
        Suite = SpecificationMessage.SuiteOf(suiteId),
        Plaintext = [1, 2, 3],
        Required = Pairs,
    };

    private static MessageReaderOptions Requiring(Dictionary<string, string> pairs) =>
        new() { AllowNonCommitting = true, RequiredEncryptionContext = new EncryptionContext(pairs) };
}
