using TenantEncryption.Envelope;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.Envelope;

public sealed class NonceTests
{
    [Theory]
    [InlineData(Way.Memory, 10_000)]
    [InlineData(Way.File, 10_000)]
    [InlineData(Way.Stream, 10_000)]
    [InlineData(Way.Memory, MessageWriterOptions.DefaultFrameLength)]
    [InlineData(Way.File, MessageWriterOptions.DefaultFrameLength)]
    [InlineData(Way.Stream, MessageWriterOptions.DefaultFrameLength)]
    public async Task No_pair_of_key_and_IV_meets_two_inputs(Way way, int frameLength)
    {
        var watch = new WatchedAeadFactory();
        for (var i = 0; i < 10; i++)
        {
            using MessageMaterials materials = TestMaterials.New();
            await Ways.WriteAsync(
                way,
                new byte[1_000_000],
                materials,
                new MessageWriterOptions { FrameLength = frameLength, DegreeOfParallelism = 4 },
                watch);
        }

        // A header and its frames, ten times.
        Assert.Equal(10 * (1 + Frames.Count(1_000_000, frameLength)), watch.Encryptions);
        Assert.Empty(watch.Reused);
    }

    [Fact]
    public void The_watch_sees_a_pair_that_is_used_twice()
    {
        var watch = new WatchedAeadFactory();
        byte[] secret = new byte[32];
        foreach (byte content in (byte[])[1, 2])
        {
            using IAead aead = watch.Create(secret);
            aead.Encrypt(new byte[12], [content], new byte[1], new byte[16], []);
        }

        Assert.Single(watch.Reused);
    }
}
