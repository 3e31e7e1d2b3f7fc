using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

/// <summary>A writer of files is stopped at a point, another process does something to its keys, and the writer goes on. Nothing is lost, and all is counted.</summary>
public sealed class InterleavingTests
{
    public enum Point
    {
        /// <summary>Wraps are reserved, and the first file is wrapped; the second one is not.</summary>
        Leased,

        /// <summary>The second file is wrapped and written, and in no catalog.</summary>
        Wrapped,

        /// <summary>Both are pending in the catalog, and neither has its name.</summary>
        Pending,

        /// <summary>One has its name, and is not confirmed.</summary>
        Named,
    }

    public enum Deed
    {
        Rotate,
        Migrate,
        Disable,
        Remove,
        RotateRoot,
        Sweep,
        SweepAndRemove,
    }

    public static TheoryData<Point, Deed> All
    {
        get
        {
            var all = new TheoryData<Point, Deed>();
            foreach (Point point in Enum.GetValues<Point>())
            {
                foreach (Deed deed in Enum.GetValues<Deed>())
                {
                    all.Add(point, deed);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Whatever_another_process_does_meanwhile_no_file_is_lost_and_the_counts_are_right(Point point, Deed deed)
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(keyLease: TimeSpan.Zero);
        await using TestService owned = service;
        KeyProvider next = await service.RegisterAsync("Next");
        string? refused = null;
        bool isDone = false;
        void Interrupt()
        {
            if (!isDone)
            {
                isDone = true;
                refused = Task.Run(() => DoAsync(service, deed, cmk, next)).GetAwaiter().GetResult();
            }
        }

        int created = 0;
        int flushed = 0;
        var effects = new HookedFileEffects();
        switch (point)
        {
            case Point.Leased:
                effects.BeforeCreate = path => Step(path.StartsWith(service.Folders.Work, StringComparison.Ordinal) && ++created == 2);
                break;
            case Point.Wrapped:
                effects.BeforeFlush = _ => Step(++flushed == 2);
                break;
            case Point.Pending:
                effects.BeforeRename = (_, to) => Step(to.EndsWith(FilePlanner.Extension, StringComparison.Ordinal));
                break;
            default:
                effects.AfterRename = to => Step(to.EndsWith(FilePlanner.Extension, StringComparison.Ordinal));
                break;
        }

        void Step(bool isThere)
        {
            if (isThere)
            {
                Interrupt();
            }
        }

        FileRequest[] files = [.. "ab".Select(c => new FileRequest(service.Folders.Random(c.ToString()), service.Folders.At(c + FilePlanner.Extension)))];
        IReadOnlyList<FileOutcome<ProtectedFile>> outcomes;
        await using (TestService writer = await service.OpenAnotherAsync(options => options with { FileEffects = effects }))
        {
            outcomes = await writer.ProtectAsync(files, new ProtectOptions { DegreeOfParallelism = 1 });
        }

        Assert.True(isDone);
        Assert.Equal(deed is Deed.Remove ? ErrorCodes.HasDependants : null, refused);
        await AssertWholeAsync(service, files, outcomes);
        if (deed is not Deed.SweepAndRemove)
        {
            Assert.All(outcomes, outcome => Assert.Null(outcome.Error));
        }
    }

    private static async Task<string?> DoAsync(TestService service, Deed deed, KeyProvider cmk, KeyProvider next)
    {
        await using TestService other = await service.OpenAnotherAsync();
        switch (deed)
        {
            case Deed.Rotate:
                await other.Service.Keys.RotateAsync("acme");
                break;
            case Deed.Migrate:
                await other.Service.Migrations.StartAsync("acme", next.Id);
                break;
            case Deed.Disable:
                await other.Service.Providers.EnableAsync(next.Id);
                await other.Service.Providers.DisableAsync(cmk.Id, force: true);
                break;
            case Deed.Remove:
                await other.Service.Providers.EnableAsync(next.Id);
                return await Refusal.CodeOfAsync(() => other.Service.Providers.RemoveAsync(cmk.Id, force: true));
            case Deed.RotateRoot:
                await other.Service.RootKey.RotateAsync();
                break;
            default:
                service.EndProcesses();
                await using (TestService judge = await service.OpenAnotherAsync())
                {
                    if (deed == Deed.SweepAndRemove)
                    {
                        await judge.Service.Providers.EnableAsync(next.Id);
                        await judge.Service.Providers.RemoveAsync(cmk.Id, force: true);
                    }
                }

                break;
        }

        return null;
    }

    private static async Task AssertWholeAsync(TestService service, FileRequest[] files, IReadOnlyList<FileOutcome<ProtectedFile>> outcomes)
    {
        await using TestService after = await service.OpenAnotherAsync();
        foreach (KeyProvider shut in await after.Service.Providers.ListAsync(new KeyProviderFilter { Status = KeyProviderStatus.Deactivated }))
        {
            await after.Service.Providers.RestoreAsync(shut.Id);
        }

        string[] written = [.. outcomes.Where(outcome => outcome.Error is null).Select(outcome => outcome.Result!.Path).Order(StringComparer.Ordinal)];
        Assert.Equal(files.Length, outcomes.Count);
        Assert.Equal(written, Directory.GetFiles(service.Folders.Work, "*" + FilePlanner.Extension).Order(StringComparer.Ordinal));
        Assert.Equal(written, (await after.Service.Data.ListCatalogAsync("acme").ToListAsync()).Select(entry => entry.Path!));
        Assert.Equal((0L, 0L), ((long)service.SqlValue("SELECT count(*) FROM catalog_pending")!, (long)service.SqlValue("SELECT count(*) FROM wrap_reservations")!));
        foreach (FileRequest file in files)
        {
            Assert.True(File.Exists(file.Source));
            if (written.Contains(file.Destination))
            {
                string copy = file.Source + ".out";
                Assert.Null((await after.UnprotectAsync(file.Destination, copy, new UnprotectOptions { Strict = true })).Error);
                Assert.Equal(File.ReadAllBytes(file.Source), File.ReadAllBytes(copy));
            }
        }

        IReadOnlyList<KeyEncryptionKey> keys = await after.Service.Keys.ListAsync("acme");
        Assert.Equal(written.Length, keys.Sum(key => key.Messages));
        Assert.All(keys, key => Assert.InRange(key.Messages, 0, key.ReservedWraps));
        Assert.Equal(ErrorCodes.Success, (await after.Service.Events.VerifyAsync()).Code);
    }
}
