using TenantEncryption.Envelope;

namespace TenantEncryption.Tests.Envelope;

public sealed class SharedAeadTests
{
    private static readonly byte[] DataKey = Enumerable.Range(1, 32).Select(i => (byte)i).ToArray();

    [Fact]
    public void Many_threads_wrap_and_unwrap_under_one_key_at_once()
    {
        using var shared = new SharedAead(TestMaterials.WrappingKey);

        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            EncryptedDataKey wrapped = RawAesKeyWrap.Wrap(shared, "ns", "k", DataKey, TestMaterials.Context);
            byte[] opened = new byte[32];
            Assert.True(RawAesKeyWrap.TryUnwrap(shared, wrapped, TestMaterials.Context, opened));
            Assert.Equal(DataKey, opened);
        });
    }

    [Fact]
    public void After_its_key_was_zeroed_it_refuses_and_every_object_it_made_is_disposed()
    {
        var factory = new CountingFactory();
        var shared = new SharedAead(TestMaterials.WrappingKey, factory);
        Parallel.For(0, 500, _ => RawAesKeyWrap.Wrap(shared, "ns", "k", DataKey, TestMaterials.Context));

        shared.Dispose();

        Assert.Throws<ObjectDisposedException>(() => RawAesKeyWrap.Wrap(shared, "ns", "k", DataKey, TestMaterials.Context));
        Assert.InRange(factory.Made, 1, 500);
        Assert.Equal(factory.Made, factory.Disposed);
    }

    private sealed class CountingFactory : IAeadFactory
    {
        private int _made;
        private int _disposed;

        public int Made => _made;

        public int Disposed => _disposed;

        public IAead Create(ReadOnlySpan<byte> key)
        {
            Interlocked.Increment(ref _made);
            return new Counting(this, AesGcmFactory.Instance.Create(key));
        }

        private sealed class Counting(CountingFactory factory, IAead inner) : IAead
        {
            public void Encrypt(
                ReadOnlySpan<byte> nonce,
                ReadOnlySpan<byte> plaintext,
                Span<byte> ciphertext,
                Span<byte> tag,
                ReadOnlySpan<byte> associatedData) => inner.Encrypt(nonce, plaintext, ciphertext, tag, associatedData);

            public bool TryDecrypt(
                ReadOnlySpan<byte> nonce,
                ReadOnlySpan<byte> ciphertext,
                ReadOnlySpan<byte> tag,
                Span<byte> plaintext,
                ReadOnlySpan<byte> associatedData) => inner.TryDecrypt(nonce, ciphertext, tag, plaintext, associatedData);

            public void Dispose()
            {
                Interlocked.Increment(ref factory._disposed);
                inner.Dispose();
            }
        }
    }
}
