using System.Globalization;
using System.Security.Cryptography;
using Newtonsoft.Json.Linq;
using TenantEncryption.Aws;
using TenantEncryption.Changes;
using TenantEncryption.Data;
using TenantEncryption.Envelope;
using TenantEncryption.Keys;
using TenantEncryption.Kms;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Spaces;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>Measures what single pieces of a migration cost, each alone, by what the product calls for it.</summary>
/// <param name="scene">Where.</param>
/// <param name="platform">Of which platform: its objects, and its batches and ranges, of their mean size.</param>
internal sealed class CostMeasurement(FleetScene scene, Platform platform)
{
    private const int MostMessagesOfBatch = 256;

    private const int FewKeys = 1;
    private const int ManyKeys = 41;
    private const int Rounds = 3;
    private const int Few = 6;
    private const int Many = 2;
    private const int Claims = 230;
    private const int Batches = 200;
    private const int Calls = 400;
    private const long BytesOfObjects = 64 << 20;
    private const long MostRows = 100_000;
    private const int Page = 20_000;

    // The runtime compiles for speed what it has run often: of what is measured, so much is done before. With a third of it, pieces were a fifth dearer than in a run that goes on.
    private const int WarmUp = 12;
    private const int WarmCalls = 150;
    private const int WarmMigrations = 30;

    private readonly TenantEncryptionService _service = scene.Service;
    private readonly int _ofTenant = (int)Math.Min(platform.Objects / platform.Tenants, MostRows);
    private readonly int _ofRange = Math.Max(1, (int)(platform.Objects / (double)platform.Tenants / RangePlan.Of(platform).Ranges.Count));
    private readonly int _ofBatch = (int)Math.Clamp(platform.Objects / (double)platform.Tenants / RangePlan.Of(platform).Batches, 1, MostMessagesOfBatch);
    private int _rows;

    /// <summary>Measures all.</summary>
    public async Task<Costs> RunAsync()
    {
        int length = (int)platform.Bytes;
        (Cost one, Cost inMemory, double endpoint) = await ObjectAsync(length);
        (Cost claim, Cost batch) = await StoreAsync();
        (double callsOfKek, double callsOfMigration, Cost kek, Cost migration) = await KeysAsync();
        return new Costs
        {
            Object = one,
            InMemory = inMemory,
            EndpointOfObject = endpoint,
            TlsOfObject = Tls(2L * length),
            Batch = batch,
            MessagesOfBatch = _ofBatch,
            MessagesOfRange = _ofRange,
            Claim = claim,
            Kek = kek,
            Migration = migration,
            KmsCall = await KmsCallAsync(),
            CallsOfKek = callsOfKek,
            CallsOfMigration = callsOfMigration,
        };
    }

