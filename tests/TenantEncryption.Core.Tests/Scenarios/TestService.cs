using Microsoft.Data.Sqlite;
using TenantEncryption.Changes;
using TenantEncryption.Data;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Keys.Sources;
using TenantEncryption.Kms;
using TenantEncryption.Providers;
using TenantEncryption.Sqlite;
using TenantEncryption.State;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.Scenarios;

/// <summary>A service of one test: a real store, real root keys in a folder of their own, and a real KMS over http whose calls are watched.</summary>
internal sealed class TestService : IAsyncDisposable
{
    // Every third commit is undone, as if another writer had come in between; TENANTENCRYPTION_TEST_CONFLICTS=1 dotnet test: every first of a change.
    private static readonly int ConflictsEvery = Environment.GetEnvironmentVariable("TENANTENCRYPTION_TEST_CONFLICTS") == "1" ? 2 : 3;

    private readonly bool _ownsFolders;
    private bool _closed;

    private TestService(
        TestFolders folders, bool ownsFolders, SharedKms keys, WatchedKms kms, ConflictingStore store, TenantEncryptionService service, List<string> warnings)
    {
        (Folders, _ownsFolders, Keys, Kms, Store, Service, Warnings) = (folders, ownsFolders, keys, kms, store, service, warnings);
    }

    public TestFolders Folders { get; }

    /// <summary>Where the tenants' organisations keep their master keys.</summary>
    public SharedKms Keys { get; }

    /// <summary>What the service calls.</summary>
    public WatchedKms Kms { get; }

    public TenantEncryptionService Service { get; }

    /// <summary>The store that the service works on.</summary>
    public ConflictingStore Store { get; }

    public List<string> Warnings { get; }

    public string DatabaseFile => Path.Combine(Folders.Store, SqliteStore.FileName);

    /// <summary>Opens a service on a store of its own.</summary>
    public static async Task<TestService> OpenAsync(
        Func<TenantEncryptionOptions, TenantEncryptionOptions>? change = null, string secret = "local", SharedKms? keys = null, TestFolders? folders = null, bool ownsFolders = true) =>
        await OpenAsync(folders ?? new TestFolders(), ownsFolders, change, secret, keys ?? await SharedKms.GetAsync());

    /// <summary>Opens a service whose tenant <c>acme</c> has the internal provider Active.</summary>
    public static async Task<TestService> WithTenantAsync(
        Func<TenantEncryptionOptions, TenantEncryptionOptions>? change = null,
        TimeSpan? keyLease = null,
        KeyHierarchy hierarchy = KeyHierarchy.Hierarchical,
        TestFolders? folders = null)
    {
        TestService service = await OpenAsync(change, folders: folders);
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", KeyLease = keyLease, KeyHierarchy = hierarchy });
        return service;
    }

    /// <summary>Opens a service whose tenant <c>acme</c> has a customer's key Active, named <c>CMK</c>.</summary>
    public static async Task<(TestService Service, KeyProvider Cmk)> WithCmkAsync(
        Func<TenantEncryptionOptions, TenantEncryptionOptions>? change = null, TimeSpan? keyLease = null, KeyHierarchy hierarchy = KeyHierarchy.Hierarchical)
    {
        TestService service = await WithTenantAsync(change, keyLease, hierarchy);
        KeyProvider cmk = await service.RegisterAsync("CMK");
        cmk = await service.Service.Providers.EnableAsync(cmk.Id);
        service.Kms.Forget();
        return (service, cmk);
    }

    /// <summary>Opens a service whose tenant <c>acme</c> has a customer's key and the internal KMS as two layers Active, named <c>Both</c>.</summary>
    public static async Task<(TestService Service, KeyProvider Both)> WithSecondLayerAsync()
    {
        TestService service = await WithTenantAsync();
        KeyProvider both = await service.RegisterAsync("Both", secondLayer: true);
        both = await service.Service.Providers.EnableAsync(both.Id);
        service.Kms.Forget();
        return (service, both);
    }

    /// <summary>Another service on the same store, as another process would open it.</summary>
    public Task<TestService> OpenAnotherAsync(
        Func<TenantEncryptionOptions, TenantEncryptionOptions>? change = null, string secret = "local", TimeSpan? busyTimeout = null) =>
        OpenAsync(Folders, ownsFolders: false, change, secret, Keys, busyTimeout);

    /// <summary>Keeps every other writer out of the database until it is disposed, as another program could.</summary>
    public IDisposable Lock()
    {
        SqliteConnection connection = Connect();
        using SqliteCommand command = Command(connection, "BEGIN IMMEDIATE", []);
        command.ExecuteNonQuery();
        return connection;
    }

