using System.Collections.Concurrent;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Storage;

/// <summary>
/// The last use of each key. A use is on record after a delay, with those that came in the meantime, as AWS KMS records uses up to an hour late.
/// The disk learns of a key's uses once an hour and when the server stops: a crash forgets the last hour of a key that was used before.
/// </summary>
/// <param name="save">Writes a use to the disk.</param>
internal sealed class KeyUsageLog(Action<KeyUsage> save)
{
    private static readonly TimeSpan SaveEvery = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Uses> _uses = new(StringComparer.Ordinal);

    /// <summary>The last uses that the disk does not know.</summary>
    public IEnumerable<KeyUsage> Unsaved => _uses.Values.Select(uses => uses.Unsaved()).OfType<KeyUsage>();

    /// <summary>The last use that is on record, or <see langword="null"/>.</summary>
    public KeyUsage? Find(string keyArn, DateTimeOffset now) => _uses.TryGetValue(keyArn, out Uses? uses) ? uses.OnRecord(now) : null;

    public void Record(KeyUsage use, TimeSpan delay)
    {
        if (_uses.GetOrAdd(use.KeyArn, _ => new Uses()).Add(use, delay))
        {
            save(use);
        }
    }

    /// <summary>Takes what the disk knows.</summary>
    public void Restore(KeyUsage use) => _uses.GetOrAdd(use.KeyArn, _ => new Uses()).Restore(use);

    public void Forget(string keyArn) => _uses.TryRemove(keyArn, out _);

    private sealed class Uses
    {
        private readonly Lock _using = new();
        private KeyUsage? _onRecord;
        private KeyUsage? _latest;
        private KeyUsage? _saved;
        private DateTimeOffset _due;

        /// <returns>Whether the disk is to learn of it.</returns>
        public bool Add(KeyUsage use, TimeSpan delay)
        {
            lock (_using)
            {
                Settle(use.Time);
                _due = _latest is null ? use.Time + delay : _due;
                _latest = use;
                bool save = _saved is null || use.Time - _saved.Time >= SaveEvery;
                _saved = save ? use : _saved;
                return save;
            }
        }

        public void Restore(KeyUsage use)
        {
            lock (_using)
            {
                // What this process had the disk learn may not be on record yet.
                if (use != _saved)
                {
                    _onRecord = _saved = use;
                }
            }
        }

        public KeyUsage? OnRecord(DateTimeOffset now)
        {
            lock (_using)
            {
                Settle(now);
                return _onRecord;
            }
        }

        public KeyUsage? Unsaved()
        {
            lock (_using)
            {
                KeyUsage? last = _latest ?? _onRecord;
                return last == _saved ? null : last;
            }
        }

        private void Settle(DateTimeOffset now)
        {
            if (_latest is not null && _due <= now)
            {
                (_onRecord, _latest) = (_latest, null);
            }
        }
    }
}
