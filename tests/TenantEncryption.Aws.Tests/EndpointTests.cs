using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime.Endpoints;
using TenantEncryption.Aws.Endpoints;
using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Tests;

public sealed class EndpointTests
{
    [Theory]
    [InlineData("http://kms.example.com/")]
    [InlineData("http://192.0.2.1:4566")]
    [InlineData("http://0.0.0.0:4566")]
    [InlineData("http://127.0.0.1.example.com")]
    [InlineData("http://localhost.example.com")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("file:///etc/hosts")]
    [InlineData("127.0.0.1:4566")]
    [InlineData("https://user:secret@kms.example.com")]
    [InlineData("https://kms.example.com/?x=y")]
    [InlineData("")]
    public async Task An_endpoint_that_is_neither_https_nor_loopback_is_refused(string url)
    {
        using AwsKms kms = StubKms.Client();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(() => StubKms.DecryptAsync(kms, url));

        Assert.Equal(ErrorCodes.InvalidInput, error.Code);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:4566")]
    [InlineData("http://127.1.2.3:4566")]
    [InlineData("http://[::1]:4566")]
    [InlineData("http://localhost:4566")]
    [InlineData("https://vpce-1.kms.eu-west-1.vpce.amazonaws.com")]
    public void An_endpoint_that_is_https_or_loopback_is_accepted(string url) => Assert.NotNull(EndpointUrl.Parse(url, "test"));

    [Fact]
    public async Task A_closed_port_is_KMS_unreachable()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var url = $"http://{socket.LocalEndpoint}";
        socket.Stop();
        using AwsKms kms = StubKms.Client();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(() => StubKms.DecryptAsync(kms, url));

        Assert.Equal((ErrorCodes.KmsUnreachable, "kms:Decrypt", "eu-west-1"), (error.Code, error.Operation, error.Region));
        Assert.Contains("refused", error.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_listener_that_never_answers_is_KMS_unreachable_after_the_tries(int attempts)
    {
        // The system completes the connections; nobody accepts them, so each try leaves its request behind. .NET's own handler may send one twice.
        using var blackHole = new TcpListener(IPAddress.Loopback, 0);
        blackHole.Start();
        using AwsKms kms = StubKms.Client(
            options => options with { MaxAttempts = attempts, AttemptTimeout = TimeSpan.FromSeconds(1) });

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(() => StubKms.DecryptAsync(kms, $"http://{blackHole.LocalEndpoint}"));

        Assert.Equal(ErrorCodes.KmsUnreachable, error.Code);
        Assert.Contains("in time", error.Detail, StringComparison.Ordinal);
        var tries = new HashSet<string>();
        while (blackHole.Pending())
        {
            using Socket connection = await blackHole.AcceptSocketAsync();
            byte[] request = new byte[connection.Available];
            connection.Receive(request);
            tries.UnionWith(Encoding.UTF8.GetString(request).Split("\r\n").Where(line => line.StartsWith("amz-sdk-request: ", StringComparison.Ordinal)));
        }

        Assert.Equal(Enumerable.Range(1, attempts).Select(one => $"amz-sdk-request: attempt={one}; max={attempts}"), tries.Order());
    }

    [Fact]
    public async Task The_whole_operation_ends_at_its_time_limit()
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(Never);
        using AwsKms kms = StubKms.Client(options => options with { MaxAttempts = 10, Timeout = TimeSpan.FromMilliseconds(300) });
        var watch = Stopwatch.StartNew();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(() => StubKms.DecryptAsync(kms, stub.Url));

        Assert.Equal(ErrorCodes.KmsUnreachable, error.Code);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_KMS_unreachable()
    {
        using AwsKms kms = StubKms.Client();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(() => StubKms.DecryptAsync(kms, "https://kms.invalid"));

        Assert.Equal(ErrorCodes.KmsUnreachable, error.Code);
    }

    [Fact]
    public async Task A_server_without_TLS_is_KMS_unreachable_over_https()
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => StubAnswer.Ok(new { }));
        using AwsKms kms = StubKms.Client();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(
            () => StubKms.DecryptAsync(kms, stub.Url.Replace("http:", "https:", StringComparison.Ordinal)));

        Assert.Equal(ErrorCodes.KmsUnreachable, error.Code);
        Assert.Empty(stub.Requests);
    }

    [Theory]
    [InlineData("KMSInternalException", 500)]
    [InlineData("ThrottlingException", 400)]
    public async Task What_may_pass_is_tried_again(string name, int status)
    {
        int calls = 0;
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => Interlocked.Increment(ref calls) == 1
            ? StubAnswer.Error(name, status, "")
            : StubAnswer.Ok(new { KeyId = StubKms.KeyArn, Plaintext = new byte[32] }));
        using AwsKms kms = StubKms.Client(options => options with { MaxAttempts = 2 });

