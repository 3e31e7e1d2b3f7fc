// A process of its own for the tests of a store, at an address: sqlite:<folder>, or postgresql:<schema>:<connection string>.
//   StoreHammer append <address> <count>  so many transactions, each of which reserves a wrap under kek-acme and appends an event
//   StoreHammer claim <address> <count>   so many events, each under the epoch that it read before, if that is still the tenant's
//   StoreHammer raise <address> <count>   so many raises of the epoch, each with an event of the new one
//   StoreHammer anchor <address> <roots> <file>   has the service make an anchor each second into the file, as process-<id>, until it is killed
//   StoreHammer hold <address>            begins such a transaction, writes "holding" and keeps it open until it is killed
using System.Globalization;
using TenantEncryption;
using TenantEncryption.Anchors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.PostgreSql;
using TenantEncryption.Sqlite;
using TenantEncryption.Stores;

if (args[0] == "anchor")
{
    await using TenantEncryptionService service = await TenantEncryptionService.OpenAsync(
        StoreAt(args[1]),
        () => throw new InvalidOperationException("No key is in AWS KMS."),
        new TenantEncryptionOptions
        {
            RootKeyVault = new FileRootKeyVault(args[2]),
            LogHeadFolder = args[2],
            Actor = "process-" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            Anchors = new AnchorSchedule { Interval = TimeSpan.FromSeconds(1), Places = new AnchorPlaces { Path = args[3] } },
        });
    Console.WriteLine("open");
    await Task.Delay(Timeout.Infinite);
}

string session = "process-" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
await using IStore store = StoreAt(args[1]);
await WriteAsync(t => t.Sessions.PutAsync(new StoreSession(session, RunningProcess.Current)));

if (args[0] == "append")
{
    long count = long.Parse(args[2], CultureInfo.InvariantCulture);
    for (long wraps = 1; wraps <= count; wraps++)
    {
        await WriteAsync(t => WrapAsync(t, wraps));
    }
}
else if (args[0] is "claim" or "raise")
{
    long count = long.Parse(args[2], CultureInfo.InvariantCulture);
    for (long done = 0; done < count;)
    {
        long epoch = await store.ReadAsync(async t => (await t.Tenants.GetEpochAsync("acme"))!.Value, default);
        await Task.Yield();
        await WriteAsync(async t =>
        {
            if (args[0] == "raise")
            {
                epoch = await t.Tenants.RaiseEpochAsync("acme");
            }
            else if (!await t.Tenants.FenceAsync("acme", epoch))
            {
                return;
            }

            await AppendAsync(t, $$"""{"type":"com.example.{{args[0]}}","time":"2026-03-14T12:00:00.0000000Z","tenantid":"acme","epoch":{{epoch}}}""");
            done++;
        });
    }
}
else
{
    await using IStoreTransaction transaction = await store.BeginAsync(StoreAccess.Write, StoreScope.All);
    await WrapAsync(transaction, 1);
    Console.WriteLine("holding");
    await Task.Delay(Timeout.Infinite);
}

static IStore StoreAt(string address) => address.Split(':', 2) switch
{
    ["sqlite", string folder] => new SqliteStore(folder),
    ["postgresql", string place] => new PostgreSqlStore(place.Split(':', 2)[1], new PostgreSqlStoreOptions { Schema = place.Split(':', 2)[0] }),
    _ => throw new ArgumentException($"No store is at '{address}'."),
};

async Task WrapAsync(IStoreTransaction transaction, long wraps)
{
    await transaction.Keys.ReserveAsync(new WrapReservation(session, "acme", "kek-acme", "kp-acme", 3, wraps, session), 1);
    await AppendAsync(transaction, """{"type":"com.example.wrapped","time":"2026-03-14T12:00:00.0000000Z","tenantid":"acme"}""");
}

static async Task AppendAsync(IStoreTransaction transaction, string json)
{
    long next = ((await transaction.Events.LastAsync("acme"))?.Sequence ?? 0) + 1;
    await transaction.Events.AppendAsync(new StoredEvent("acme", next, 1, json, [0]));
}

async Task WriteAsync(Func<IStoreTransaction, Task> work)
{
    await using IStoreTransaction transaction = await store.BeginAsync(StoreAccess.Write, StoreScope.All);
    await work(transaction);
    await transaction.CommitAsync();
}
