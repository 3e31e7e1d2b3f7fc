using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using TenantEncryption.PostgreSql.Connections;
using TenantEncryption.PostgreSql.Schema;
using TenantEncryption.Sql.Statements;
using TenantEncryption.Stores;
using IsolationLevel = System.Data.IsolationLevel;

namespace TenantEncryption.PostgreSql;

/// <summary>
/// A store in a schema of a PostgreSQL database, which processes of many machines share. Writers of different tenants don't wait for each other; a reader sees
/// the store as it was when it began. A transaction is durable when its commit returns, as far as the server's <c>synchronous_commit</c> says so.
/// </summary>
public sealed class PostgreSqlStore : IStore
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SchemaCheckInterval = TimeSpan.FromMinutes(1);

    private readonly PostgreSqlStoreOptions _options;
    private readonly ServerAddress _address;
    private readonly NpgsqlDataSource _source;
    private readonly SessionClock _clock;
    private readonly WriterGates _gates = new();
    private readonly SemaphoreSlim _opening = new(1, 1);
    private long _schemaChecked;
    private bool _isOwner;
    private volatile bool _open;
    private volatile bool _disposed;

    /// <summary>Names a store. Nothing is opened yet.</summary>
    /// <param name="connectionString">Npgsql's connection string (https://www.npgsql.org/doc/connection-string-parameters.html). Off this machine the connection
    /// is encrypted and the server's certificate and name are verified (<c>SSL Mode=VerifyFull</c>), unless the string says otherwise.</param>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: the string can't be read, or names no host or no database.</exception>
    public PostgreSqlStore(string connectionString)
        : this(connectionString, new PostgreSqlStoreOptions())
    {
    }

    /// <summary>Names a store. Nothing is opened yet.</summary>
    /// <param name="connectionString">Npgsql's connection string (https://www.npgsql.org/doc/connection-string-parameters.html). Off this machine the connection
    /// is encrypted and the server's certificate and name are verified (<c>SSL Mode=VerifyFull</c>), unless the string says otherwise.</param>
    /// <param name="options">How it behaves.</param>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: the string can't be read, or names no host or no database.</exception>
    public PostgreSqlStore(string connectionString, PostgreSqlStoreOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _address = new ServerAddress(connectionString, options);
        _source = _address.Connect();
        _clock = options.Time is { } time ? new MachineClock(time) : new ServerClock();
    }

    /// <inheritdoc/>
    public string Location => _address.Location;

    /// <inheritdoc/>
    public int SchemaVersion => StoreSchema.LatestVersion;

    /// <inheritdoc/>
    public StoreCapabilities Capabilities { get; } = new(OverwritesReplacedRecords: false, SharedByMachines: true);

    /// <inheritdoc/>
    public string? FindExposure() =>
        _address.IsUnverified ? $"can be read and changed by who is on the way to it: its connection is not verified ({_address.Security})"
        : _isOwner && !_options.Create ? "can be changed in its schema by the role that works with it, which owns it: a second role, which owns nothing, is enough"
        : null;

    /// <summary>Opens the store, and with <see cref="PostgreSqlStoreOptions.Create"/> makes it, or raises an older schema. Calling it is optional.</summary>
    /// <param name="cancellationToken">Ends waiting for the server.</param>
    /// <returns>When it is open.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>STORE_UNREACHABLE</c>, <c>STORE_NOT_FOUND</c>, <c>STORE_NEWER</c> (nothing is changed), <c>STORE_UNUSABLE</c>, <c>STORE_ALTERED</c>.
    /// </exception>
    public async Task OpenAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_open)
        {
            return;
        }

        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_open)
            {
                await OpenOnceAsync(cancellationToken).ConfigureAwait(false);
                _open = true;
            }
        }
        catch (Exception exception) when (StoreErrors.From(exception, Location, _options.BusyTimeout) is var meant && meant != exception)
        {
            throw meant;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <inheritdoc/>
    async Task<IStoreTransaction> IStore.BeginAsync(StoreAccess access, StoreScope scope, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        Action leave = static () => { };
        if (access == StoreAccess.Write)
        {
            leave = await _gates.EnterAsync(scope, _options.BusyTimeout, cancellationToken).ConfigureAwait(false)
                ?? throw StoreFailure.Locked(Location, _options.BusyTimeout);
        }

        try
        {
            return await RetryLostAsync(() => BeginOnceAsync(access, scope, leave, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            leave();
            throw;
        }
    }

    /// <summary>Closes the connections. A transaction that is still open goes on and closes its connection at its end.</summary>
    /// <returns>When they are closed.</returns>
    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return _source.DisposeAsync();
    }

    /// <summary>Commits; of a connection that was cut meanwhile it looks for what became of it.</summary>
    internal async Task CommitAsync(NpgsqlTransaction transaction, Change? change)
    {
        try
        {
            await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception lost) when (StoreErrors.IsLost(lost))
        {
            if (change is null || !await WasKeptAsync(change, lost).ConfigureAwait(false))
            {
                throw new StoreConflictException("The connection was cut before the change was kept.", lost);
            }
        }
        catch (Exception exception) when (StoreErrors.From(exception, Location, _options.BusyTimeout) is var meant && meant != exception)
        {
            throw meant;
        }
    }

    // The row is locked by who commits, until that is done or undone: so the look waits for it, and what it sees is final.
    private async Task<bool> WasKeptAsync(Change change, Exception lost)
    {
        try
        {
            string changes = await RetryLostAsync(
                async () =>
                {
                    NpgsqlConnection connection = await _source.OpenConnectionAsync().ConfigureAwait(false);
                    await using var _ = connection.ConfigureAwait(false);
                    NpgsqlTransaction looking = await connection.BeginTransactionAsync().ConfigureAwait(false);
                    await using var __ = looking.ConfigureAwait(false);
                    var look = new NpgsqlCommand("SELECT changes FROM chains WHERE chain = $1 FOR UPDATE", connection);
                    await using var ___ = look.ConfigureAwait(false);
                    look.Parameters.Add(new NpgsqlParameter { Value = change.Chain });
                    return (string?)await look.ExecuteScalarAsync().ConfigureAwait(false) ?? "";
                },
                CancellationToken.None).ConfigureAwait(false);
            return change.WasKept(changes) ?? throw Unknown(lost);
        }
        catch (TenantEncryptionException exception) when (exception.InnerException != lost)
        {
            throw Unknown(new AggregateException(lost, exception));
        }
    }

    private TenantEncryptionException Unknown(Exception cause) =>
        StoreErrors.Unreachable(Location, "its connection was cut while a change was being kept, and whether it was kept can't be told.", cause);

    private async Task<T> RetryLostAsync<T>(Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        long began = TimeProvider.System.GetTimestamp();
        for (TimeSpan pause = ShortestPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (Exception exception) when (StoreErrors.From(exception, Location, _options.BusyTimeout) is var meant && meant != exception)
            {
                if (!StoreErrors.IsLost(exception) || TimeProvider.System.GetElapsedTime(began) > _options.BusyTimeout || _disposed)
                {
                    throw meant;
                }
            }

            await Task.Delay(pause + TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(50)), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IStoreTransaction> BeginOnceAsync(StoreAccess access, StoreScope scope, Action leave, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        NpgsqlTransaction? transaction = null;
        try
        {
            // In a transaction that reads, all statements see one state; one that writes excludes the other writers of its scope before it looks at anything.
            transaction = await connection.BeginTransactionAsync(
                access == StoreAccess.Read ? IsolationLevel.RepeatableRead : IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
            Change? change = access == StoreAccess.Write && (scope.IsAll ? "" : scope.Chain) is { } chain ? Change.Of(chain) : null;
            long version = await BeginAsync(connection, access, scope, change, cancellationToken).ConfigureAwait(false);
            if (version != SchemaVersion)
            {
                // Another process raised it while this one had it open.
                throw StoreFailure.Newer(Location, version, SchemaVersion);
            }

            await CheckSchemaAsync(connection, cancellationToken).ConfigureAwait(false);
            return new PostgreSqlStoreTransaction(
                this, transaction, new PostgreSqlStatements(connection, access, Location, _options.BusyTimeout), _clock, change, leave);
        }
        catch (Exception exception)
        {
            if (transaction is not null && !StoreErrors.IsLost(exception))
            {
                await transaction.DisposeAsync().ConfigureAwait(false);
            }

            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<long> BeginAsync(NpgsqlConnection connection, StoreAccess access, StoreScope scope, Change? change, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection);
        await using var _ = batch.ConfigureAwait(false);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(access == StoreAccess.Read
            ? "SET TRANSACTION READ ONLY"
            : string.Create(CultureInfo.InvariantCulture, $"SET LOCAL lock_timeout = {Math.Max(1, (long)_options.BusyTimeout.TotalMilliseconds)}")));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT version FROM schema_version"));
        if (change is not null)
        {
            if (scope.IsAll)
            {
                // First the row under which chains begin: those that did meanwhile are among the rows that come then.
                batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT chain FROM chains WHERE chain = '' FOR UPDATE"));
                batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT chain FROM chains ORDER BY chain FOR UPDATE"));
            }

            batch.BatchCommands.Add(Take(change));
        }

        int version;
        string? changes = null;
        NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            version = await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? reader.GetInt32(0) : 0;

            // The last result is that of the row that was taken.
            while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
            {
                changes = await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? reader.GetString(0) : null;
            }
        }

        change?.Note(changes ?? await BeginChainAsync(connection, change, cancellationToken).ConfigureAwait(false));
        return version;
    }

    private static NpgsqlBatchCommand Take(Change change) => new(
        string.Create(CultureInfo.InvariantCulture, $"UPDATE chains SET changes = left($2 || changes, {Change.Length}) WHERE chain = $1 RETURNING changes"))
    {
        Parameters = { new NpgsqlParameter { Value = change.Chain }, new NpgsqlParameter { Value = change.Id } },
    };

    // Chains begin beside each other under the store's own row, so that who has locked all has locked those that are about to begin, too.
    private static async Task<string> BeginChainAsync(NpgsqlConnection connection, Change change, CancellationToken cancellationToken)
    {
        await RunAsync(connection, "SELECT chain FROM chains WHERE chain = '' FOR KEY SHARE", cancellationToken).ConfigureAwait(false);
        var batch = new NpgsqlBatch(connection);
        await using var _ = batch.ConfigureAwait(false);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("INSERT INTO chains (chain, changes) VALUES ($1, '') ON CONFLICT (chain) DO NOTHING")
        {
            Parameters = { new NpgsqlParameter { Value = change.Chain } },
        });
        batch.BatchCommands.Add(Take(change));
        return (string)(await batch.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // A constant of this assembly, or a script of it.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task CheckSchemaAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        long last = Volatile.Read(ref _schemaChecked);
        if (last != 0 && TimeProvider.System.GetElapsedTime(last) < SchemaCheckInterval)
        {
            return;
        }

        IReadOnlyList<string> objects = await SchemaObjects.ListAsync(connection, _address.Schema, cancellationToken).ConfigureAwait(false);
        if (SchemaObjects.Difference(objects) is { } difference)
        {
            throw StoreFailure.Altered(Location, difference);
        }

        Volatile.Write(ref _schemaChecked, TimeProvider.System.GetTimestamp());
    }

    private async Task OpenOnceAsync(CancellationToken cancellationToken)
    {
        // Who makes a store at the same time as others finds theirs: a name that is taken already is looked at again.
        const int MostAttempts = 10;
        for (int attempt = 1; ; attempt++)
        {
            NpgsqlConnection connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            int version = await FindVersionAsync(connection, cancellationToken).ConfigureAwait(false);
            if (version > SchemaVersion)
            {
                throw StoreFailure.Newer(Location, version, SchemaVersion);
            }

            if (version < SchemaVersion && !_options.Create)
            {
                throw version == 0
                    ? StoreFailure.NotFound(Location)
                    : StoreFailure.Unusable(Location, $"its schema version is {version}; who owns it raises it to {SchemaVersion} by opening it to create.");
            }

            try
            {
                if (_options.Create)
                {
                    await MakeAsync(connection, version, cancellationToken).ConfigureAwait(false);
                }

                _isOwner = await OwnsAsync(connection, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (PostgresException taken) when (attempt < MostAttempts && taken.SqlState is PostgresErrorCodes.UniqueViolation
                or PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateSchema or PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.DuplicateFunction
                or PostgresErrorCodes.InternalError)
            {
                await Task.Delay(RandomNumberGenerator.GetInt32(50), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task MakeAsync(NpgsqlConnection connection, int version, CancellationToken cancellationToken)
    {
        NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        if (version < SchemaVersion)
        {
            await RunAsync(connection, StoreSchema.ScriptFrom(_address.Schema, version), cancellationToken).ConfigureAwait(false);
        }

        if (_options.ApplicationRole is { } role)
        {
            await RunAsync(connection, StoreSchema.GrantsTo(_address.Schema, role), cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> FindVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand("SELECT version FROM schema_version", connection);
        await using var _ = command.ConfigureAwait(false);
        try
        {
            return (int?)await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) ?? 0;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return 0;
        }
    }

    private static async Task<bool> OwnsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand("SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class WHERE oid = 'events'::regclass", connection);
        await using var _ = command.ConfigureAwait(false);
        return (bool?)await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) ?? false;
    }
}
