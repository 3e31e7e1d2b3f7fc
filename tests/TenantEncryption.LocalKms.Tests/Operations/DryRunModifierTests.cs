using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using TenantEncryption.LocalKms.Tests.Support;

namespace TenantEncryption.LocalKms.Tests.Operations;

/// <summary>Dry runs that ask for a permission without a ciphertext (API reference, Decrypt and ReEncrypt: DryRunModifiers).</summary>
public sealed class DryRunModifierTests : ServerTest
{
    private const string App = "arn:aws:iam::111122223333:role/app";

    [Fact]
    public async Task Decrypt_tells_who_may_with_which_context()
    {
        DefinePrincipal(App, "app");
        string key = await NewKeyAsync(Statement(App, "kms:Decrypt", """{"StringEquals":{"kms:EncryptionContext:TenantId":"a"}}"""));
        AmazonKeyManagementServiceClient app = Client(accessKey: "app");

        await RefusedAsync("DryRunOperationException", () => app.DecryptAsync(Decrypt(key, "a")));
        await RefusedAsync("AccessDeniedException", () => app.DecryptAsync(Decrypt(key, "b")));
        await Kms.DisableKeyAsync(key);
        await RefusedAsync("DisabledException", () => app.DecryptAsync(Decrypt(key, "a")));
    }

    [Fact]
    public async Task A_ciphertext_that_is_there_is_not_looked_at()
    {
        string key = await NewKeyAsync();
        DecryptRequest request = Decrypt(key, "a");
        request.CiphertextBlob = new MemoryStream([1, 2, 3]);
        await RefusedAsync("DryRunOperationException", () => Kms.DecryptAsync(request));
        request.DryRunModifiers = [];
        await RefusedAsync("InvalidCiphertextException", () => Kms.DecryptAsync(request));
    }

    [Fact]
    public async Task ReEncrypt_asks_both_keys()
    {
        DefinePrincipal(App, "app");
        string from = await NewKeyAsync(Statement(App, "kms:ReEncryptFrom")), to = await NewKeyAsync(Statement(App, "kms:ReEncryptTo"));
        AmazonKeyManagementServiceClient app = Client(accessKey: "app");

        await RefusedAsync("DryRunOperationException", () => app.ReEncryptAsync(ReEncrypt(from, to)));
        await RefusedAsync("AccessDeniedException", () => app.ReEncryptAsync(ReEncrypt(to, from)));
        await RefusedAsync("ValidationException", () => app.ReEncryptAsync(ReEncrypt(null, to)));
    }

    [Fact]
    public async Task Without_a_key_or_a_dry_run_there_is_nothing_to_ask()
    {
        string key = await NewKeyAsync();
        DecryptRequest request = Decrypt(key, "a");
        request.DryRun = null;
        await RefusedAsync("ValidationException", () => Kms.DecryptAsync(request));
        request = Decrypt(null, "a");
        await RefusedAsync("ValidationException", () => Kms.DecryptAsync(request));
        request = Decrypt(key, "a");
        request.DryRunModifiers = ["IGNORE_EVERYTHING"];
        await RefusedAsync("ValidationException", () => Kms.DecryptAsync(request));
    }

    private static DecryptRequest Decrypt(string? key, string tenant) => new()
    {
        KeyId = key,
        EncryptionContext = new() { ["TenantId"] = tenant },
        DryRun = true,
        DryRunModifiers = ["IGNORE_CIPHERTEXT"],
    };

    private static ReEncryptRequest ReEncrypt(string? from, string to) =>
        new() { SourceKeyId = from, DestinationKeyId = to, DryRun = true, DryRunModifiers = ["IGNORE_CIPHERTEXT"] };
}
