using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Migration;

namespace TenantEncryption.Tests.Migration;

public sealed class MigrationPaceTests
{
    private const int Mebibyte = 1 << 20;
    private static readonly DateTimeOffset Begun = new(2026, 4, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_call_of_kms_takes_as_long_as_half_of_the_latest_ones_did()
    {
        var pace = MigrationPace.Of([Called((5.0, null), (400.0, null)), Called((20.0, null))]);

        Assert.Equal(TimeSpan.FromMilliseconds(20), pace.Call);
        Assert.Equal(TimeSpan.FromMilliseconds(60), pace.Estimate(calls: 3, files: 0, bytes: 0, workers: 1));
    }

    [Fact]
    public void A_call_that_failed_tells_nothing_of_how_long_one_takes() =>
        Assert.Equal(TimeSpan.FromMilliseconds(8), MigrationPace.Of([Called((8.0, null), (30_000.0, ErrorCodes.KmsUnreachable), (29_000.0, ErrorCodes.KmsUnreachable))]).Call);

    [Fact]
    public void Where_the_log_tells_nothing_the_benchmarks_do() => Assert.Equal(MigrationPace.Unmeasured, MigrationPace.Of([]));

    [Fact]
    public void Files_take_as_long_as_those_of_the_latest_reencrypt_did()
    {
        TimeSpan guess = MigrationPace.Unmeasured.Estimate(0, 1000, 1000L * Mebibyte, Environment.ProcessorCount);
        var pace = MigrationPace.Of([Progressed(Begun, 0), Progressed(Begun + (guess * 3), 1000)]);

        Assert.Equal(3, pace.Slowness, 3);
        Assert.Equal((guess * 6).TotalSeconds, pace.Estimate(0, 2000, 2000L * Mebibyte, Environment.ProcessorCount).TotalSeconds, 3);
    }

    [Fact]
    public void The_time_for_which_a_reencrypt_was_suspended_is_no_work()
    {
        DateTimeOffset resumed = Begun + TimeSpan.FromHours(5);
        EncryptionEvent[] events =
        [
            Progressed(Begun, 0), Progressed(Begun + TimeSpan.FromSeconds(10), 1000),
            Progressed(resumed, 1001), Progressed(resumed + TimeSpan.FromSeconds(10), 2001),
        ];

        Assert.Equal(MigrationPace.Of(events[..2]).Slowness, MigrationPace.Of(events).Slowness, 3);
    }

    [Fact]
    public void What_took_an_instant_tells_no_pace() =>
        Assert.Equal(MigrationPace.Unmeasured.Slowness, MigrationPace.Of([Progressed(Begun, 0), Progressed(Begun + TimeSpan.FromMilliseconds(50), 1)]).Slowness);

    [Fact]
    public void More_workers_than_processors_are_no_faster() => Assert.Equal(
        MigrationPace.Unmeasured.Estimate(0, 1000, 0, Environment.ProcessorCount), MigrationPace.Unmeasured.Estimate(0, 1000, 0, 10 * Environment.ProcessorCount));

    private static EncryptionEvent Called(params (double Milliseconds, string? Error)[] calls)
    {
        object?[] told = [.. calls.Select(call =>
        {
            var one = new Dictionary<string, object?> { ["operation"] = "Decrypt", ["milliseconds"] = call.Milliseconds };
            if (call.Error is not null)
            {
                one["error"] = call.Error;
            }

            return (object?)one;
        })];
        return EventOf(Begun, new Dictionary<string, object?> { ["kmsCalls"] = told });
    }

    private static EncryptionEvent Progressed(DateTimeOffset time, long done) => EventOf(
        time, new Dictionary<string, object?> { ["migrationId"] = "mig-1", ["done"] = done, ["bytes"] = done * Mebibyte });

    private static EncryptionEvent EventOf(DateTimeOffset time, Dictionary<string, object?> data) => new()
    {
        Sequence = 1,
        Id = "1",
        Source = "test",
        SpecVersion = "1.0",
        Type = "test",
        Time = time,
        Data = data,
    };
}