    /// <summary>Registers a new customer's key.</summary>
    public async Task<KeyProvider> RegisterAsync(string name, string tenantId = "acme", string? keyIdentifier = null, bool secondLayer = false) =>
        await Service.Providers.RegisterAsync(new NewKeyProvider
        {
            TenantId = tenantId,
            Name = name,
            KeyIdentifier = keyIdentifier ?? await Keys.CreateKeyAsync(),
            SecondLayer = secondLayer,
            Connection = Connection,
        });

    public KmsConnection Connection => new() { EndpointUrl = Keys.Url, Region = "eu-west-1" };

    public Task<KeyProvider> InternalAsync(string tenantId = "acme") => Service.Providers.ResolveAsync("Internal", tenantId);

    public Task<KeyProvider> ProviderAsync(string name, string tenantId = "acme") => Service.Providers.ResolveAsync(name, tenantId);

    public async Task<IReadOnlyList<FileOutcome<ProtectedFile>>> ProtectAsync(
        IReadOnlyList<FileRequest> files, ProtectOptions? options = null, string tenantId = "acme", CancellationToken cancellationToken = default)
    {
        await using DataSession session = Service.Data.BeginSession();
        return await session.ProtectFilesAsync(tenantId, files, options, null, cancellationToken).ToListAsync();
    }

    /// <summary>Protects a file beside itself.</summary>
    /// <returns>The message's path.</returns>
    public async Task<string> ProtectAsync(string path, string tenantId = "acme")
    {
        FileOutcome<ProtectedFile> outcome = Assert.Single(await ProtectAsync([new FileRequest(path, path + FilePlanner.Extension)], null, tenantId));
        Assert.Null(outcome.Error);
        return outcome.Result!.Path;
    }

    public async Task<IReadOnlyList<FileOutcome<UnprotectedFile>>> UnprotectAsync(
        IReadOnlyList<FileRequest> files, UnprotectOptions? options = null, CancellationToken cancellationToken = default)
    {
        await using DataSession session = Service.Data.BeginSession();
        return await session.UnprotectFilesAsync(files, options, null, cancellationToken).ToListAsync();
    }

    public async Task<FileOutcome<UnprotectedFile>> UnprotectAsync(string source, string destination, UnprotectOptions? options = null) =>
        Assert.Single(await UnprotectAsync([new FileRequest(source, destination)], options));

    public async Task<byte[]> ProtectValueAsync(byte[] value, string tenantId = "acme", ProtectOptions? options = null)
    {
        await using DataSession session = Service.Data.BeginSession();
        return await session.ProtectValueAsync(tenantId, value, options);
    }

    public async Task<byte[]> ReadValueAsync(byte[] message, UnprotectOptions? options = null)
    {
        await using DataSession session = Service.Data.BeginSession();
        return (await session.UnprotectValueAsync(message, options)).Plaintext;
    }

    public Task<string> CodeOfReadingAsync(byte[] message) => Refusal.CodeOfAsync(() => ReadValueAsync(message));

    public async Task<List<EncryptionEvent>> EventsAsync() => await Service.Events.ListAsync(new EventFilter()).ToListAsync();

    /// <summary>Makes every session one of a process that is gone, as another process now has its id.</summary>
    public void EndProcesses() => Sql("UPDATE sessions SET process_started = process_started - 1");

