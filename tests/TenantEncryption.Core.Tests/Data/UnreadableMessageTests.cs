using System.Security.Cryptography;
using System.Text;
using TenantEncryption.Data;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

/// <summary>What is said of a message that can't be read as it is leads on: each remedy is followed here.</summary>
public sealed class UnreadableMessageTests
{
    private static readonly byte[] RawKey = new byte[32];

    [Fact]
    public async Task A_message_of_33_data_keys_names_the_limit_and_is_read_when_that_is_raised()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await WithKeysAsync(service, 33);
        string path = service.Folders.Write("many.tenc", message);

        TenantEncryptionException refusal = await Refusal.OfAsync(() => service.ReadValueAsync(message));
        var raised = new UnprotectOptions { Limits = new MessageLimits { MaxEncryptedDataKeys = 33 } };

        Assert.Equal(ErrorCodes.LimitExceeded, refusal.Code);
        Assert.Contains(nameof(MessageLimits.MaxEncryptedDataKeys), refusal.Remedy, StringComparison.Ordinal);
        Assert.Equal([1], await service.ReadValueAsync(message, raised));
        Assert.Null((await service.UnprotectAsync(path, path + ".out", raised)).Error);
        Assert.Equal(33, TenantDataProtector.ReadHeader(message).EncryptedDataKeys);
    }

    [Theory]
    [InlineData("MaxHeaderLength")]
    [InlineData("MaxFrameLength")]
    [InlineData("MaxEncryptedDataKeys")]
    public async Task Each_limit_is_an_option_of_a_read(string limit)
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        MessageLimits lowered = limit switch
        {
            "MaxHeaderLength" => new MessageLimits { MaxHeaderLength = 20 },
            "MaxFrameLength" => new MessageLimits { MaxFrameLength = 20 },
            _ => new MessageLimits { MaxEncryptedDataKeys = 0 },
        };

        TenantEncryptionException refusal = await Refusal.OfAsync(() => service.ReadValueAsync(message, new UnprotectOptions { Limits = lowered }));

        Assert.Equal(ErrorCodes.LimitExceeded, refusal.Code);
        Assert.Contains(limit, refusal.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData((1 << 30) + 1)]
    public void A_limit_that_is_none_is_refused_by_its_code(int limit)
    {
        Assert.Equal(ErrorCodes.InvalidInput, Assert.Throws<TenantEncryptionException>(() => new MessageLimits { MaxHeaderLength = limit }).Code);
        Assert.Equal(ErrorCodes.InvalidInput, Assert.Throws<TenantEncryptionException>(() => new MessageLimits { MaxNonFramedLength = limit }).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    public async Task A_file_of_the_base64_text_of_a_message_is_called_that(string mark)
    {
        await using TestService service = await TestService.WithTenantAsync();
        string text = Convert.ToBase64String(await service.ProtectValueAsync([1]));
        string path = service.Folders.Write("value.tenc", Encoding.UTF8.GetBytes(mark + text + "\n"));

        TenantEncryptionException refusal = (await service.UnprotectAsync(path, path + ".out")).Error!;

        Assert.Equal(ErrorCodes.NotAMessage, refusal.Code);
        Assert.Contains("base64 text of a message", refusal.Detail, StringComparison.Ordinal);
        Assert.Contains("base64 -d", refusal.Remedy, StringComparison.Ordinal);
        Assert.Equal([1], await service.ReadValueAsync(Convert.FromBase64String(text)));
        await using var stream = new MemoryStream(Encoding.UTF8.GetBytes(mark + text));
        Assert.Contains("base64", (await Refusal.OfAsync(() => MessageReader.ReadHeaderAsync(stream))).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AAAAAAAAAAAA")]
    [InlineData("A text that begins with an A.")]
    [InlineData("AgR4")]
    public async Task Other_text_is_not_called_base64_of_a_message(string text)
    {
        await using TestService service = await TestService.WithTenantAsync();
        string path = service.Folders.Write("value.tenc", Encoding.UTF8.GetBytes(text));

        TenantEncryptionException refusal = (await service.UnprotectAsync(path, path + ".out")).Error!;

        Assert.Equal(ErrorCodes.NotAMessage, refusal.Code);
        Assert.DoesNotContain("base64", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_without_a_tenants_pair_is_not_helped_by_naming_a_tenant_and_the_remedies_work()
    {
        await using TestService service = await TestService.WithTenantAsync();
        using SecretBytes dataKey = SecretBytes.Random(32);
        var context = new EncryptionContext([new("purpose", "theirs")]);
        using var materials = new MessageMaterials(dataKey, [RawAesKeyWrap.Wrap(RawKey, "their", "key", dataKey.Span, context)], context);
        byte[] message = new MessageWriter().Write([1], materials);
        using var keyring = new RawAesKeyring("their", "key", RawKey);

        foreach (string? tenantId in (string?[])["acme", null])
        {
            TenantEncryptionException refusal = await Refusal.OfAsync(() => service.ReadValueAsync(message, new UnprotectOptions { TenantId = tenantId }));

            Assert.Equal(ErrorCodes.WrongTenant, refusal.Code);
            Assert.DoesNotContain("Name the tenant", refusal.Remedy, StringComparison.Ordinal);
            Assert.Contains("UnprotectOptions.EncryptionContext: TenantId", refusal.Remedy, StringComparison.Ordinal);
        }

        Assert.Equal([1], await service.ReadValueAsync(message, new UnprotectOptions { TenantId = "acme", Keyring = keyring }));
    }

    [Fact]
    public async Task A_message_that_is_bound_to_the_tenant_without_storing_so_is_read_when_the_pair_is_given_as_the_remedy_says()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await WithKeysAsync(service, 2, storesTenant: false);

        Assert.Equal(ErrorCodes.WrongTenant, await Refusal.CodeOfAsync(() => service.ReadValueAsync(message, new UnprotectOptions { TenantId = "acme" })));
        Assert.Equal(
            [1],
            await service.ReadValueAsync(
                message, new UnprotectOptions { TenantId = "acme", EncryptionContext = new Dictionary<string, string> { ["TenantId"] = "acme" } }));
    }

    [Fact]
    public async Task A_file_that_is_a_message_of_33_data_keys_already_is_not_protected_again()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string path = service.Folders.Write("many.tenc", await WithKeysAsync(service, 33));

        FileOutcome<ProtectedFile> outcome = Assert.Single(await service.ProtectAsync([new FileRequest(path, path + ".tenc")]));

        Assert.NotNull(outcome.Skipped);
        Assert.False(File.Exists(path + ".tenc"));
    }

    /// <summary>A message under the tenant's key, which strangers' data keys follow; the header's tag covers them.</summary>
    private static async Task<byte[]> WithKeysAsync(TestService service, int count, bool storesTenant = true)
    {
        KeyEncryptionKey key = (await service.Service.Keys.ListAsync("acme")).Single();
        byte[] dataKey = RandomNumberGenerator.GetBytes(32);
        var pair = new Dictionary<string, string> { ["TenantId"] = "acme" };
        EncryptedDataKey own = RawAesKeyWrap.Wrap(
            await service.OpenKeyAsync(key), RawAesKeyWrap.TenantEncryptionProviderId, key.KekId, dataKey, new EncryptionContext(pair));
        return new SpecificationMessage
        {
            Suite = AlgorithmSuite.Aes256GcmHkdfSha512CommitKey,
            Plaintext = [1],
            Context = storesTenant ? pair : [],
            Required = storesTenant ? [] : pair,
            DataKey = dataKey,
            OtherKeys =
            [
                (own.ProviderId, own.ProviderInfo.ToArray(), own.Ciphertext.ToArray()),
                .. Enumerable.Repeat(("stranger", new byte[5], new byte[40]), count - 2),
            ],
        }.Write();
    }
}
