using System.Diagnostics;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;

namespace TenantEncryption.LocalKms.Tests.Storage;

/// <summary>The program itself, killed without warning.</summary>
public sealed class DurabilityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localkms-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_acknowledged_survives_kill_9()
    {
        var acknowledged = new List<string>();
        MemoryStream ciphertext;
        string key;
        using (Process first = Start(out string url))
        using (AmazonKeyManagementServiceClient kms = Client(url))
        {
            key = (await kms.CreateKeyAsync(new CreateKeyRequest())).KeyMetadata.Arn;
            ciphertext = (await kms.EncryptAsync(new EncryptRequest { KeyId = key, Plaintext = new MemoryStream([42]) })).CiphertextBlob;
            Task writing = Task.Run(async () =>
            {
                for (int i = 0; ; i++)
                {
                    await kms.CreateAliasAsync($"alias/a{i}", key);
                    acknowledged.Add($"alias/a{i}");
                }
            });
            SpinWait.SpinUntil(() => acknowledged.Count >= 20);
            first.Kill();
            await first.WaitForExitAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => writing);
        }

        using Process second = Start(out string secondUrl);
        using AmazonKeyManagementServiceClient again = Client(secondUrl);
        Assert.Equal([42], (await again.DecryptAsync(new DecryptRequest { CiphertextBlob = ciphertext })).Plaintext.ToArray());
        foreach (string alias in acknowledged)
        {
            Assert.Equal(key, (await again.DescribeKeyAsync(alias)).KeyMetadata.Arn);
        }

        second.Kill();
        await second.WaitForExitAsync();
    }

    [Fact]
    public async Task A_torn_last_line_is_cut_off_and_a_damaged_one_before_it_is_told()
    {
        string journal = Path.Combine(_folder, "state.jsonl");
        await using (LocalKmsServer server = await LocalKmsServer.StartAsync(new LocalKmsOptions { DataFolder = _folder }))
        {
        }

        byte[] whole = await File.ReadAllBytesAsync(journal);
        await File.WriteAllBytesAsync(journal, [.. whole, .. "[{\"PutAli"u8]);
        await using (LocalKmsServer server = await LocalKmsServer.StartAsync(new LocalKmsOptions { DataFolder = _folder }))
        {
        }

        Assert.Equal(whole, await File.ReadAllBytesAsync(journal));
        await File.WriteAllBytesAsync(journal, [.. "[{\"PutAli\n"u8, .. whole]);
        InvalidDataException damaged = await Assert.ThrowsAsync<InvalidDataException>(
            () => LocalKmsServer.StartAsync(new LocalKmsOptions { DataFolder = _folder }));
        Assert.Contains("Line 1 of", damaged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_servers_do_not_share_a_folder()
    {
        await using LocalKmsServer server = await LocalKmsServer.StartAsync(new LocalKmsOptions { DataFolder = _folder });
        await Assert.ThrowsAsync<IOException>(() => LocalKmsServer.StartAsync(new LocalKmsOptions { DataFolder = _folder }));
    }

    [Fact]
    public async Task An_address_that_others_reach_must_be_allowed()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => LocalKmsServer.StartAsync(new LocalKmsOptions { Url = "http://0.0.0.0:0" }));
        await Assert.ThrowsAsync<ArgumentException>(() => LocalKmsServer.StartAsync(new LocalKmsOptions { Url = "https://127.0.0.1:0" }));
    }

    private static AmazonKeyManagementServiceClient Client(string url) => new(
        new BasicAWSCredentials("local", "local"),
        new AmazonKeyManagementServiceConfig { ServiceURL = url, AuthenticationRegion = "eu-west-1", MaxErrorRetry = 0 });

    private Process Start(out string url)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { typeof(LocalKmsServer).Assembly.Location, "--urls", "http://127.0.0.1:0", "--data", _folder },
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith("Listening on ", StringComparison.Ordinal))
            {
                url = line["Listening on ".Length..];
                return process;
            }
        }

        throw new InvalidOperationException("The server ended before it was ready.");
    }
}
