using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using TenantEncryption.LocalKms.Grants;
using TenantEncryption.LocalKms.Identity;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Storage;

/// <summary>
/// Every key, alias, grant and principal of every account and region, in memory, with a journal behind it. Reads take no lock and
/// see immutable records; whatever changes something holds <see cref="Writing"/> from its first read to its commit.
/// </summary>
internal sealed class KmsState : IDisposable
{
    private readonly ConcurrentDictionary<string, KmsKey> _keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _accountsByKeyId = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, KeyAlias> _aliases = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ImmutableList<KeyGrant>> _grantsByKey = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Principal> _principals = new(StringComparer.Ordinal);
    private readonly Work? _work;
    private long _nextDeadline = long.MaxValue;

    /// <param name="folder">Where the journal is, or <see langword="null"/> to keep nothing.</param>
    public KmsState(string? folder)
    {
        Usage = new KeyUsageLog(Save);
        if (folder is not null)
        {
            _work = Work.Open(folder, Apply);
        }

        if (ServiceSecret.Length == 0)
        {
            lock (Writing)
            {
                Commit(new Change { PutServiceSecret = RandomNumberGenerator.GetBytes(32) });
            }
        }
    }

    /// <summary>The last use of each key.</summary>
    public KeyUsageLog Usage { get; }

    /// <summary>Held by whoever reads in order to change.</summary>
    public Lock Writing { get; } = new();

    /// <summary>The secret behind grant tokens and session tokens, 32 bytes.</summary>
    public byte[] ServiceSecret { get; private set; } = [];

    public IEnumerable<KmsKey> Keys => _keys.Values;

    public IEnumerable<KeyAlias> Aliases => _aliases.Values;

    public IEnumerable<KeyGrant> Grants => _grantsByKey.Values.SelectMany(grants => grants);

    public IEnumerable<Principal> Principals => _principals.Values;

    public KmsKey? FindKey(string arn) => _keys.GetValueOrDefault(arn);

    /// <summary>The key of an id in a region, whatever its account.</summary>
    public KmsKey? FindKeyById(string region, string keyId) =>
        _accountsByKeyId.TryGetValue(keyId, out string? account) ? FindKey(KeyArn.Format(region, account, keyId)) : null;

    /// <summary>A multi-Region key in every region it is in.</summary>
    public IEnumerable<KmsKey> Related(KmsKey key) =>
        _keys.Values.Where(other => other.KeyId == key.KeyId && other.Account == key.Account);

    public KeyAlias? FindAlias(string arn) => _aliases.GetValueOrDefault(arn);

    public IEnumerable<KeyAlias> AliasesOf(KmsKey key) =>
        _aliases.Values.Where(alias => alias.TargetKeyId == key.KeyId && alias.Account == key.Account && alias.Region == key.Region);

    /// <summary>The grants on a key, in the order they were made; also those that no longer or not yet decide.</summary>
    public ImmutableList<KeyGrant> GrantsOn(string keyArn) => _grantsByKey.GetValueOrDefault(keyArn, []);

    public Principal? FindPrincipal(string arn) => _principals.GetValueOrDefault(arn);

    /// <summary>Makes changes as one transaction: all of them are on the disk when this returns, or none is.</summary>
    public void Commit(params IReadOnlyList<Change> transaction)
    {
        if (!Writing.IsHeldByCurrentThread)
        {
            throw new InvalidOperationException("A commit needs the lock that its reads were made under.");
        }

        if (transaction.Count > 0)
        {
            _work?.Append(transaction);
            Apply(transaction);
        }
    }

    /// <summary>Makes what was due happen: keys that are deleted, rotated, or leave a transient state.</summary>
    public void Settle(DateTimeOffset now)
    {
        if (now.UtcTicks < Interlocked.Read(ref _nextDeadline))
        {
            return;
        }

        lock (Writing)
        {
            while (Deadlines.Due(this, now) is { Count: > 0 } due)
            {
                Commit(due);
            }

            Interlocked.Exchange(ref _nextDeadline, long.MaxValue);
            Expect(_keys.Values.Min(key => key.NextDeadline));
            Expect(Grants.Min(grant => grant.EndsAt));
        }
    }

    /// <summary>Begins to record the uses of keys that a server made which did not.</summary>
    public void TrackUsageFrom(DateTimeOffset now)
    {
        lock (Writing)
        {
            Commit([.. Keys.Where(key => key.UsageTrackedFrom == default).Select(key => new Change { PutKey = key with { UsageTrackedFrom = now } })]);
        }
    }

    public void Dispose()
    {
        foreach (KeyUsage use in Usage.Unsaved)
        {
            Save(use);
        }

        _work?.Dispose();
    }

    private void Save(KeyUsage use)
    {
        lock (Writing)
        {
            Commit(new Change { PutUsage = use });
        }
    }

    private void Expect(DateTimeOffset? deadline) =>
        Interlocked.Exchange(ref _nextDeadline, Math.Min(_nextDeadline, deadline?.UtcTicks ?? long.MaxValue));

    private void Apply(IReadOnlyList<Change> transaction)
    {
        foreach (Change change in transaction)
        {
            Apply(change);
        }
    }

    private void Apply(Change change)
    {
        switch (change)
        {
            case { PutKey: { } key }:
                _keys[key.Arn] = key;
                _accountsByKeyId[key.KeyId] = key.Account;
                Expect(key.NextDeadline);
                break;
            case { DropKey: { } keyArn }:
                _keys.TryRemove(keyArn, out _);
                _grantsByKey.TryRemove(keyArn, out _);
                Usage.Forget(keyArn);
                break;
            case { PutUsage: { } use }:
                Usage.Restore(use);
                break;
            case { PutAlias: { } alias }:
                _aliases[alias.Arn] = alias;
                break;
            case { DropAlias: { } aliasArn }:
                _aliases.TryRemove(aliasArn, out _);
                break;
            case { PutGrant: { } grant }:
                _grantsByKey[grant.KeyArn] = GrantsOn(grant.KeyArn).RemoveAll(other => other.GrantId == grant.GrantId).Add(grant);
                Expect(grant.EndsAt);
                break;
            case { DropGrant: { } grant }:
                _grantsByKey[grant.KeyArn] = GrantsOn(grant.KeyArn).RemoveAll(other => other.GrantId == grant.GrantId);
                break;
            case { PutPrincipal: { } principal }:
                _principals[principal.Arn] = principal;
                break;
            case { DropPrincipal: { } principalArn }:
                _principals.TryRemove(principalArn, out _);
                break;
            case { PutServiceSecret: { } secret }:
                ServiceSecret = secret;
                break;
        }
    }
}