    /// <summary>Changes the database past the service, as who can write the file could.</summary>
    public int Sql(string statement, params (string Name, object Value)[] parameters)
    {
        using SqliteConnection connection = Connect();
        using SqliteCommand command = Command(connection, statement, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>
    /// The same past the triggers, which are put back as they were: who can write the file can do that, too. Foreign keys and checks are not looked at.
    /// </summary>
    public void Tamper(string statement, params (string Name, object Value)[] parameters)
    {
        using SqliteConnection connection = Connect();
        Run("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON");
        var triggers = new List<(string Name, string Sql)>();
        using (SqliteCommand list = Command(connection, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'", []))
        using (SqliteDataReader row = list.ExecuteReader())
        {
            while (row.Read())
            {
                triggers.Add((row.GetString(0), row.GetString(1)));
            }
        }

        triggers.ForEach(trigger => Run($"DROP TRIGGER {trigger.Name}"));
        using (SqliteCommand command = Command(connection, statement, parameters))
        {
            command.ExecuteNonQuery();
        }

        triggers.ForEach(trigger => Run(trigger.Sql));

        void Run(string sql)
        {
            using SqliteCommand command = Command(connection, sql, []);
            command.ExecuteNonQuery();
        }
    }

    /// <summary>Reads the database past the service.</summary>
    public object? SqlValue(string query, params (string Name, object Value)[] parameters)
    {
        using SqliteConnection connection = Connect();
        using SqliteCommand command = Command(connection, query, parameters);
        return command.ExecuteScalar();
    }

    /// <summary>Opens a key record as the service would, for tests that compare plaintext keys.</summary>
    public async Task<byte[]> OpenKeyAsync(KeyEncryptionKey key)
    {
        using var roots = (await LoadRootsAsync())!;
        string rootId = InternalKms.RootIdOf(key.Record.SealedShare);
        RootKey root = roots.Keys.Single(one => one.Id == rootId);
        byte[] share = KeyRecipe.OpenInternalShare(root.Material.Span, key.Record.SealedShare, key.Record.EncryptionContext);
        return KeyRecipe.Open(key.Record, share);
    }

    /// <summary>What opening a key's record as it is in the store comes to where nothing else is looked at: the code of the refusal.</summary>
    public Task<string> CodeOfOpeningAsync(string kekId) => Refusal.CodeOfAsync(async () =>
    {
        await using IStoreTransaction transaction = await ((IStore)Store).BeginAsync(StoreAccess.Read, StoreScope.All);
        KeyEncryptionKey key = (await transaction.Keys.FindAsync(kekId))!;
        KeyProvider provider = (await transaction.Providers.FindAsync(key.ProviderId))!;
        RootKeySet set = (await LoadRootsAsync())!;
        using var roots = new RootKeys(Store, new StoreRoot(StoreId, set, set.Mark, new FileRootKeyVault(Folders.RootKeys)), null!, TimeProvider.System, null);
        var internalKms = new InternalKms(roots);
        await using Operation operation = Service.Work.Begin("test", provider.TenantId);
        (await new KeySealer(new KeySources(internalKms), internalKms, null).OpenAsync(operation.Kms, key.Record, provider, default)).Dispose();
    });

    /// <summary>The digest of a tenant's state as the database has it.</summary>
    public async Task<string> DigestAsync(string tenantId)
    {
        await using var store = new SqliteStore(Folders.Store);
        await using IStoreTransaction transaction = await ((IStore)store).BeginAsync(StoreAccess.Read, StoreScope.All);
        return await StateChecks.DigestAsync(transaction, tenantId);
    }

    public Task<RootKeySet?> LoadRootsAsync() =>
        ((IRootKeyVault)new FileRootKeyVault(Folders.RootKeys)).OpenAsync(StoreId, null, null!, default);

    private string StoreId => (string)SqlValue("SELECT CAST(value AS TEXT) FROM settings WHERE name = 'store-id'")!;

    /// <summary>Closes the service and keeps the folders.</summary>
    public async Task CloseAsync()
    {
        if (!_closed)
        {
            _closed = true;
            await Service.DisposeAsync();
        }
    }

    /// <summary>Puts another database in the place of the store's, which is closed.</summary>
    public void PutDatabase(string file)
    {
        foreach (string old in Directory.GetFiles(Folders.Store))
        {
            File.Delete(old);
        }

        File.Copy(file, DatabaseFile);
    }

    /// <summary>Closes the database and ends nothing else, as the death of the process would.</summary>
    public async Task DieAsync()
    {
        _closed = true;
        await Store.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        if (_ownsFolders)
        {
            Folders.Dispose();
        }
    }

    private static async Task<TestService> OpenAsync(
        TestFolders folders, bool ownsFolders, Func<TenantEncryptionOptions, TenantEncryptionOptions>? change, string secret, SharedKms keys, TimeSpan? busyTimeout = null)
    {
        var kms = new WatchedKms(SharedKms.Client(secret));
        var warnings = new List<string>();
        var options = new TenantEncryptionOptions
        {
            RootKeyVault = new FileRootKeyVault(folders.RootKeys),
            LogHeadFolder = folders.RootKeys,
            Actor = "tester",
            OnWarning = warning =>
            {
                lock (warnings)
                {
                    warnings.Add(warning);
                }
            },
        };
        options = change is null ? options : change(options);
        var store = new SqliteStore(folders.Store, new SqliteStoreOptions { BusyTimeout = busyTimeout ?? TimeSpan.FromSeconds(30), Time = options.Time });

        // Where encryptions are watched, each change is made once.
        var conflicting = new ConflictingStore(store, options.AeadFactory is null ? ConflictsEvery : null);
        TenantEncryptionService service = await TenantEncryptionService.OpenAsync(conflicting, kms, options);
        conflicting.IsArmed = true;
        return new TestService(folders, ownsFolders, keys, kms, conflicting, service, warnings);
    }

    private static SqliteCommand Command(SqliteConnection connection, string text, (string Name, object Value)[] parameters)
    {
        SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The text is a test's own.
        command.CommandText = text;
#pragma warning restore CA2100
        foreach ((string name, object value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={DatabaseFile};Pooling=False;Default Timeout=30");
        connection.Open();
        return connection;
    }
}
