using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TenantEncryption.Data;
using TenantEncryption.Hosting.Tests.Scenarios;
using TenantEncryption.Telemetry;
using TenantEncryption.Testing;

namespace TenantEncryption.Hosting.Tests.Samples;

/// <summary>docs/dotnet.md shows code that runs, and lists the instruments that there are.</summary>
public sealed class PageTests
{
    private static readonly string Page = File.ReadAllText(Repository.At("docs", "dotnet.md"));

    public static TheoryData<string> Blocks => [.. Page.Split("```csharp\n").Skip(1).Select(rest => rest[..rest.IndexOf("```", StringComparison.Ordinal)])];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Its_code_is_that_of_the_sample_or_of_a_test(string block) =>
        Assert.Contains(Sources(), source => Lines(File.ReadAllText(source)).Contains(Lines(block), StringComparison.Ordinal));

    [Fact]
    public void Its_settings_are_those_of_the_sample()
    {
        string block = Page.Split("```json\n")[1];
        Assert.Contains(Lines(block[..block.IndexOf("```", StringComparison.Ordinal)]), Lines(File.ReadAllText(Repository.At("samples", "WebApi", "appsettings.json"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_lists_each_instrument_with_its_unit()
    {
        var published = new SortedSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == TenantEncryptionTelemetry.MeterName)
            {
                lock (published)
                {
                    published.Add($"| `{instrument.Name}` | `{instrument.Unit}` |");
                }
            }
        };
        listener.Start();
        await using HostScene scene = await HostScene.BeginAsync();
        using IHost host = await scene.StartAsync();
        await scene.AddTenantAsync(host, "acme");
        await using DataSession session = host.Services.GetRequiredService<TenantEncryptionService>().Data.BeginSession();
        await session.UnprotectValueAsync(await session.ProtectValueAsync("acme", new byte[1]));

        string[] listed = [.. Page.Split('\n').Where(line => line.StartsWith("| `tenantencryption.", StringComparison.Ordinal) && line.Split('|').Length == 6)
            .Select(line => string.Join('|', line.Split('|')[..3]) + "|").Order(StringComparer.Ordinal)];
        lock (published)
        {
            Assert.Equal(listed, published);
        }
    }

    private static IEnumerable<string> Sources() =>
    [
        .. Directory.GetFiles(Repository.At("samples", "WebApi"), "*.cs"),
        .. Directory.GetFiles(Repository.At("tests", "TenantEncryption.DataProtection.Tests"), "*.cs"),
    ];

    // However far it is indented.
    private static string Lines(string code) => string.Join('\n', code.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));
}
