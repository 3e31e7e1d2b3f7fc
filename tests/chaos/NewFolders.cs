using System.Globalization;
using TenantEncryption.Data;
using TenantEncryption.Tenants;

namespace TenantEncryption.Chaos;

/// <summary>Many small files whose folders don't exist yet, at default limits, again and again, on the disk of one's choice: what fails at random fails here.</summary>
internal static class NewFolders
{
    private const int Folders = 300;
    private const int FilesInEach = 4;

    public static async Task<int> RunAsync(string parent, int runs)
    {
        string root = Path.Combine(parent, "tenc-new-folders-" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        string plain = Path.Combine(root, "plain");
        try
        {
            for (int i = 0; i < Folders * FilesInEach; i++)
            {
                string folder = Directory.CreateDirectory(Path.Combine(plain, $"{i / FilesInEach:000}")).FullName;
                await File.WriteAllBytesAsync(Path.Combine(folder, $"{i % FilesInEach}"), Scene.ContentOf($"{i}"));
            }

            await using TenantEncryptionService service = await new Scene(root, "http://127.0.0.1:1").OpenAsync();
            await service.Tenants.CreateAsync(new NewTenant { TenantId = Scene.Tenants[0] });
            int badRuns = 0;
            for (int run = 0; run < runs; run++)
            {
                string messages = Path.Combine(root, "messages");
                string back = Path.Combine(root, "back");
                await using DataSession session = service.Data.BeginSession();
                int failed = await FailedAsync(session.ProtectFilesAsync(Scene.Tenants[0], FilePlanner.ForProtect([plain], messages, outFile: null, recurse: true)));
                failed += await FailedAsync(session.UnprotectFilesAsync(FilePlanner.ForUnprotect([messages], back, outFile: null, recurse: true)));
                failed += Math.Abs((Folders * FilesInEach) - Directory.GetFiles(back, "*", SearchOption.AllDirectories).Length);
                badRuns += failed > 0 ? 1 : 0;
                Directory.Delete(messages, recursive: true);
                Directory.Delete(back, recursive: true);
            }

            Console.WriteLine($"{badRuns} of {runs} runs in {parent} lost files");
            return badRuns == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<int> FailedAsync<T>(IAsyncEnumerable<FileOutcome<T>> outcomes)
        where T : class
    {
        int failed = 0;
        await foreach (FileOutcome<T> outcome in outcomes)
        {
            if (outcome.Error is { } error)
            {
                failed++;
                Console.WriteLine(error.Message);
            }
        }

        return failed;
    }
}
