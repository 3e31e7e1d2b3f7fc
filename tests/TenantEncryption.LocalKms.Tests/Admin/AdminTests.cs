using System.Net;
using System.Text;
using Amazon.KeyManagementService.Model;
using TenantEncryption.LocalKms.Tests.Support;

namespace TenantEncryption.LocalKms.Tests.Admin;

public sealed class AdminTests : ServerTest
{
    private static readonly HttpClient Http = new();

    [Fact]
    public async Task Faults_principals_states_and_the_clock_are_set_over_http()
    {
        string key = await NewKeyAsync();
        await SendAsync(HttpMethod.Put, "faults", """{"throttle":1,"seed":3,"operations":["Encrypt"]}""");
        await RefusedAsync("ThrottlingException", () => Kms.EncryptAsync(new EncryptRequest { KeyId = key, Plaintext = new MemoryStream([1]) }));
        await Kms.DescribeKeyAsync(key);
        await SendAsync(HttpMethod.Delete, "faults");
        await Kms.EncryptAsync(new EncryptRequest { KeyId = key, Plaintext = new MemoryStream([1]) });

        await SendAsync(HttpMethod.Put, "principals", """{"principals":[{"arn":"arn:aws:iam::111122223333:user/a","accessKeys":[{"id":"a","secret":"a"}]}]}""");
        await RefusedAsync("AccessDeniedException", () => Client(accessKey: "a").DescribeKeyAsync(key));
        await SendAsync(HttpMethod.Delete, "principals?arn=arn:aws:iam::111122223333:user/a");
        await RefusedAsync("UnrecognizedClientException", () => Client(accessKey: "a").DescribeKeyAsync(key));

        await SendAsync(HttpMethod.Put, "key-state", $$"""{"arn":"{{key}}","state":"Unavailable"}""");
        Assert.Equal("Unavailable", (await Kms.DescribeKeyAsync(key)).KeyMetadata.KeyState.Value);
        await Kms.ScheduleKeyDeletionAsync(key, 7);
        await SendAsync(HttpMethod.Post, "clock", """{"advance":"7.00:00:00"}""");
        await RefusedAsync("NotFoundException", () => Kms.DescribeKeyAsync(key));
        Assert.Contains("NotFoundException", await Http.GetStringAsync(new Uri($"{Server.Url}/_localkms/events?max=1")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("faults", """{"throttle":7}""")]
    [InlineData("faults", """{"trottle":0.1}""")]
    [InlineData("principals", """{"principals":[{"arn":"nobody"}]}""")]
    [InlineData("principals", """{"principals":[{"arn":"arn:aws:iam::111122223333:user/a","policies":{"p":{}}}]}""")]
    [InlineData("key-state", """{"arn":"arn:aws:kms:eu-west-1:111122223333:key/none","state":"Enabled"}""")]
    public async Task What_is_not_understood_is_a_bad_request(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        HttpResponseMessage answer = await Http.PutAsync(new Uri($"{Server.Url}/_localkms/{path}"), content);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.NotEmpty(await answer.Content.ReadAsStringAsync());
    }

    private async Task SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri($"{Server.Url}/_localkms/{path}"));
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await Http.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