    // As ObjectRewriter does it, one after the other, under keys that are at hand.
    private async Task<(Cost Cost, Cost InMemory, double Endpoint)> ObjectAsync(int length)
    {
        int count = (int)Math.Clamp(BytesOfObjects / length, 32, 400);
        using IObjectStore objects = scene.NewObjects();
        IBucket bucket = objects.Open(scene.Bucket);
        var reencryptor = new MessageReencryptor();
        byte[] message;
        using (MessageMaterials materials = Keys.NewMaterials())
        {
            message = new MessageWriter().Write(RandomNumberGenerator.GetBytes(length), materials);
            for (int i = 0; i < count; i++)
            {
                await bucket.PutAsync(new NewObject(Name(i), message.Length, PutCondition.Absent, new ObjectSettings()), (to, stop) => to.WriteAsync(message, stop).AsTask(), CancellationToken.None);
            }
        }

        for (int round = 0; round < WarmUp; round++)
        {
            await AllAsync();
        }

        double before = scene.EndpointSeconds;
        Cost cost = await MedianAsync(count, AllAsync);
        double endpoint = (scene.EndpointSeconds - before) / count / Rounds;
        await TimesAsync(WarmUp * count, InMemoryAsync);
        return (cost, await MedianAsync(count, () => TimesAsync(count, InMemoryAsync)), endpoint);

        async Task InMemoryAsync()
        {
            using var source = new MemoryStream(message);
            await reencryptor.ReencryptAsync(
                _ => ValueTask.FromResult<Stream>(source),
                message.Length,
                Keys.Keyring,
                _ => ValueTask.FromResult(Keys.NewMaterials()),
                (_, write) => write(Stream.Null, CancellationToken.None),
                new MessageReaderOptions(),
                CancellationToken.None);
        }

        async Task AllAsync()
        {
            for (int i = 0; i < count; i++)
            {
                await using ObjectContent content = await bucket.OpenAsync(Name(i), default, CancellationToken.None);
                await reencryptor.ReencryptAsync(
                    _ => ValueTask.FromResult(content.Stream),
                    content.State.Length,
                    Keys.Keyring,
                    _ => ValueTask.FromResult(Keys.NewMaterials()),
                    async (size, write) =>
                    {
                        IReadOnlyDictionary<string, string> tags = await bucket.ReadTagsAsync(content.State.Key, content.State.VersionId, CancellationToken.None);
                        await bucket.PutAsync(
                            new NewObject(content.State.Key, size, PutCondition.Still(content.State), content.Settings with { Tags = tags }), write, CancellationToken.None);
                    },
                    new MessageReaderOptions(),
                    CancellationToken.None);
            }
        }

        static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"cost/{number:0000}");
    }

    // Records of 16 KiB, encrypted by one AES-GCM on this side of the connection.
    private static double Tls(long bytes)
    {
        using var gcm = new AesGcm(new byte[32], 16);
        byte[] record = new byte[16 << 10];
        byte[] nonce = new byte[12];
        byte[] tag = new byte[16];
        const int Rounds = 5_000;
        TimeSpan before = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < Rounds; i++)
        {
            gcm.Encrypt(nonce, record, record, tag);
        }

        return (Environment.CpuUsage.TotalTime - before).TotalSeconds / Rounds / record.Length * bytes;
    }

    // A migration that was stopped before its first batch has what claims look at.
    private async Task<(Cost Claim, Cost Batch)> StoreAsync()
    {
        const string Tenant = "cost-store";
        await scene.MakeTenantAsync(Tenant);
        string kekId = (await _service.Keys.ListAsync(Tenant)).Single(key => key.Status == KeyEncryptionKeyStatus.Current).KekId;
        int known = (int)Math.Max(_ofTenant, Math.Max(_ofBatch * Batches, _ofRange * Claims));
        foreach (int[] page in Enumerable.Range(0, known).Chunk(Page))
        {
            await ChangeAsync(Tenant, change => change.Store.Catalog.AddAsync([.. page.Select(number => CatalogBenchmark.Entry(number, Tenant, kekId))]));
        }

        await scene.AnalyzeAsync();
        using var stop = new CancellationTokenSource();
        try
        {
            KeyProvider target = await _service.Providers.ResolveAsync("after", Tenant);
            await _service.Migrations.StartAsync(
                Tenant, target.Id, new KeyMigrationOptions { Mode = MigrationMode.Reencrypt }, new Told(stop.Cancel), stop.Token);
        }
        catch (OperationCanceledException)
        {
            // As meant.
        }

        KeyMigration migration = (await _service.Migrations.ListAsync(Tenant))[^1];
        await _service.Work.ReadAsync(transaction => transaction.Ranges.ListOpenAsync(migration.Id), CancellationToken.None);
        await ChangeAsync(Tenant, change => change.Store.Ranges.RemoveAllAsync(migration.Id));
        var source = new MessageSource(Tenant, kekId);
        string space = CatalogBenchmark.Entry(0, Tenant, kekId).Space;
        await TimesAsync(WarmCalls, () => ClaimAsync(migration, source, space));
        Cost claim = await scene.MeasureAsync(Claims - WarmCalls, () => TimesAsync(Claims - WarmCalls, () => ClaimAsync(migration, source, space)));
        await using var session = new SessionKeeper(scene.Store, TimeProvider.System);
        EncryptionTenant tenant = (await _service.Work.StateAsync(Tenant, CancellationToken.None)).Tenant!;
        KeyEncryptionKey current = (await _service.Keys.ListAsync(Tenant)).Single(key => key.Status == KeyEncryptionKeyStatus.Current);
        await TimesAsync(WarmCalls, () => BatchAsync(session, tenant, current));
        Cost batch = await scene.MeasureAsync(Batches - WarmCalls, () => TimesAsync(Batches - WarmCalls, () => BatchAsync(session, tenant, current)));
        return (claim, batch);
    }

    // What RangeClaims asks and writes.
    private Task ClaimAsync(KeyMigration migration, MessageSource source, string space) => ChangeAsync(migration.TenantId, async change =>
    {
        IRangeTable ranges = change.Store.Ranges;
        await change.Store.Migrations.FindAsync(migration.Id);
        await ranges.ListRunnersAsync(migration.Id);
        await ranges.ListOpenAsync(migration.Id);
        await change.Store.Migrations.ListItemsAsync(migration.Id);
        await ranges.ListSpacesAsync(migration.Id, source);
        MigrationRange? last = await ranges.FindLastAsync(migration.Id, source, space);
        ObjectName after = last?.Last ?? ObjectName.BeforeAll;
        ObjectName end = (await ranges.FindEndAsync(migration.Id, source, space, after, _ofRange))!.Value;
        var range = new MigrationRange
        {
            MigrationId = migration.Id,
            Number = await ranges.NextNumberAsync(migration.Id),
            Source = source,
            Space = space,
            After = after,
            Last = end,
            Attempt = 1,
            IsDone = true,
        };
        await ranges.PutAsync(range);
        await ranges.ListMessagesAsync(range);
    });

    // What a batch writes: it reserves wraps, its entries are pending, and they are confirmed in place of the old ones, with the range's event.
    private async Task BatchAsync(SessionKeeper session, EncryptionTenant tenant, KeyEncryptionKey current)
    {
        var reservation = new WrapReservation(Identifiers.New("res-"), tenant.TenantId, current.KekId, current.ProviderId, tenant.Epoch, _ofBatch, session.Id);
        CatalogEntry[] entries = [.. Enumerable.Range(_rows, _ofBatch).Select(number => CatalogBenchmark.Entry(number, tenant.TenantId, current.KekId) with
        {
            MessageId = "b" + number.ToString("x63", CultureInfo.InvariantCulture),
        })];
        _rows += _ofBatch;
        string space = entries[0].Space;
        await ChangeAsync(tenant.TenantId, async change =>
        {
            await session.PutAsync(change.Store);
            await change.Store.Keys.ReserveAsync(reservation, reservation.Wraps);
        });
        await ChangeAsync(tenant.TenantId, async change =>
        {
            await change.Store.Keys.FindReservationAsync(reservation.Id);
            await change.Store.Catalog.AddPendingAsync(reservation.Id, entries);
            await change.Store.Catalog.FindReplacedAsync(reservation.Id, space);
        });
        await ChangeAsync(tenant.TenantId, async change =>
        {
            await change.Store.Keys.FindReservationAsync(reservation.Id);
            if (await change.Store.Catalog.ConfirmAsync(reservation.Id, space) != entries.Length)
            {
                throw new InvalidOperationException("Not all entries were confirmed.");
            }

            await change.Store.Keys.CloseReservationAsync(reservation, 0, entries.Length);
            change.Record("com.example.benchmark", tenant.TenantId, new JObject { ["written"] = entries.Length });
        });
    }

    // Migrations of one key and of many: what is between them are keys, and the rest is the migration, which moves the key from before there was a CMK, too.
    private async Task<(double CallsOfKek, double CallsOfMigration, Cost Kek, Cost Migration)> KeysAsync()
    {
        await KeysAsync("cost-warm-few", WarmMigrations, FewKeys);
        await KeysAsync("cost-warm-many", Many, ManyKeys);
        (double fewCalls, Cost few) = await KeysAsync("cost-few", Few, FewKeys);
        (double manyCalls, Cost many) = await KeysAsync("cost-many", Many, ManyKeys);
        const double More = ManyKeys - FewKeys;
        double callsOfKek = (manyCalls - fewCalls) / More;
        var kek = new Cost((many.Seconds - few.Seconds) / More, (many.Worker - few.Worker) / More, (many.Store - few.Store) / More);
        return (callsOfKek, fewCalls - callsOfKek, kek, new Cost(
            Math.Max(0, few.Seconds - kek.Seconds), Math.Max(0, few.Worker - kek.Worker), Math.Max(0, few.Store - kek.Store)));
    }

    private async Task<(double Calls, Cost Cost)> KeysAsync(string name, int tenants, int keys)
    {
        double calls = 0;
        string[] tenantIds = [.. Enumerable.Range(0, tenants).Select(number => $"{name}-{number}")];
        foreach (string tenantId in tenantIds)
        {
            await scene.MakeTenantAsync(tenantId);
            await TimesAsync(keys - 1, () => _service.Keys.RotateAsync(tenantId));
            KeyProvider target = await _service.Providers.ResolveAsync("after", tenantId);
            calls = (await _service.Migrations.MeasureAsync(tenantId, target.Id)).KmsCalls;
        }

        return (calls, await scene.MeasureAsync(tenants, async () =>
        {
            foreach (string tenantId in tenantIds)
            {
                await scene.MigrateAsync(tenantId, MigrationMode.RewrapKek, threads: 1);
            }
        }));
    }

    private async Task<Cost> KmsCallAsync()
    {
        using AwsKms kms = FleetScene.NewKms();
        string key = await scene.NewKeyAsync();
        var context = new Dictionary<string, string> { ["TenantId"] = "cost" };
        await AllAsync();
        return await MedianAsync(Calls, AllAsync);

        async Task AllAsync()
        {
            for (int i = 0; i < Calls; i++)
            {
                using KmsDataKey made = await kms.GenerateDataKeyAsync(scene.Connection, key, context, CancellationToken.None);
            }
        }
    }

    // Of the round that took the median of processor time.
    private async Task<Cost> MedianAsync(int count, Func<Task> work)
    {
        var rounds = new List<Cost>();
        for (int round = 0; round < Rounds; round++)
        {
            rounds.Add(await scene.MeasureAsync(count, work));
        }

        return rounds.OrderBy(cost => cost.Worker).ElementAt(Rounds / 2);
    }

    private static async Task TimesAsync(int times, Func<Task> work)
    {
        for (int i = 0; i < times; i++)
        {
            await work();
        }
    }

    private async Task ChangeAsync(string tenantId, Func<Change, Task> work)
    {
        await using Operation operation = _service.Work.Begin("benchmark", tenantId);
        await _service.Work.ChangeAsync(operation, StoreScope.Of(tenantId), work, CancellationToken.None);
    }

    // At once, where Progress would tell it on another thread.
    private sealed class Told(Action tell) : IProgress<KeyMigration>
    {
        public void Report(KeyMigration value) => tell();
    }
}
