using System.Buffers;
using System.Threading.Channels;

namespace TenantEncryption.LocalKms.Auditing;

/// <summary>
/// The latest calls in memory, and all of them in a file of JSON lines where one is given. Calls do not wait for the file.
/// </summary>
internal sealed class AuditLog : IAsyncDisposable
{
    private const int Kept = 1000;

    private readonly AuditEntry?[] _latest = new AuditEntry?[Kept];
    private readonly Channel<AuditEntry>? _pending;
    private readonly Task _writing = Task.CompletedTask;
    private long _count;

    /// <param name="path">The file, to which is appended; <see langword="null"/> for none.</param>
    public AuditLog(string? path)
    {
        if (path is not null)
        {
            var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
            _pending = Channel.CreateBounded<AuditEntry>(
                new BoundedChannelOptions(10_000) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
            _writing = Task.Run(() => WriteAsync(file));
        }
    }

    /// <summary>The latest calls, oldest first.</summary>
    public IReadOnlyList<AuditEntry> Latest(int maximum)
    {
        long end = Interlocked.Read(ref _count);
        long start = Math.Max(0, end - Math.Min(maximum, Kept));
        return [.. Enumerable.Range(0, (int)(end - start)).Select(offset => _latest[(start + offset) % Kept]).OfType<AuditEntry>()];
    }

    public ValueTask AddAsync(AuditEntry entry)
    {
        _latest[(Interlocked.Increment(ref _count) - 1) % Kept] = entry;
        return _pending?.Writer.WriteAsync(entry) ?? ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _pending?.Writer.TryComplete();
        await _writing;
    }

    private async Task WriteAsync(FileStream file)
    {
        await using (file)
        {
            var lines = new ArrayBufferWriter<byte>(64 * 1024);
            while (await _pending!.Reader.WaitToReadAsync())
            {
                while (lines.WrittenCount < 64 * 1024 && _pending.Reader.TryRead(out AuditEntry? entry))
                {
                    entry.WriteTo(lines);
                    lines.Write("\n"u8);
                }

                await file.WriteAsync(lines.WrittenMemory);
                lines.ResetWrittenCount();
            }
        }
    }
}
