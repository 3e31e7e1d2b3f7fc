using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TenantEncryption.Files;
using TenantEncryption.Sql.Statements;
using TenantEncryption.Sqlite.Connections;
using TenantEncryption.Sqlite.Schema;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite;

/// <summary>
/// A store in one SQLite database, <c>tenantencryption.db</c>, in a folder of the local machine (not a network share: its processes share
/// memory). It is opened, and made if need be, at the first transaction. Several processes may use it at once; a write-ahead log lets
/// readers go on while one writes. A transaction is durable when its commit returns (<c>synchronous=FULL</c>).
/// </summary>
public sealed class SqliteStore : IStore
{
    /// <summary>The name of the database file in its folder.</summary>
    public const string FileName = "tenantencryption.db";

    private const UnixFileMode OwnerOnlyFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Other processes are waited for by asking again, after some milliseconds.
    private const int LongestPause = 20;

    private readonly SqliteStoreOptions _options;
    private readonly ConnectionPool _pool;
    private readonly WriterGate _gate;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private volatile bool _open;
    private volatile bool _disposed;

    // Set while bytes of replaced records may still be in the log, as a reader kept it from being truncated.
    private volatile bool _logToTruncate;

    /// <summary>Names a store. Nothing is opened yet.</summary>
    /// <param name="folder">The folder; made with mode 0700, the database in it with mode 0600, where the system has modes.</param>
    public SqliteStore(string folder)
        : this(folder, new SqliteStoreOptions())
    {
    }

    /// <summary>Names a store. Nothing is opened yet.</summary>
    /// <param name="folder">The folder; made with mode 0700, the database in it with mode 0600, where the system has modes.</param>
    /// <param name="options">How it behaves.</param>
    public SqliteStore(string folder, SqliteStoreOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(options);
        Folder = PathIdentity.Full(folder);
        Location = Path.Combine(Folder, FileName);
        _options = options;
        _pool = new ConnectionPool(Location, options);
        _gate = WriterGate.Of(Location);
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The full path of the database file.</summary>
    public string Location { get; }

    /// <inheritdoc/>
    public int SchemaVersion => StoreSchema.LatestVersion;

    /// <inheritdoc/>
    public StoreCapabilities Capabilities { get; } = new(OverwritesReplacedRecords: true, SharedByMachines: false);

    /// <inheritdoc/>
    public string? FindExposure()
    {
        const UnixFileMode OthersMayWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        if (OperatingSystem.IsWindows() || !File.Exists(Location))
        {
            return null;
        }

        foreach ((string path, UnixFileMode mode) in new[] { (Location, File.GetUnixFileMode(Location)), (Folder, File.GetUnixFileMode(Folder)) })
        {
            // Who may write the folder may put another database in its place, unless it is sticky.
            if ((mode & OthersMayWrite) != 0 && (path == Location || !mode.HasFlag(UnixFileMode.StickyBit)))
            {
                return $"can be written by others: '{path}' has the mode {Convert.ToString((int)mode, 8).PadLeft(4, '0')}";
            }
        }

        return null;
    }

    /// <summary>Opens the store, makes it when there is none (unless <see cref="SqliteStoreOptions.Create"/> says otherwise), and raises an older schema to <see cref="SchemaVersion"/>. Calling it is optional.</summary>
    /// <param name="cancellationToken">Ends waiting for other processes.</param>
    /// <returns>When it is open.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>STORE_NOT_FOUND</c>, <c>STORE_NEWER</c> (nothing is changed), <c>STORE_UNUSABLE</c>, <c>STORE_LOCKED</c>, <c>STORAGE_FAILED</c>.
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
                LoadNativeLibrary();
                if (_options.Create)
                {
                    CreateFile();
                }
                else if (!File.Exists(Location))
                {
                    throw StoreFailure.NotFound(Folder);
                }

                await CreateSchemaAsync(new Deadline(_options.BusyTimeout), cancellationToken).ConfigureAwait(false);
                _open = true;
            }
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <inheritdoc/>
    // SQLite has one writer at a time, whatever it changes.
    Task<IStoreTransaction> IStore.BeginAsync(StoreAccess access, StoreScope scope, CancellationToken cancellationToken) => BeginAsync(access, cancellationToken);

    /// <inheritdoc cref="IStore.BeginAsync"/>
    internal async Task<IStoreTransaction> BeginAsync(StoreAccess access, CancellationToken cancellationToken = default)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        var deadline = new Deadline(_options.BusyTimeout);
        if (access == StoreAccess.Write && !await _gate.EnterAsync(deadline.Left, cancellationToken).ConfigureAwait(false))
        {
            throw StoreFailure.Locked(Location, _options.BusyTimeout);
        }

