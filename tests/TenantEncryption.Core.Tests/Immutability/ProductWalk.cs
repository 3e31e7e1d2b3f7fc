using System.Security.Cryptography;
using TenantEncryption.Data;
using TenantEncryption.Keys;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Immutability;

/// <summary>A store with three tenants, one of them Direct, through which a walk goes. Every AES-GCM call of every process in it is watched.</summary>
internal sealed class ProductWalk : IAsyncDisposable
{
    private static readonly string[] Tenants = ["acme", "globex", "direct"];

    private readonly WatchedAeadFactory _watch;
    private readonly HookedFileEffects _effects = new();
    private readonly TestService _first;
    private readonly List<TestService> _others = [];
    private readonly List<(string Tenant, byte[] Plaintext, byte[] Message)> _values = [];
    private readonly List<FileRequest> _files = [];
    private readonly Dictionary<string, string> _tenantOf = [];
    private readonly List<string> _killed = [];
    private TestService _now;

    private ProductWalk(WatchedAeadFactory watch, TestService first) => (_watch, _first, _now) = (watch, first, first);

    /// <summary>Every pair of key and IV, and every data key, that met more than one input.</summary>
    public IEnumerable<string> Reused => _watch.Reused;

    /// <summary>The kinds of step that were not refused.</summary>
    public HashSet<WalkStepKind> Taken { get; } = [];

    public static async Task<ProductWalk> BeginAsync()
    {
        var watch = new WatchedAeadFactory();
        ProductWalk? walk = null;
        TestService first = await TestService.OpenAsync(options => options with { AeadFactory = watch, FileEffects = new HookedFileEffects() });
        walk = new ProductWalk(watch, first);
        walk._now = await walk.OpenAsync();
        foreach (string tenant in Tenants)
        {
            await walk._now.Service.Tenants.CreateAsync(new NewTenant
            {
                TenantId = tenant,
                KeyHierarchy = tenant == "direct" ? KeyHierarchy.Direct : KeyHierarchy.Hierarchical,
            });
        }

        await walk._now.Service.Providers.EnableAsync((await walk._now.RegisterAsync("First", "direct")).Id);
        return walk;
    }

    /// <summary>Takes a step. What the product refuses, such as two migrations at once, is not done.</summary>
    public async Task TakeAsync(WalkStep step)
    {
        string tenant = Tenants[step.Tenant % Tenants.Length];
        try
        {
            await (step.Kind switch
            {
                WalkStepKind.ProtectValue => ProtectValueAsync(tenant, step.Amount),
                WalkStepKind.ProtectFiles => ProtectAsync(tenant, NewFiles(tenant, step.Amount), step.Amount),
                WalkStepKind.ProtectAgain => ProtectAsync(tenant, [.. _files.Where(file => _tenantOf.GetValueOrDefault(file.Destination) == tenant)], step.Amount),
                WalkStepKind.ProtectWhileRotating => ProtectWhileRotatingAsync(tenant, step.Amount),
                WalkStepKind.ProtectAndDie => ProtectAndDieAsync(tenant, step.Amount),
                WalkStepKind.Unprotect => ReadEverythingAsync(),
                WalkStepKind.Test => TestAsync(),
                WalkStepKind.RotateKey => _now.Service.Keys.RotateAsync(tenant),
                WalkStepKind.RotateRoot => _now.Service.RootKey.RotateAsync(),
                WalkStepKind.Activate => ActivateAsync(tenant),
                WalkStepKind.Migrate => MigrateAsync(tenant, step.Amount, diesAt: null),
                WalkStepKind.MigrateAndDie => MigrateAsync(tenant, step.Amount, diesAt: step.Amount % 4),
                WalkStepKind.Resume => ResumeAsync(step.Amount),
                WalkStepKind.ClearLeases => ClearAsync(),
                _ => ReopenAsync(),
            });
            Taken.Add(step.Kind);
        }
        catch (TenantEncryptionException)
        {
            // Another migration runs, a provider is not in the state for it: the walk goes on.
        }
    }

