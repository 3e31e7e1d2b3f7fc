using TenantEncryption.Anchors;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Anchors;

/// <summary>A store with two tenants whose heads are anchored into a file: after each of some changes once.</summary>
internal sealed class AnchorScene : IAsyncDisposable
{
    private AnchorScene(TestService service) => Service = service;

    public TestService Service { get; }

    /// <summary>The file of anchors.</summary>
    public string File => Service.Folders.At("anchors.jsonl");

    public AnchorPlaces Places => new() { Path = File };

    public AnchorService Anchors => Service.Service.Anchors;

    /// <summary>A store with that many anchors.</summary>
    public static async Task<AnchorScene> MakeAsync(int anchors = 4)
    {
        TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.CreateAsync(new() { TenantId = "globex" });
        var scene = new AnchorScene(service);
        for (int number = 1; number <= anchors; number++)
        {
            await scene.ChangeAsync(number % 2 == 0 ? "acme" : "globex");
            Assert.Equal(number, (await scene.Anchors.MakeAsync(scene.Places)).Number);
        }

        return scene;
    }

    /// <summary>Writes an event of a tenant.</summary>
    public Task ChangeAsync(string tenantId = "acme") => Service.Service.Keys.RotateAsync(tenantId);

    /// <summary>What the log shows in a process that opens the store now, against what was kept.</summary>
    /// <param name="evidence">What was kept; the file when nothing is given.</param>
    public async Task<EventLogTestResult> TestAsync(params AnchorEvidence[] evidence)
    {
        await using TestService next = await Service.OpenAnotherAsync();
        return await next.Service.Events.VerifyAsync(anchors: evidence.Length > 0 ? evidence : [AnchorEvidence.OfFile(File)]);
    }

    /// <summary>The same, which must be refused.</summary>
    public async Task<EventLogTestResult> RefusedAsync(params AnchorEvidence[] evidence)
    {
        EventLogTestResult result = await TestAsync(evidence);
        Assert.Equal(ErrorCodes.EventLogAltered, result.Code);
        Assert.NotNull(result.Detail);
        return result;
    }

    /// <summary>Takes away what this machine keeps of heads, as another machine has none.</summary>
    public void ForgetHeads()
    {
        foreach (string head in Directory.GetFiles(Service.Folders.RootKeys, "*.head", SearchOption.AllDirectories))
        {
            System.IO.File.Delete(head);
        }
    }

    public string[] Lines => System.IO.File.ReadAllLines(File);

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}