        StoreConnection? connection = null;
        try
        {
            connection = await WaitAsync(() => _pool.Take(access), deadline, cancellationToken).ConfigureAwait(false);
            long version = await WaitAsync(() => Begin(connection, access), deadline, cancellationToken).ConfigureAwait(false);
            if (version != SchemaVersion)
            {
                // Another process raised it while this one had it open.
                throw StoreFailure.Newer(Location, version, SchemaVersion);
            }

            if (connection.FindForeignSchema() is { } difference)
            {
                throw StoreFailure.Altered(Location, difference);
            }

            return new SqliteStoreTransaction(this, connection, access, _options.Time);
        }
        catch
        {
            Release(connection, access);
            throw;
        }
    }

    /// <summary>Closes the store. A transaction that is still open goes on and closes its connection at its end.</summary>
    /// <returns>When the file is closed.</returns>
    public ValueTask DisposeAsync()
    {
        _disposed = true;
        _pool.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Called after a commit, while its connection is still apart from others.</summary>
    internal void Committed(StoreConnection connection, bool recordsOverwritten)
    {
        if (recordsOverwritten || _logToTruncate)
        {
            _logToTruncate = !connection.TruncateLog();
        }
    }

    /// <summary>Ends what a transaction left open, takes its connection back and lets the next writer in.</summary>
    internal void Release(StoreConnection? connection, StoreAccess access)
    {
        try
        {
            if (connection is not null)
            {
                RollBack(connection);
                _pool.Return(connection, access);
            }
        }
        catch (SqliteException)
        {
            // Closing it rolls back as well.
            connection!.Dispose();
        }
        finally
        {
            if (access == StoreAccess.Write)
            {
                _gate.Leave();
            }
        }
    }

    private static void RollBack(StoreConnection connection)
    {
        if (connection.InTransaction)
        {
            connection.Run("ROLLBACK");
        }
    }

    /// <summary>Begins, and reads the version of the schema, which makes the snapshot of a reading transaction begin as well.</summary>
    private static long Begin(StoreConnection connection, StoreAccess access)
    {
        RollBack(connection);
        connection.Run(access == StoreAccess.Write ? "BEGIN IMMEDIATE" : "BEGIN");
        return connection.RunForNumber("PRAGMA user_version");
    }

    private void LoadNativeLibrary()
    {
        try
        {
            Batteries_V2.Init();
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            throw StoreFailure.Unusable(
                Location,
                $"SQLite's native library for {RuntimeInformation.RuntimeIdentifier} is missing, or does not fit this system.",
                exception);
        }
    }

    private void CreateFile()
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(Folder);
            }
            else
            {
                Directory.CreateDirectory(Folder, OwnerOnlyFolder);
            }

            if (Directory.Exists(Location))
            {
                throw StoreFailure.Unusable(Location, "it is a folder.");
            }

            if (!File.Exists(Location))
            {
                // SQLite gives its log the mode of the database. Another process that sees the file may open it at once.
                var exclusively = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
                if (!OperatingSystem.IsWindows())
                {
                    exclusively.UnixCreateMode = OwnerOnlyFile;
                }

                using var created = new FileStream(Location, exclusively);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another process may have made it just now.
            if (!File.Exists(Location))
            {
                throw StoreFailure.Unusable(Location, exception.Message, exception);
            }
        }
    }

    private async Task CreateSchemaAsync(Deadline deadline, CancellationToken cancellationToken)
    {
        StoreConnection connection = await WaitAsync(() => _pool.Take(StoreAccess.Write), deadline, cancellationToken).ConfigureAwait(false);
        try
        {
            // A store of a newer version must not change, so its journal mode neither.
            if (await WaitAsync(() => CheckedVersion(connection), deadline, cancellationToken).ConfigureAwait(false) < SchemaVersion)
            {
                await WaitAsync(() => SetJournalMode(connection), deadline, cancellationToken).ConfigureAwait(false);
                await WaitAsync(() => RaiseVersion(connection), deadline, cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        _pool.Return(connection, StoreAccess.Write);
    }

    private string SetJournalMode(StoreConnection connection)
    {
        string mode = connection.RunForText("PRAGMA journal_mode = WAL");
        return mode == "wal"
            ? mode
            : throw StoreFailure.Unusable(Location, $"its file system allows no write-ahead log (journal mode '{mode}').");
    }

    private long RaiseVersion(StoreConnection connection)
    {
        RollBack(connection);
        connection.Run("BEGIN IMMEDIATE");
        int version = CheckedVersion(connection);
        if (version < SchemaVersion)
        {
            connection.Run(StoreSchema.ScriptFrom(version));
        }

        connection.Run("COMMIT");
        return SchemaVersion;
    }

    private int CheckedVersion(StoreConnection connection)
    {
        long version = connection.RunForNumber("PRAGMA user_version");
        long application = connection.RunForNumber("PRAGMA application_id");
        bool isEmpty = version == 0 && application == 0 && connection.RunForNumber("SELECT count(*) FROM sqlite_schema") == 0;
        if (!isEmpty && application != StoreSchema.ApplicationId)
        {
            throw StoreFailure.Unusable(Location, "it is another program's SQLite database.");
        }

        if (isEmpty && !_options.Create)
        {
            throw StoreFailure.NotFound(Folder);
        }

        return version <= SchemaVersion ? (int)version : throw StoreFailure.Newer(Location, version, SchemaVersion);
    }

    /// <summary>Does a thing as soon as other processes let it be done.</summary>
    private async Task<T> WaitAsync<T>(Func<T> attempt, Deadline deadline, CancellationToken cancellationToken)
    {
        for (int pause = 1; ; pause = Math.Min(2 * pause, LongestPause))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return attempt();
            }
            catch (SqliteException exception) when (exception.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED)
            {
                if (deadline.Left == TimeSpan.Zero)
                {
                    throw StoreFailure.Locked(Location, _options.BusyTimeout, exception);
                }
            }
            catch (SqliteException exception)
            {
                throw StoreErrors.From(exception, Location);
            }

            // A random part keeps processes that began to wait together from asking together.
            var next = TimeSpan.FromMilliseconds(pause + RandomNumberGenerator.GetInt32(pause + 1));
            await Task.Delay(next < deadline.Left ? next : deadline.Left, cancellationToken).ConfigureAwait(false);
        }
    }
}
