using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Migration;

/// <summary>
/// The process dies just before each effect on files, and just before and just after each commit, of a migration, one after the other: whatever it was,
/// every file reads and is the one of the catalog, and who goes on brings it to its end.
/// </summary>
public sealed class FailpointTests
{
    private const int Files = 3;
    private const int Most = 200;

    [Theory]
    [InlineData(MigrationMode.RewrapKek)]
    [InlineData(MigrationMode.Reencrypt)]
    public async Task A_death_anywhere_loses_nothing(MigrationMode mode)
    {
        int point = 0;
        while (await DiesAtAsync(mode, point))
        {
            Assert.InRange(++point, 1, Most);
        }

        // At the least: each commit twice, and where files are written a temporary file, its flush and its name.
        Assert.InRange(point, mode == MigrationMode.Reencrypt ? 3 * Files : 6, Most);
    }

    private static async Task<bool> DiesAtAsync(MigrationMode mode, int point)
    {
        var effects = new HookedFileEffects();
        await using TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = effects });
        var messages = new List<string>();
        for (int i = 0; i < Files; i++)
        {
            messages.Add(await service.ProtectAsync(service.Folders.Random($"file-{i}", 100 + (i * 150_000))));
        }

        byte[] value = await service.ProtectValueAsync([1, 2, 3]);
        KeyProvider target = await service.RegisterAsync("CMK");
        var life = new Life(point);
        (service.Store.BeforeCommit, service.Store.AfterCommit) = (life.Pass, life.Pass);
        (effects.BeforeCreate, effects.BeforeFlush) = (_ => life.Pass(), _ => life.Pass());
        (effects.BeforeRename, effects.BeforeFlushFolder, effects.BeforeDelete) = ((_, _) => life.Pass(), _ => life.Pass(), _ => life.Pass());
        await Record.ExceptionAsync(() => service.Service.Migrations.StartAsync(
            "acme", target.Id, new KeyMigrationOptions { Mode = mode, DegreeOfParallelism = 1 }));
        (effects.BeforeCreate, effects.BeforeFlush, effects.BeforeRename, effects.BeforeFlushFolder, effects.BeforeDelete) = (null, null, null, null, null);
        effects.CloseAll();
        await service.DieAsync();
        service.EndProcesses();

        await using TestService later = await service.OpenAnotherAsync();
        await AssertWholeAsync(later, messages, value, $"before it goes on, at {point}");
        foreach (KeyMigration migration in await later.Service.Migrations.ListAsync("acme"))
        {
            KeyMigration ended = await later.Service.Migrations.ResumeAsync(migration.Id);
            Assert.True(ended is { State: MigrationState.Completed, Failed: 0 }, $"{ended.State} with {ended.Failed} failed at {point}");
            Assert.Equal(target.Id, (await later.Service.Providers.ListAsync(new KeyProviderFilter { TenantId = "acme", Status = KeyProviderStatus.Active }))[0].Id);
            Assert.Equal(mode == MigrationMode.RewrapKek ? 0 : 1, (await later.InternalAsync()).KeyCount);
            Assert.Equal(0, (await later.InternalAsync()).MessageCount);
        }

        await AssertWholeAsync(later, messages, value, $"after it went on, at {point}");
        Assert.Equal(ErrorCodes.Success, (await later.Service.Events.VerifyAsync()).Code);
        return life.IsOver;
    }

    private static async Task AssertWholeAsync(TestService service, List<string> messages, byte[] value, string when)
    {
        foreach (string message in messages)
        {
            FileOutcome<UnprotectedFile> read = await service.UnprotectAsync(message, message + ".back", new UnprotectOptions { Strict = true, Force = true });
            Assert.True(read.Error is null, $"{when}: {read.Error?.Message}");
            Assert.Equal(await File.ReadAllBytesAsync(message[..^FilePlanner.Extension.Length]), await File.ReadAllBytesAsync(message + ".back"));
        }

        Assert.Equal([1, 2, 3], await service.ReadValueAsync(value));
        Assert.Equal(messages, await service.Service.Data.ListCatalogAsync("acme").Select(entry => entry.Path!).ToListAsync());

        // What was made just now and is empty may be about to be locked: it goes a minute later.
        Assert.All(Directory.GetFiles(service.Folders.Work, "*.tenc-partial"), left => Assert.Equal(0, new FileInfo(left).Length));
    }

    /// <summary>Nothing of a process happens after its death.</summary>
    private sealed class Life(int point)
    {
        private int _passed;

        public bool IsOver => Volatile.Read(ref _passed) > point;

        public void Pass()
        {
            if (Interlocked.Increment(ref _passed) > point)
            {
                throw new InvalidOperationException("The process is dead.");
            }
        }
    }
}
