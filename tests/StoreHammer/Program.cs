// A process of its own for the tests of a store, at an address: sqlite:<folder>.
//   StoreHammer append <address> <count>  so many transactions, each of which reserves a wrap under kek-acme and appends an event
//   StoreHammer hold <address>            begins such a transaction, writes "holding" and keeps it open until it is killed
using System.Globalization;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Sqlite;
using TenantEncryption.Stores;

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
    _ => throw new ArgumentException($"No store is at '{address}'."),
};

async Task WrapAsync(IStoreTransaction transaction, long wraps)
{
    await transaction.Keys.ReserveAsync(new WrapReservation(session, "acme", "kek-acme", "kp-acme", 3, wraps, session), 1);
    long next = ((await transaction.Events.LastAsync("acme"))?.Sequence ?? 0) + 1;
    const string Json = """{"type":"com.example.wrapped","time":"2026-03-14T12:00:00.0000000Z","tenantid":"acme"}""";
    await transaction.Events.AppendAsync(new StoredEvent("acme", next, 1, Json, [0]));
}

async Task WriteAsync(Func<IStoreTransaction, Task> work)
{
    await using IStoreTransaction transaction = await store.BeginAsync(StoreAccess.Write, StoreScope.All);
    await work(transaction);
    await transaction.CommitAsync();
}
