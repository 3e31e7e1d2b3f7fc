using System.Collections.Concurrent;
using TenantEncryption.Aws;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Kms;
using TenantEncryption.LocalKms.Faults;
using TenantEncryption.LocalKms.Tests.Support;

namespace TenantEncryption.LocalKms.Tests.Aws;

/// <summary>The product's client against a KMS that throttles, fails and cuts connections.</summary>
public sealed class ClientUnderFaultsTests : ServerTest
{
    private const int Count = 10_000;
    private const int Parallel = 64;

    private static readonly string[] Transient = [ErrorCodes.Throttled, ErrorCodes.KmsUnreachable, ErrorCodes.Unknown];

    [Fact]
    public async Task Ten_thousand_protects_and_unprotects_are_neither_lost_nor_wrong()
    {
        string key = await NewKeyAsync();
        Server.Faults = new FaultPlan { Seed = 20261122, Throttle = 0.3, ServerError = 0.1, Reset = 0.05 };
        using var credentials = new AwsSessionCredentials("local", new SecretBytes("local"u8));
        // One attempt each: the caller's own loop is what repeats, without the waits of the SDK, so that each fault reaches us as a code.
        using var kms = new AwsKms(new AwsKmsOptions { MaxAttempts = 1, SessionCredentials = credentials });
        var connection = new KmsConnection { Region = "eu-west-1", EndpointUrl = Server.Url };
        var codes = new ConcurrentDictionary<string, int>();
        int done = 0;
        await System.Threading.Tasks.Parallel.ForEachAsync(
            Enumerable.Range(0, Count),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel },
            async (number, cancellation) =>
            {
                var context = new Dictionary<string, string> { ["TenantId"] = $"tenant-{number % 7}", ["KekId"] = $"kek-{number}" };
                using KmsDataKey made = await RepeatAsync(() => kms.GenerateDataKeyAsync(connection, key, context, cancellation), codes);
                using KmsPlaintext opened = await RepeatAsync(() => kms.DecryptAsync(connection, key, made.CiphertextBlob, context, cancellation), codes);
                Assert.True(made.Plaintext.Span.SequenceEqual(opened.Plaintext.Span), $"number {number} came back wrong");
                Interlocked.Increment(ref done);
            });
        Assert.Equal(Count, done);

        // The faults did happen, each told as what it is.
        Assert.InRange(codes[ErrorCodes.Throttled], Count / 2, Count * 2);
        Assert.True(codes.ContainsKey(ErrorCodes.KmsUnreachable), string.Join(", ", codes));
        Assert.Empty(codes.Keys.Except(Transient));
    }

    private static async Task<T> RepeatAsync<T>(Func<Task<T>> call, ConcurrentDictionary<string, int> codes)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (TenantEncryptionException e) when (Transient.Contains(e.Code))
            {
                codes.AddOrUpdate(e.Code, 1, (_, count) => count + 1);
            }
        }
    }
}
