using System.Collections.Concurrent;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Storage;

/// <summary>
/// Every key and alias of every account and region, in memory, with a journal behind it. Reads take no lock and see immutable
/// records; operations that change something hold <see cref="Writing"/> from their first read to their commit.
/// </summary>
internal sealed class KmsState : IDisposable
{
    private readonly ConcurrentDictionary<string, KmsKey> _keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, KeyAlias> _aliases = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _accountsById = new(StringComparer.Ordinal);
    private readonly Journal? _journal;

    /// <param name="folder">Where the journal is, or <see langword="null"/> to keep nothing.</param>
    public KmsState(string? folder)
    {
        if (folder is not null)
        {
            _journal = Journal.Open(folder, Apply);
        }
    }

    /// <summary>Held by whoever reads in order to change.</summary>
    public Lock Writing { get; } = new();

    public IEnumerable<KmsKey> Keys => _keys.Values;

    public IEnumerable<KeyAlias> Aliases => _aliases.Values;

    public KmsKey? FindKey(string arn) => _keys.GetValueOrDefault(arn);

    /// <summary>The key of an id in a region, whatever its account.</summary>
    public KmsKey? FindKeyById(string region, string keyId) =>
        _accountsById.TryGetValue(keyId, out string? account) ? FindKey(KeyArn.Format(region, account, keyId)) : null;

    public KeyAlias? FindAlias(string arn) => _aliases.GetValueOrDefault(arn);

    /// <summary>Makes changes as one transaction: all of them are on the disk when this returns, or none is.</summary>
    public void Commit(params IReadOnlyList<Change> transaction)
    {
        if (!Writing.IsHeldByCurrentThread)
        {
            throw new InvalidOperationException("A commit needs the lock that its reads were made under.");
        }

        _journal?.Append(transaction);
        Apply(transaction);
    }

    public void Dispose() => _journal?.Dispose();

    private void Apply(IReadOnlyList<Change> transaction)
    {
        foreach (Change change in transaction)
        {
            if (change.PutKey is { } key)
            {
                _keys[key.Arn] = key;
                _accountsById[key.KeyId] = key.Account;
            }

            if (change.DropKey is { } keyArn)
            {
                _keys.TryRemove(keyArn, out _);
            }

            if (change.PutAlias is { } alias)
            {
                _aliases[alias.Arn] = alias;
            }

            if (change.DropAlias is { } aliasArn)
            {
                _aliases.TryRemove(aliasArn, out _);
            }
        }
    }
}
