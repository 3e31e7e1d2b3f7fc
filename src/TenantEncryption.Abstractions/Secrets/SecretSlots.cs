using System.Collections.Concurrent;

namespace TenantEncryption.Keys;

/// <summary>
/// Slots of one size. Their pages stay for the life of the process. The slot that was returned first is taken first: who wrongly looks at a secret after it was
/// disposed sees zeros for as long as can be.
/// </summary>
/// <param name="length">The length of a slot in bytes, which divides <see cref="ChunkLength"/>.</param>
internal sealed class SecretSlots(int length)
{
    // Small, so that a process with a low limit of locked memory (64 KiB was long the default of Linux) has its first keys locked.
    private const int ChunkLength = 16 << 10;

    private readonly ConcurrentQueue<nint> _free = new();
    private readonly Lock _growing = new();

    /// <summary>The length of a slot in bytes.</summary>
    public int Length => length;

    /// <summary>Takes a slot.</summary>
    public nint Take()
    {
        nint slot;
        while (!_free.TryDequeue(out slot))
        {
            Grow();
        }

        return slot;
    }

    /// <summary>Returns a slot.</summary>
    public void Return(nint slot) => _free.Enqueue(slot);

    private void Grow()
    {
        lock (_growing)
        {
            if (!_free.IsEmpty)
            {
                return;
            }

            nuint chunkLength = LockedPages.Round(ChunkLength);
            nint chunk = LockedPages.Map(chunkLength);
            for (nuint offset = 0; offset < chunkLength; offset += (nuint)length)
            {
                _free.Enqueue(chunk + (nint)offset);
            }
        }
    }
}