    /// <summary>Reads every value and file and compares.</summary>
    public async Task ReadEverythingAsync()
    {
        foreach ((string tenant, byte[] plaintext, byte[] message) in _values)
        {
            Assert.Equal(plaintext, await _now.ReadValueAsync(message, new UnprotectOptions { TenantId = tenant }));
        }

        FileRequest[] back = [.. _files.Where(file => _tenantOf.ContainsKey(file.Destination)).Select(file => new FileRequest(file.Destination, file.Source + ".back"))];
        Assert.All(await _now.UnprotectAsync(back, new UnprotectOptions { Force = true, Strict = true }), outcome => Assert.Null(outcome.Error));
        Assert.All(back, file => Assert.Equal(File.ReadAllBytes(file.Destination[..^".back".Length]), File.ReadAllBytes(file.Destination)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TestService other in _others)
        {
            await other.DisposeAsync();
        }

        await _first.DisposeAsync();
    }

    private async Task<TestService> OpenAsync()
    {
        TestService opened = await _first.OpenAnotherAsync(options => options with { AeadFactory = _watch, FileEffects = _effects });
        _others.Add(opened);
        return opened;
    }

    private async Task ReopenAsync() => _now = await OpenAsync();

    private async Task ProtectValueAsync(string tenant, int amount)
    {
        byte[] plaintext = RandomNumberGenerator.GetBytes(amount * amount);
        byte[] message = await _now.ProtectValueAsync(plaintext, tenant, new ProtectOptions { FrameLength = amount % 3 == 0 ? 100 : null });
        _values.Add((tenant, plaintext, message));
    }

    private FileRequest[] NewFiles(string tenant, int amount)
    {
        var files = new FileRequest[1 + (amount % 4)];
        for (int i = 0; i < files.Length; i++)
        {
            string source = _first.Folders.Random($"{tenant}-{_files.Count}", amount * (i == 0 ? 10_000 : 50));
            _files.Add(files[i] = new FileRequest(source, source + FilePlanner.Extension));
        }

        return files;
    }

    private async Task ProtectAsync(string tenant, FileRequest[] files, int amount)
    {
        var options = new ProtectOptions { FrameLength = amount % 2 == 0 ? 5_000 : null, Force = true };
        foreach (FileOutcome<ProtectedFile> outcome in await _now.ProtectAsync(files, options, tenant))
        {
            if (outcome.Error?.InnerException is TheEnd)
            {
                continue;
            }

            Assert.Null(outcome.Error);
            _tenantOf[outcome.Result!.Path] = tenant;
        }
    }

    private async Task ProtectWhileRotatingAsync(string tenant, int amount)
    {
        int flushes = 0;
        _effects.BeforeFlush = _ =>
        {
            if (Interlocked.Increment(ref flushes) == 1)
            {
                _first.Service.Keys.RotateAsync(tenant).GetAwaiter().GetResult();
            }
        };
        try
        {
            await ProtectAsync(tenant, NewFiles(tenant, amount), amount);
        }
        finally
        {
            _effects.BeforeFlush = null;
        }
    }

    private async Task ProtectAndDieAsync(string tenant, int amount)
    {
        int effects = 0;
        void Die()
        {
            if (Interlocked.Increment(ref effects) == 1 + (amount % 10))
            {
                throw new TheEnd();
            }
        }

        FileRequest[] files = NewFiles(tenant, amount);
        (_effects.BeforeCreate, _effects.BeforeFlush, _effects.BeforeRename) = (_ => Die(), _ => Die(), (_, _) => Die());
        try
        {
            await ProtectAsync(tenant, files, amount);
        }
        catch (TheEnd)
        {
            // What took its name stays; its row is confirmed by whoever opens the store next.
        }
        finally
        {
            (_effects.BeforeCreate, _effects.BeforeFlush, _effects.BeforeRename) = (null, null, null);
        }

        await ReopenAsync();
        await ProtectAsync(tenant, files, amount);
    }

    private async Task TestAsync()
    {
        await using DataSession session = _now.Service.Data.BeginSession();
        List<FileOutcome<MessageTestResult>> outcomes = await session.TestFilesAsync([.. _tenantOf.Keys]).ToListAsync();
        Assert.All(outcomes, outcome => Assert.True(outcome.Result is { Success: true }, outcome.Error?.Message ?? outcome.Result?.Code));
    }

    private async Task ActivateAsync(string tenant) =>
        await _now.Service.Providers.EnableAsync((await _now.RegisterAsync(Identifiers.New("p"), tenant)).Id);

    private async Task MigrateAsync(string tenant, int amount, int? diesAt)
    {
        KeyProvider target = amount % 3 == 0 ? await _now.InternalAsync(tenant) : await _now.RegisterAsync(Identifiers.New("p"), tenant);
        try
        {
            await _now.Service.Migrations.StartAsync(tenant, target.Id, new KeyMigrationOptions { Mode = (MigrationMode)(amount / 3 % 2) }, Dying(diesAt));
        }
        catch (InvalidOperationException)
        {
            _killed.Add((await _now.Service.Migrations.ListAsync(tenant))[^1].Id);
        }
    }

    private async Task ResumeAsync(int amount)
    {
        try
        {
            await _now.Service.Migrations.ResumeAsync(_killed.Count > 0 ? _killed[^1] : "mig-none", progress: Dying(amount % 3 == 0 ? 0 : null));
            _killed.RemoveAt(_killed.Count - 1);
        }
        catch (InvalidOperationException)
        {
            await ReopenAsync();
        }
    }

    private Task ClearAsync()
    {
        _now.Service.Keys.ClearLeases();
        return Task.CompletedTask;
    }

    private static Told<KeyMigration>? Dying(int? at)
    {
        int told = 0;
        return at is null ? null : new Told<KeyMigration>(_ =>
        {
            if (told++ == at)
            {
                throw new InvalidOperationException("The end.");
            }
        });
    }

    /// <summary>An effect that did not happen, as the process was gone: the outcome of its one file, or, once files take their names, the end of the command.</summary>
    private sealed class TheEnd : Exception;
}
