using TenantEncryption.Data;
using TenantEncryption.Migration;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

/// <summary>The power is lost after each effect on files, with what was not flushed dropped: an output is absent, the old one, or whole.</summary>
public sealed class PowerLossTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Protecting_leaves_no_output_the_old_one_or_the_whole_one(bool replace)
    {
        (RecordedFileEffects effects, TestService service) = await OpenAsync();
        await using TestService owned = service;
        var before = new Dictionary<string, byte[]>();
        var files = new List<FileRequest>();
        for (int i = 0; i < 3; i++)
        {
            files.Add(new FileRequest(service.Folders.Random($"{i}", 400_000), service.Folders.At($"{i}.tenc")));
            if (replace)
            {
                before[files[i].Destination] = File.ReadAllBytes(service.Folders.Write($"{i}.tenc", [1, 2, 3]));
            }
        }

        await service.ProtectAsync(files, new ProtectOptions { Force = replace });

        AssertWholeOrOld(before, effects.Effects, [.. files.Select(file => file.Destination)]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Unprotecting_leaves_no_output_the_old_one_or_the_whole_one(bool replace)
    {
        (RecordedFileEffects effects, TestService service) = await OpenAsync();
        await using TestService owned = service;
        var before = new Dictionary<string, byte[]>();
        var files = new List<FileRequest>();
        for (int i = 0; i < 3; i++)
        {
            files.Add(new FileRequest(await service.ProtectAsync(service.Folders.Random($"{i}", 400_000)), service.Folders.At($"{i}.out")));
            if (replace)
            {
                before[files[i].Destination] = File.ReadAllBytes(service.Folders.Write($"{i}.out", [1, 2, 3]));
            }
        }

        int known = effects.Effects.Count;
        await service.UnprotectAsync(files, new UnprotectOptions { Force = replace });

        AssertWholeOrOld(before, [.. effects.Effects.Skip(known)], [.. files.Select(file => file.Destination)]);
    }

    [Fact]
    public async Task Writing_messages_anew_leaves_each_the_old_one_or_the_whole_new_one()
    {
        (RecordedFileEffects effects, TestService service) = await OpenAsync();
        await using TestService owned = service;
        var before = new Dictionary<string, byte[]>();
        for (int i = 0; i < 3; i++)
        {
            string message = await service.ProtectAsync(service.Folders.Random($"{i}", 400_000));
            before[message] = File.ReadAllBytes(message);
        }

        int known = effects.Effects.Count;
        await service.Service.Migrations.StartAsync(
            "acme", (await service.RegisterAsync("CMK")).Id, new KeyMigrationOptions { Mode = MigrationMode.Reencrypt });

        AssertWholeOrOld(before, [.. effects.Effects.Skip(known)], [.. before.Keys]);
    }

    [Fact]
    public async Task A_source_is_never_gone_while_its_message_could_still_be_lost()
    {
        (RecordedFileEffects effects, TestService service) = await OpenAsync();
        await using TestService owned = service;
        string source = service.Folders.Random("one", 400_000);
        var before = new Dictionary<string, byte[]> { [source] = File.ReadAllBytes(source) };

        await service.ProtectAsync([new FileRequest(source, source + ".tenc")], new ProtectOptions { RemoveSource = true });

        byte[] whole = File.ReadAllBytes(source + ".tenc");
        Assert.False(File.Exists(source));
        Assert.All(PowerLoss.Replay(before, effects.Effects), state => Assert.True(
            state.Files.ContainsKey(source) || state.Files.GetValueOrDefault(source + ".tenc", []).AsSpan().SequenceEqual(whole)));
    }

    [Fact]
    public void The_replay_itself_finds_a_name_that_is_taken_before_the_content_is_on_the_disk()
    {
        FileEffect[] wrong = [new("create", "/a/.tmp"), new("rename", "/a/.tmp", "/a/out"), new("flush", "/a/.tmp", Content: [1]), new("flush folder", "/a")];

        Assert.Contains(PowerLoss.Replay(new Dictionary<string, byte[]>(), wrong), state => state.Files.TryGetValue("/a/out", out byte[]? content) && content.Length == 0);
    }

    private static async Task<(RecordedFileEffects Effects, TestService Service)> OpenAsync()
    {
        var effects = new RecordedFileEffects();
        return (effects, await TestService.WithTenantAsync(options => options with { FileEffects = effects }));
    }

    private static void AssertWholeOrOld(Dictionary<string, byte[]> before, IReadOnlyList<FileEffect> effects, IReadOnlyList<string> outputs)
    {
        var whole = outputs.ToDictionary(output => output, File.ReadAllBytes);
        int states = 0;
        foreach ((int after, IReadOnlyDictionary<string, byte[]> files) in PowerLoss.Replay(before, effects))
        {
            states++;
            foreach (string output in outputs)
            {
                byte[]? content = files.GetValueOrDefault(output);
                Assert.True(
                    content is null ? !before.ContainsKey(output) : Same(content, before.GetValueOrDefault(output)) || Same(content, whole[output]),
                    $"after {after} effects '{output}' holds {content?.Length} bytes");
                Assert.True(after < effects.Count || Same(content, whole[output]), "What was reported as done is not durable.");
            }
        }

        Assert.True(states > effects.Count);
    }

    private static bool Same(byte[]? one, byte[]? other) => one is not null && other is not null && one.AsSpan().SequenceEqual(other);
}
