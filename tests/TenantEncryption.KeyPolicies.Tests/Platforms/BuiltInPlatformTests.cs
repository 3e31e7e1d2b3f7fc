using TenantEncryption.Platforms;

namespace TenantEncryption.KeyPolicies.Tests.Platforms;

/// <summary>The built-in profiles against the vendors' texts.</summary>
public sealed class BuiltInPlatformTests
{
    [Fact]
    public void There_are_five() =>
        Assert.Equal(
            ["amazon-q-business", "qlik-cloud", "qlik-cloud-government", "standalone", "tableau-cloud"],
            PlatformCatalog.BuiltIn.Select(profile => profile.Name));

    /// <summary>They are not checked when they are read.</summary>
    [Fact]
    public void Each_stands_under_its_name_and_passes_the_checks_of_a_users_own() =>
        Assert.All(PlatformCatalog.BuiltIn, profile =>
        {
            using var reader = new StreamReader(typeof(PlatformCatalog).Assembly.GetManifestResourceStream($"profiles/{profile.Name}.json")!);
            Assert.Equal(profile.Name, PlatformProfileReader.Parse(reader.ReadToEnd(), profile.Name).Name);
        });

    [Theory]
    [InlineData("us-east-1", "us-east-2")]
    [InlineData("eu-west-1", "eu-west-3")]
    [InlineData("eu-west-2", "eu-south-2")]
    [InlineData("eu-central-1", "eu-south-1")]
    [InlineData("eu-north-1", null)]
    [InlineData("ap-southeast-1", "ap-northeast-2")]
    [InlineData("ap-southeast-2", "ap-southeast-4")]
    [InlineData("ap-northeast-1", "ap-northeast-3")]
    [InlineData("ap-south-1", "ap-south-2")]
    public void Qlik_backs_up_a_region_as_its_chart_says(string region, string? backup) =>
        Assert.Equal(backup, Of("qlik-cloud").FindRegion(region)!.Backup);

    [Fact]
    public void Qlik_has_nine_regions_and_its_Government_two_without_backup()
    {
        Assert.Equal(9, Of("qlik-cloud").Regions.Count);
        Assert.Equal(["us-gov-west-1", "us-gov-east-1"], Of("qlik-cloud-government").Regions.Select(region => region.Name));
        Assert.All(Of("qlik-cloud-government").Regions, region => Assert.Null(region.Backup));
        Assert.Equal(MultiRegionRule.Optional, Of("qlik-cloud-government").MultiRegion);
        Assert.Equal(true, Of("qlik-cloud-government").FipsEndpoints);
    }

    [Theory]
    [InlineData("standalone", "Internal KMS", "TenantId")]
    [InlineData("qlik-cloud", "Qlik Internal KMS", "TenantId")]
    [InlineData("qlik-cloud-government", "Qlik Internal KMS", "TenantId")]
    [InlineData("tableau-cloud", "Salesforce KMS", "sf-auth")]
    [InlineData("amazon-q-business", "AWS owned key", "TenantId")]
    public void A_platform_names_its_internal_KMS_and_its_context_key(string name, string internalProvider, string contextKey) =>
        Assert.Equal((internalProvider, contextKey), (Of(name).InternalProvider, Of(name).ContextKey));

    [Fact]
    public void Only_Qlik_permits_DescribeKey_for_multi_Region_keys_alone()
    {
        Assert.Equal([StatementCondition.Always, StatementCondition.MultiRegion], Of("qlik-cloud").Statements.Select(one => one.When));
        Assert.All(Of("qlik-cloud-government").Statements, one => Assert.Equal(StatementCondition.Always, one.When));
    }

    [Fact]
    public void Every_platform_has_notes_with_their_source() =>
        Assert.All(PlatformCatalog.BuiltIn, profile => Assert.All(profile.Notes, note => Assert.False(string.IsNullOrWhiteSpace(note.Source))));

    private static PlatformProfile Of(string name) => PlatformCatalog.FindBuiltIn(name)!;
}