        using KmsPlaintext plaintext = await StubKms.DecryptAsync(kms, stub.Url);

        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task A_refusal_is_not_tried_again()
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => StubAnswer.Error("AccessDeniedException", 400, ""));
        using AwsKms kms = StubKms.Client(options => options with { MaxAttempts = 3 });

        await Assert.ThrowsAsync<TenantEncryptionException>(() => StubKms.DecryptAsync(kms, stub.Url));

        Assert.Single(stub.Requests);
    }

    [Fact]
    public async Task Cancelling_a_call_ends_it_within_a_second_as_a_cancellation()
    {
        using var cancellation = new CancellationTokenSource();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using StubEndpoint stub = await StubEndpoint.StartAsync(async (_, aborted) =>
        {
            arrived.SetResult();
            return await Never(null!, aborted);
        });
        using AwsKms kms = StubKms.Client(options => options with { MaxAttempts = 3 });
        Task call = StubKms.DecryptAsync(kms, stub.Url, cancellationToken: cancellation.Token);
        await arrived.Task;
        var watch = Stopwatch.StartNew();

        await cancellation.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Equal(cancellation.Token, cancelled.CancellationToken);
    }

    [Fact]
    public async Task Cancelling_between_two_tries_ends_the_wait()
    {
        using var cancellation = new CancellationTokenSource();
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ =>
        {
            cancellation.CancelAfter(50);
            return StubAnswer.Error("KMSInternalException", 500, "");
        });
        using AwsKms kms = StubKms.Client(options => options with { MaxAttempts = 10 });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => StubKms.DecryptAsync(kms, stub.Url, cancellationToken: cancellation.Token));
    }

    [Theory]
    [InlineData("us-gov-west-1", "https://kms-fips.us-gov-west-1.amazonaws.com/")]
    [InlineData("us-gov-east-1", "https://kms-fips.us-gov-east-1.amazonaws.com/")]
    [InlineData("eu-west-1", "https://kms.eu-west-1.amazonaws.com/")]
    [InlineData("cn-north-1", "https://kms.cn-north-1.amazonaws.com.cn/")]
    public void GovCloud_is_called_at_its_FIPS_endpoints(string region, string expected) =>
        Assert.Equal(expected, UrlOf(new KmsConnection(), region));

    [Theory]
    [InlineData(true, "us-east-1", "https://kms-fips.us-east-1.amazonaws.com/")]
    [InlineData(false, "us-east-1", "https://kms.us-east-1.amazonaws.com/")]
    [InlineData(false, "us-gov-west-1", "https://kms.us-gov-west-1.amazonaws.com/")]
    public void A_connection_of_a_platform_is_made_to_the_endpoints_that_the_platform_wants(bool fips, string region, string expected) =>
        Assert.Equal(expected, UrlOf(new KmsConnection { FipsEndpoints = fips }, region));

    [Fact]
    public void An_endpoint_of_ones_own_is_kept_in_GovCloud_too() =>
        Assert.Equal("http://127.0.0.1:4566/", UrlOf(new KmsConnection { EndpointUrl = "http://127.0.0.1:4566" }, "us-gov-west-1"));

    [Theory]
    [InlineData("us-east-1", "us-east-1")]
    [InlineData(null, "eu-west-1")]
    public async Task The_connections_region_comes_before_that_of_the_ARN(string? region, string signedFor)
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => StubAnswer.Error("DisabledException", 400, ""));
        using AwsKms kms = StubKms.Client();
        var connection = new KmsConnection { EndpointUrl = stub.Url, Region = region };

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(() => kms.DescribeKeyAsync(connection, StubKms.KeyArn, default));

        Assert.Equal(signedFor, error.Region);
        Assert.Contains($"/{signedFor}/kms/", Assert.Single(stub.Requests).Headers["Authorization"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EU-WEST-1")]
    [InlineData("evil.example.com#")]
    [InlineData("eu-west-1.evil.example.com/")]
    [InlineData("")]
    public async Task A_region_that_is_no_regions_name_is_refused(string region)
    {
        using AwsKms kms = StubKms.Client();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(
            () => kms.DescribeKeyAsync(new KmsConnection { Region = region }, StubKms.KeyArn, default));

        Assert.Equal(ErrorCodes.InvalidInput, error.Code);
    }

    [Fact]
    public async Task A_malformed_key_identifier_is_refused_before_any_call()
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => StubAnswer.Ok(new { }));
        using AwsKms kms = StubKms.Client();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(
            () => StubKms.DecryptAsync(kms, stub.Url, "arn:aws:kms:eu-west-1:1234:key/1234abcd-12ab-34cd-56ef-1234567890ab"));

        Assert.Equal(ErrorCodes.InvalidArn, error.Code);
        Assert.Contains("account", error.Detail, StringComparison.Ordinal);
        Assert.Empty(stub.Requests);
    }

    [Fact]
    public async Task A_disposed_client_makes_no_calls()
    {
        AwsKms kms = StubKms.Client();
        kms.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => StubKms.DecryptAsync(kms, "http://127.0.0.1:1"));
    }

    [Fact]
    public async Task Many_calls_at_once_share_one_client()
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(
            _ => StubAnswer.Ok(new { KeyId = StubKms.KeyArn, Plaintext = new byte[32] }));
        using AwsKms kms = StubKms.Client();

        KmsPlaintext[] all = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => StubKms.DecryptAsync(kms, stub.Url)));

        Assert.Equal(100, all.Length);
        Assert.Equal(100, stub.Requests.Count);
    }

    private static string UrlOf(KmsConnection connection, string region)
    {
        var options = new AwsKmsOptions();
        using var transport = new Transport(options);
        AmazonKeyManagementServiceConfig settings = ClientSettings.ForKms(connection, region, options, transport);
        var call = new ServiceOperationEndpointParameters(new DescribeKeyRequest());
        return settings.DetermineServiceOperationEndpoint(call).URL.TrimEnd('/') + "/";
    }

    private static async Task<StubAnswer> Never(StubRequest request, CancellationToken aborted)
    {
        await Task.Delay(Timeout.Infinite, aborted);
        throw new InvalidOperationException("unreachable");
    }
}
