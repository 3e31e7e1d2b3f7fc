using TenantEncryption.Kms;

namespace TenantEncryption.Abstractions.Tests.Kms;

public sealed class KmsConnectionTests
{
    [Fact]
    public void What_says_nothing_agrees_with_what_a_platform_wants()
    {
        Assert.True(new KmsConnection().Agrees(new KmsConnection { Region = "us-gov-west-1", FipsEndpoints = true }));
        Assert.False(new KmsConnection { FipsEndpoints = false }.Agrees(new KmsConnection { FipsEndpoints = true }));
    }

    [Fact]
    public void Its_text_tells_what_was_given()
    {
        var connection = new KmsConnection { Region = "eu-west-1", ProfileName = "acme" };

        Assert.Equal("", new KmsConnection().ToString());
        Assert.Equal("eu-west-1, profile acme", connection.ToString());
        Assert.Equal(
            "endpoint https://kms.example, role arn:aws:iam::111122223333:role/r, external id x",
            new KmsConnection { EndpointUrl = "https://kms.example", RoleArn = "arn:aws:iam::111122223333:role/r", ExternalId = "x" }.ToString());
    }
}
