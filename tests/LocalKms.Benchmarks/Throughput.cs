using System.Diagnostics;
using System.Text;
using System.Text.Json;
using TenantEncryption.LocalKms;

namespace LocalKms.Benchmarks;

/// <summary>
/// GenerateDataKey calls a second against the program in a process of its own, every request signed and authorized by a role's
/// statement with a tenant condition. Client and server share the machine.
/// </summary>
internal static class Throughput
{
    public static async Task RunAsync(TimeSpan duration, int connections)
    {
        string identities = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            identities, """{"principals":[{"arn":"arn:aws:iam::111122223333:role/app","accessKeys":[{"id":"app","secret":"app"}]}]}""");
        long start = Stopwatch.GetTimestamp();
        using Process server = Start(identities, out string url);
        Console.WriteLine($"ready after {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms");
        try
        {
            using var client = new SignedClient(url, connections);
            string key = await CreateKeyAsync(client);
            byte[] body = Encoding.UTF8.GetBytes($$$"""{"KeyId":"{{{key}}}","KeySpec":"AES_256","EncryptionContext":{"TenantId":"tenant-a"}}""");

            await MeasureAsync(client, body, connections, TimeSpan.FromSeconds(3));
            TimeSpan cpuBefore = server.TotalProcessorTime;
            TimeSpan ownBefore = Environment.CpuUsage.TotalTime;
            (long calls, TimeSpan took) = await MeasureAsync(client, body, connections, duration);
            server.Refresh();
            Console.WriteLine(
                $"GenerateDataKey, {connections} connections: {calls / took.TotalSeconds:F0}/s ({calls} calls in {took.TotalSeconds:F1} s); "
                + $"server {(server.TotalProcessorTime - cpuBefore).TotalMicroseconds / calls:F0} µs of processor a call, "
                + $"client {(Environment.CpuUsage.TotalTime - ownBefore).TotalMicroseconds / calls:F0} µs");
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
            File.Delete(identities);
        }
    }

    private static async Task<(long Calls, TimeSpan Took)> MeasureAsync(SignedClient client, byte[] body, int connections, TimeSpan duration)
    {
        long start = Stopwatch.GetTimestamp();
        long[] calls = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            long done = 0;
            for (; Stopwatch.GetElapsedTime(start) < duration; done++)
            {
                await client.CallAsync("app", "GenerateDataKey", body);
            }

            return done;
        })));
        return (calls.Sum(), Stopwatch.GetElapsedTime(start));
    }

    private static async Task<string> CreateKeyAsync(SignedClient client)
    {
        const string Policy = """
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"},
              {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/app"},"Action":["kms:GenerateDataKey","kms:Decrypt"],"Resource":"*",
               "Condition":{"StringEquals":{"kms:EncryptionContext:TenantId":["tenant-a","tenant-b"]}}}]}
            """;
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["Policy"] = Policy });
        using JsonDocument answer = JsonDocument.Parse(await client.CallAsync("local", "CreateKey", body));
        return answer.RootElement.GetProperty("KeyMetadata").GetProperty("Arn").GetString()!;
    }

    private static Process Start(string identities, out string url)
    {
        Process process = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { typeof(LocalKmsServer).Assembly.Location, "--urls", "http://127.0.0.1:0", "--identities", identities },
            RedirectStandardOutput = true,
        })!;
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
