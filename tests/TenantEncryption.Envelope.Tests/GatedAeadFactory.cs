using System.Buffers.Binary;
using TenantEncryption.Envelope;

namespace TenantEncryption.Tests.Envelope;

/// <summary>
/// Holds the first frame back until another frame was reached, and that one until a third was decrypted or refused: an order that threads
/// seldom take.
/// </summary>
internal sealed class GatedAeadFactory(uint heldFrame, uint awaitedFrame) : IAeadFactory, IDisposable
{
    private readonly ManualResetEventSlim _reached = new();
    private readonly ManualResetEventSlim _awaited = new();

    public IAead Create(ReadOnlySpan<byte> key) => new Gated(this, AesGcmFactory.Instance.Create(key));

    public void Dispose()
    {
        _reached.Dispose();
        _awaited.Dispose();
    }

    private sealed class Gated(GatedAeadFactory gate, IAead inner) : IAead
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
            ReadOnlySpan<byte> associatedData)
        {
            uint frame = BinaryPrimitives.ReadUInt32BigEndian(nonce[8..]);
            if (frame == 1)
            {
                Assert.True(gate._reached.Wait(TimeSpan.FromSeconds(30)));
            }
            else if (frame == gate.HeldFrame)
            {
                gate._reached.Set();
                Assert.True(gate._awaited.Wait(TimeSpan.FromSeconds(30)));
            }

            bool verified = inner.TryDecrypt(nonce, ciphertext, tag, plaintext, associatedData);
            if (frame == gate.AwaitedFrame)
            {
                gate._awaited.Set();
            }

            return verified;
        }

        public void Dispose() => inner.Dispose();
    }

    private uint HeldFrame => heldFrame;

    private uint AwaitedFrame => awaitedFrame;
}
