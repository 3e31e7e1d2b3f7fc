using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using TenantEncryption.Errors;

namespace TenantEncryption.Hosting.Tests.Samples;

/// <summary>The sample, as a process of its own that is spoken to over http: what its readers copy works.</summary>
public sealed class WebApiTests
{
    private const string Octets = "application/octet-stream";

    [Fact]
    public async Task An_upload_comes_back_and_is_nowhere_on_the_disk()
    {
        await using WebApiScene scene = await WebApiScene.BeginAsync("acme");
        byte[] content = RandomNumberGenerator.GetBytes(3_000_000);

        using HttpResponseMessage put = await scene.PutAsync("acme", "report.pdf", content);
        using HttpResponseMessage got = await scene.GetAsync("acme", "report.pdf");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, Octets), (put.StatusCode, got.StatusCode, got.Content.Headers.ContentType?.MediaType));
        Assert.Equal(content.Length, (await put.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("length").GetInt64());
        Assert.Equal(content, await got.Content.ReadAsByteArrayAsync());
        string message = Assert.Single(scene.Messages);
        Assert.Equal(-1, File.ReadAllBytes(message).AsSpan().IndexOf(content.AsSpan(1_000_000, 64)));
    }

    [Fact]
    public async Task A_message_that_was_put_among_another_tenants_is_refused_with_problem_details()
    {
        await using WebApiScene scene = await WebApiScene.BeginAsync("acme", "globex");
        (await scene.PutAsync("acme", "secret", [1, 2, 3])).Dispose();
        string acmes = Assert.Single(scene.Messages);
        (await scene.PutAsync("globex", "secret", [4])).Dispose();
        File.Copy(acmes, scene.Messages.Single(path => path != acmes), overwrite: true);

        using HttpResponseMessage got = await scene.GetAsync("globex", "secret");

        await AssertProblemAsync(got, HttpStatusCode.Forbidden, ErrorCodes.WrongTenant);
    }

    [Fact]
    public async Task A_message_that_was_put_in_the_place_of_another_upload_is_refused()
    {
        await using WebApiScene scene = await WebApiScene.BeginAsync("acme");
        (await scene.PutAsync("acme", "one", [1])).Dispose();
        string one = Assert.Single(scene.Messages);
        (await scene.PutAsync("acme", "two", [2])).Dispose();
        File.Copy(one, scene.Messages.Single(path => path != one), overwrite: true);

        using HttpResponseMessage got = await scene.GetAsync("acme", "two");

        Assert.False(got.IsSuccessStatusCode);
        Assert.Equal(ErrorCodes.ContextMismatch, (await got.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }

    [Fact]
    public async Task With_the_tenants_key_disabled_uploads_and_downloads_are_refused_with_problem_details_and_the_others_go_on()
    {
        await using WebApiScene scene = await WebApiScene.BeginAsync("acme", "globex");
        (await scene.PutAsync("acme", "secret", [1, 2, 3])).Dispose();
        (await scene.PutAsync("globex", "other", [4])).Dispose();
        await scene.DisableAsync("acme");

        using HttpResponseMessage got = await scene.GetAsync("acme", "secret");
        using HttpResponseMessage put = await scene.PutAsync("acme", "new", [5]);
        using HttpResponseMessage others = await scene.GetAsync("globex", "other");

        await AssertProblemAsync(got, HttpStatusCode.Forbidden, ErrorCodes.KeyDisabled);
        await AssertProblemAsync(put, HttpStatusCode.Forbidden, ErrorCodes.KeyDisabled);
        Assert.Equal([4], await others.Content.ReadAsByteArrayAsync());
        Assert.Equal(2, scene.Messages.Count);
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found()
    {
        await using WebApiScene scene = await WebApiScene.BeginAsync("acme");

        using HttpResponseMessage tenant = await scene.PutAsync("nobody", "x", [1]);
        using HttpResponseMessage upload = await scene.GetAsync("acme", "x");

        await AssertProblemAsync(tenant, HttpStatusCode.NotFound, ErrorCodes.TenantNotFound);
        Assert.Equal(HttpStatusCode.NotFound, upload.StatusCode);
        Assert.Empty(scene.Messages);
    }

    [Fact]
    public async Task A_download_that_is_found_altered_on_the_way_is_aborted()
    {
        await using WebApiScene scene = await WebApiScene.BeginAsync("acme");
        (await scene.PutAsync("acme", "large", RandomNumberGenerator.GetBytes(8 << 20))).Dispose();
        string message = Assert.Single(scene.Messages);
        byte[] altered = File.ReadAllBytes(message);
        altered[^5] ^= 1;
        File.WriteAllBytes(message, altered);

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            using HttpResponseMessage got = await scene.GetAsync("acme", "large");
            await got.Content.ReadAsByteArrayAsync();
        });
    }

    [Fact]
    public async Task Its_metrics_tell_what_was_done_and_nothing_secret()
    {
        await using WebApiScene scene = await WebApiScene.BeginAsync("acme");
        (await scene.PutAsync("acme", "canary-name", "canary-content"u8.ToArray())).Dispose();
        (await scene.GetAsync("acme", "canary-name")).Dispose();
        await scene.DisableAsync("acme");
        (await scene.GetAsync("acme", "canary-name")).Dispose();

        Metrics metrics = await scene.MetricsAsync();

        Assert.Equal(1, metrics.Sum("tenantencryption_messages_protected_total", "tenantencryption_kind=\"stream\""));
        Assert.Equal(1, metrics.Sum("tenantencryption_messages_unprotected_total", "tenantencryption_kind=\"stream\""));
        Assert.Equal(14, metrics.Sum("tenantencryption_bytes_protected_bytes_total"));
        Assert.Equal(14, metrics.Sum("tenantencryption_bytes_unprotected_bytes_total"));
        Assert.Equal(1, metrics.Sum("tenantencryption_failures_total", "error_type=\"KEY_DISABLED\""));
        Assert.Equal(1, metrics.Sum("tenantencryption_kms_calls_total", "tenantencryption_outcome=\"KEY_DISABLED\""));
        Assert.True(metrics.Sum("tenantencryption_leases_taken_total", "tenantencryption_provider_type=\"AwsKms\"") >= 2);
        Assert.True(metrics.Sum("tenantencryption_kms_duration_seconds_count") >= 2);
        Assert.All(new[] { "acme", "canary", "arn:", scene.Folder }, secret => Assert.DoesNotContain(secret, metrics.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Its_health_is_asked_over_http()
    {
        await using WebApiScene scene = await WebApiScene.BeginAsync("acme");

        Assert.Equal("Healthy", await scene.GetTextAsync("/health"));
    }

    private static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        Assert.Equal((status, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        JsonElement problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((code, ErrorCatalog.Get(code).Cause), (problem.GetProperty("code").GetString(), problem.GetProperty("title").GetString()));
        Assert.False(problem.TryGetProperty("detail", out _));
    }
}
