using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

public sealed class ContextTests
{
    [Theory]
    [InlineData("aws-crypto-public-key")]
    [InlineData("AWS-Crypto-x")]
    [InlineData("TenantId")]
    [InlineData("tenantid")]
    [InlineData("KekId")]
    [InlineData("kekid")]
    [InlineData("")]
    public async Task A_reserved_key_is_refused(string key)
    {
        await using TestService service = await TestService.WithTenantAsync();
        var options = new ProtectOptions { EncryptionContext = new Dictionary<string, string> { [key] = "x" } };

        Assert.Equal(ErrorCodes.ContextMismatch, await Refusal.CodeOfAsync(() => service.ProtectValueAsync([1], options: options)));
        Assert.Equal(ErrorCodes.ContextMismatch, await Refusal.CodeOfAsync(
            () => service.ProtectAsync([new FileRequest(service.Folders.Random("a"), service.Folders.At("a.tenc"))], options)));
        Assert.Equal(["a"], service.Folders.Snapshot().Keys);
    }

    [Fact]
    public async Task A_key_that_is_not_well_formed_is_refused()
    {
        await using TestService service = await TestService.WithTenantAsync();
        var options = new ProtectOptions { EncryptionContext = new Dictionary<string, string> { ["half \ud800 pair"] = "x" } };

        Assert.Equal(ErrorCodes.ContextMismatch, await Refusal.CodeOfAsync(() => service.ProtectValueAsync([1], options: options)));
    }

    [Fact]
    public async Task Keys_that_differ_only_by_case_are_refused()
    {
        await using TestService service = await TestService.WithTenantAsync();
        var options = new ProtectOptions { EncryptionContext = new Dictionary<string, string> { ["Purpose"] = "x", ["purpose"] = "y" } };

        Assert.Equal(ErrorCodes.ContextMismatch, await Refusal.CodeOfAsync(() => service.ProtectValueAsync([1], options: options)));
    }

    [Fact]
    public async Task A_context_too_long_for_a_message_is_refused()
    {
        await using TestService service = await TestService.WithTenantAsync();
        var options = new ProtectOptions { EncryptionContext = new Dictionary<string, string> { ["Purpose"] = new string('x', 66_000) } };

        Assert.Equal(ErrorCodes.LimitExceeded, await Refusal.CodeOfAsync(() => service.ProtectValueAsync([1], options: options)));
    }

    [Fact]
    public async Task What_the_user_adds_is_readable_in_the_header_and_can_be_required()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync(
            [7], options: new ProtectOptions { EncryptionContext = new Dictionary<string, string> { ["Purpose"] = "backup", ["clef-\U0001D11E"] = "" } });
        UnprotectOptions Requiring(string key, string value) => new() { EncryptionContext = new Dictionary<string, string> { [key] = value } };

        Assert.Equal(
            new Dictionary<string, string> { ["Purpose"] = "backup", ["TenantId"] = "acme", ["clef-\U0001D11E"] = "" },
            TenantDataProtector.ReadHeader(message).EncryptionContext);
        Assert.Equal([7], await service.ReadValueAsync(message, Requiring("Purpose", "backup")));
        Assert.Equal([7], await service.ReadValueAsync(message, Requiring("TenantId", "acme")));
        Assert.Equal(ErrorCodes.ContextMismatch, await Refusal.CodeOfAsync(() => service.ReadValueAsync(message, Requiring("Purpose", "other"))));
        Assert.Equal(ErrorCodes.ContextMismatch, await Refusal.CodeOfAsync(() => service.ReadValueAsync(message, Requiring("Missing", "x"))));
    }

    [Fact]
    public async Task Of_a_message_that_names_an_unknown_tenant_that_tenant_is_named()
    {
        await using TestService here = await TestService.WithTenantAsync();
        await using TestService there = await TestService.OpenAsync();
        byte[] message = await here.ProtectValueAsync([1]);

        TenantEncryptionException refusal = await Refusal.OfAsync(() => there.ReadValueAsync(message));

        Assert.Equal(ErrorCodes.TenantNotFound, refusal.Code);
        Assert.Contains("'acme'", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_of_another_stores_tenant_of_the_same_name_does_not_open()
    {
        await using TestService here = await TestService.WithTenantAsync();
        await using TestService there = await TestService.WithTenantAsync();

        Assert.Equal(ErrorCodes.WrongKey, await there.CodeOfReadingAsync(await here.ProtectValueAsync([1])));
    }
}
