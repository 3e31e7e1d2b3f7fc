using System.Xml.Linq;
using TenantEncryption.Anchors;
using TenantEncryption.Providers;
using TenantEncryption.Reports;
using TenantEncryption.Reports.Html;
using TenantEncryption.Tenants;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Reports;

/// <summary>
/// A store of which there is much to tell: <c>acme</c> was migrated to a customer's key, rotated, tested and drilled; <c>globex</c>, whose names are hostile, has a
/// key that was disabled; a tenant was removed.
/// </summary>
internal sealed class ReportScene : IAsyncDisposable
{
    public const string HostileName = "<script>alert(\"1\")</script> & 'Söhne' \u202Egro.live\u0007\uD800";

    private ReportScene(TestService service) => Service = service;

    public TestService Service { get; }

    public static async Task<ReportScene> BeginAsync()
    {
        TestService service = await TestService.WithTenantAsync();
        TenantEncryptionService core = service.Service;
        await service.ProtectAsync(service.Folders.Random("a"));
        KeyProvider cmk = await service.RegisterAsync("CMK");
        await core.Migrations.StartAsync("acme", cmk.Id);
        await service.ProtectAsync(service.Folders.Random("b"));
        await core.Keys.RotateAsync("acme");
        await core.Providers.TestAsync(cmk.Id);
        await core.Drills.RunRevocationAsync(await core.Drills.PlanRevocationAsync(cmk.Id));

        await core.Tenants.CreateAsync(new NewTenant { TenantId = "globex", DisplayName = HostileName });
        KeyProvider shut = await service.RegisterAsync("shut", "globex");
        await service.Keys.DisableAsync(shut.KeyArn!);
        await core.Providers.TestAsync(shut.Id);

        await core.Tenants.CreateAsync(new NewTenant { TenantId = "departed" });
        await core.Tenants.RemoveAsync("departed");
        await core.Anchors.MakeAsync(new AnchorPlaces());
        service.Kms.Forget();
        return new ReportScene(service);
    }

    public Task<EncryptionReport> ReportAsync(IReadOnlyList<string>? tenants = null, bool live = false) => Service.Service.Reports.CollectAsync(tenants, live);

    public static string Page(EncryptionReport report)
    {
        using var text = new StringWriter();
        ReportPage.Write(report, text);
        return text.ToString();
    }

    /// <summary>The page as a document, and as what a reader sees.</summary>
    public static XDocument Read(string page) => XDocument.Parse(page, LoadOptions.PreserveWhitespace);

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}
