using System.Net;
using System.Security.Cryptography;
using System.Text;
using TenantEncryption.LocalKms.Tests.Support;

namespace TenantEncryption.LocalKms.Tests.Signing;

/// <summary>Requests that are signed by hand, so that each part can be wrong.</summary>
public sealed class SignatureTests : ServerTest
{
    private static readonly HttpClient Http = new();

    [Fact]
    public async Task A_request_signed_by_hand_is_answered_with_a_request_id()
    {
        HttpResponseMessage answer = await SendAsync();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(Guid.TryParse(answer.Headers.GetValues("x-amzn-RequestId").Single(), out _));
        Assert.Equal("application/x-amz-json-1.1", answer.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("a changed body", "InvalidSignatureException", "{\"Limit\":2}", 0, "ListKeys", "kms", true)]
    [InlineData("another operation than was signed", "InvalidSignatureException", null, 0, "ListAliases", "kms", true)]
    [InlineData("a clock six minutes behind", "InvalidSignatureException", null, -6, null, "kms", true)]
    [InlineData("a clock six minutes ahead", "InvalidSignatureException", null, 6, null, "kms", true)]
    [InlineData("a signature for another service", "InvalidSignatureException", null, 0, null, "sts", true)]
    [InlineData("an operation that is not under the signature", "InvalidSignatureException", null, 0, null, "kms", false)]
    [InlineData("an unknown operation", "UnknownOperationException", null, 0, "sign:Frobnicate", "kms", true)]
    public async Task A_request_is_refused_for(string what, string error, string? sentBody, int skewMinutes, string? target, string service, bool signTarget)
    {
        HttpResponseMessage answer = await SendAsync(sentBody, skewMinutes, target, service, signTarget);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        string body = await answer.Content.ReadAsStringAsync();
        Assert.True(body.Contains($"\"__type\":\"{error}\"", StringComparison.Ordinal), $"{what}: {body}");
        Assert.NotEmpty(answer.Headers.GetValues("x-amzn-RequestId"));
    }

    [Fact]
    public async Task A_request_without_a_signature_is_refused()
    {
        using var content = new StringContent("{}");
        HttpResponseMessage answer = await Http.PostAsync(new Uri(Server.Url), content);
        Assert.Contains("MissingAuthenticationTokenException", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "SerializationException")]
    [InlineData("[]", "SerializationException")]
    [InlineData("""{"Limit":"many"}""", "SerializationException")]
    [InlineData("""{"Limit":0}""", "ValidationException")]
    [InlineData("""{"Limit":1001}""", "ValidationException")]
    [InlineData("""{"Marker":"???"}""", "InvalidMarkerException")]
    public async Task A_body_that_AWS_does_not_take_is_refused(string body, string error)
    {
        HttpResponseMessage answer = await SendAsync(signedBody: body);
        Assert.Contains(error, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> SendAsync(
        string? sentBody = null, int skewMinutes = 0, string? sentTarget = null, string service = "kms", bool signTarget = true, string signedBody = "{}")
    {
        bool signSent = sentTarget?.StartsWith("sign:", StringComparison.Ordinal) == true;
        string sent = "TrentService." + (sentTarget?.Replace("sign:", "", StringComparison.Ordinal) ?? "ListKeys");
        string signed = signSent || !signTarget ? sent : "TrentService.ListKeys";
        string timestamp = DateTime.UtcNow.AddMinutes(skewMinutes).ToString("yyyyMMdd'T'HHmmss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var url = new Uri(Server.Url);
        string names = signTarget ? "host;x-amz-date;x-amz-target" : "host;x-amz-date";
        string headers = $"host:{url.Authority}\nx-amz-date:{timestamp}\n" + (signTarget ? $"x-amz-target:{signed}\n" : "");
        string canonical = $"POST\n/\n\n{headers}\n{names}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(signedBody)))}";
        string scope = $"{timestamp[..8]}/eu-west-1/{service}/aws4_request";
        byte[] key = Encoding.UTF8.GetBytes("AWS4local");
        foreach (string part in scope.Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        string toSign = $"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(sentBody ?? signedBody) };
        request.Headers.Add("X-Amz-Target", sent);
        request.Headers.Add("X-Amz-Date", timestamp);
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential=local/{scope}, SignedHeaders={names}, Signature={Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)))}");
        return await Http.SendAsync(request);
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
