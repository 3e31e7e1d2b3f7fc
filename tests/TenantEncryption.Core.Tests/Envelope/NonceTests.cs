using TenantEncryption.Envelope;

namespace TenantEncryption.Tests.Envelope;

public sealed class NonceTests
{
    [Theory]
    [InlineData(Way.Memory)]
    [InlineData(Way.File)]
    [InlineData(Way.Stream)]
    public async Task No_pair_of_key_and_IV_meets_two_inputs(Way way)
    {
        var watch = new WatchedAeadFactory();
        for (var i = 0; i < 10; i++)
        {
            using MessageMaterials materials = TestMaterials.New();
            await Ways.WriteAsync(
                way,
                new byte[1_000_000],
                materials,
                new MessageWriterOptions { FrameLength = 10_000, DegreeOfParallelism = 4 },
                watch);
        }

        // A header and a hundred frames, ten times.
        Assert.Equal(1010, watch.Encryptions);
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
