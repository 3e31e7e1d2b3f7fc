using TenantEncryption.Data;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

/// <summary>Many small things at the limits that users have, again and again: what fails at random fails here.</summary>
public sealed class SideBySideTests
{
    private const int Runs = 30;
    private const int Folders = 300;
    private const int FilesInEach = 4;

    [Fact]
    public async Task Files_of_new_folders_are_protected_and_read_whole_thirty_times()
    {
        await using TestService service = await TestService.WithTenantAsync(folders: TestFolders.InMemory());
        string[] names = [.. Enumerable.Range(0, Folders * FilesInEach).Select(i => Path.Combine($"{i / FilesInEach:000}", $"{i % FilesInEach}"))];
        foreach (string name in names)
        {
            service.Folders.Random(Path.Combine("plain", name), 100);
        }

        var failures = new List<TenantEncryptionException?>();
        for (int run = 0; run < Runs; run++)
        {
            string messages = service.Folders.At($"messages-{run}");
            string back = service.Folders.At($"back-{run}");
            failures.AddRange((await service.ProtectAsync(FilePlanner.ForProtect([service.Folders.At("plain")], messages, outFile: null, recurse: true)))
                .Select(outcome => outcome.Error));
            failures.AddRange((await service.UnprotectAsync(FilePlanner.ForUnprotect([messages], back, outFile: null, recurse: true)))
                .Select(outcome => outcome.Error));
            Assert.DoesNotContain(failures, failure => failure is not null);
            Assert.Equal(names, Directory.GetFiles(back, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(back, path)).Order(StringComparer.Ordinal));
            Directory.Delete(messages, recursive: true);
            Directory.Delete(back, recursive: true);
        }

        Assert.Equal(2 * Runs * names.Length, failures.Count);
    }

    // Where another makes the folder between the attempt and .NET's own look at why it failed, .NET blames the file.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_folder_that_another_makes_at_that_moment_is_not_taken_for_a_missing_file(bool protect)
    {
        var effects = new HookedFileEffects();
        await using TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = effects });
        string source = protect ? service.Folders.Random("one") : await service.ProtectAsync(service.Folders.Random("one"));
        string output = service.Folders.At("new", "output");
        bool first = true;
        effects.BeforeCreate = path =>
        {
            if (first)
            {
                first = false;
                throw new FileNotFoundException("Could not find file.", path);
            }
        };

        TenantEncryptionException? error = protect
            ? Assert.Single(await service.ProtectAsync([new FileRequest(source, output)])).Error
            : (await service.UnprotectAsync(source, output)).Error;

        Assert.Null(error);
        Assert.True(File.Exists(output));
    }
}
