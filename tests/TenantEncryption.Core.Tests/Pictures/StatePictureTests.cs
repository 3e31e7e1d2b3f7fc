using TenantEncryption.Platforms;
using TenantEncryption.Testing;

namespace TenantEncryption.Core.Tests.Pictures;

/// <summary>The pictures of the states are those of the rules. <c>tests/interop/pictures.mjs</c> makes SVG of them.</summary>
public sealed class StatePictureTests
{
    // Run the test with this variable set to draw them anew.
    private const string UpdateVariable = "TENANTENCRYPTION_UPDATE_DOCS";

    public static TheoryData<string> Platforms => [.. PlatformCatalog.BuiltIn.Select(profile => profile.Name)];

    [Theory]
    [MemberData(nameof(Platforms))]
    public void A_platforms_picture_has_the_transitions_that_its_rules_allow(string platform)
    {
        string path = Repository.At("docs", "pictures", $"states-{platform}.dot");
        string drawn = new StatePicture(PlatformCatalog.BuiltIn.Single(profile => profile.Name == platform)).Draw().ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable(UpdateVariable) is not null)
        {
            File.WriteAllText(path, drawn);
        }

        Assert.Equal(drawn, File.ReadAllText(path).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void A_picture_changes_with_the_rules()
    {
        PlatformProfile profile = PlatformCatalog.BuiltIn.Single(one => one.Name == "tableau-cloud");
        PlatformProfile other = profile with { Lifecycle = profile.Lifecycle with { Deactivation = false, Removal = ProviderRemoval.WhenInactive, KeyChange = KeyChange.Migrate } };
        string before = new StatePicture(profile).Draw();
        string after = new StatePicture(other).Draw();

        Assert.Contains("Archived -> Deactivated", before, StringComparison.Ordinal);
        Assert.DoesNotContain("Deactivated", after, StringComparison.Ordinal);
        Assert.DoesNotContain("-> removed", before, StringComparison.Ordinal);
        Assert.Contains("Archived -> removed", after, StringComparison.Ordinal);
        Assert.DoesNotContain("Archived -> Active", before, StringComparison.Ordinal);
        Assert.Contains("Archived -> Active", after, StringComparison.Ordinal);
    }
}
