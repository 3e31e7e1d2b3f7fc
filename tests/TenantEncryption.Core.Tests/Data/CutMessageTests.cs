using TenantEncryption.Data;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

/// <summary>Files as users have them, with frames of the default length, cut wherever a boundary is near, among good ones.</summary>
public sealed class CutMessageTests
{
    private const int Frame = MessageWriterOptions.DefaultFrameLength;

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(Frame)]
    [InlineData(Frame + 1000)]
    public async Task Each_is_refused_by_itself_and_the_good_ones_around_it_are_read_and_verified(int length)
    {
        await using TestService service = await TestService.WithTenantAsync();
        string good = await service.ProtectAsync(service.Folders.Random("good", length));
        byte[] bytes = File.ReadAllBytes(good);
        string[] cut = [.. CutsOf(bytes).Select(cut => service.Folders.Write($"cut-{cut:D7}.tenc", bytes[..cut]))];
        string[] paths = [good, .. cut, service.Folders.Write("last.tenc", bytes)];
        string[] expected = [ErrorCodes.Success, .. cut.Select(_ => ErrorCodes.MessageTruncated), ErrorCodes.Success];
        await using DataSession session = service.Service.Data.BeginSession();

        List<FileOutcome<UnprotectedFile>> read = await session.UnprotectFilesAsync([.. paths.Select(path => new FileRequest(path, path + ".out"))]).ToListAsync();
        List<FileOutcome<MessageTestResult>> tested = await session.TestFilesAsync(paths).ToListAsync();

        Assert.Equal(expected, read.Select(outcome => outcome.Error?.Code ?? ErrorCodes.Success));
        Assert.Equal(expected, tested.Select(outcome => outcome.Result?.Code ?? outcome.Error?.Code));
        Assert.All(paths.Zip(expected), one => Assert.Equal(one.Second == ErrorCodes.Success, File.Exists(one.First + ".out")));
        foreach (string path in cut)
        {
            Assert.Equal(ErrorCodes.MessageTruncated, await Refusal.CodeOfAsync(async () => await session.UnprotectValueAsync(File.ReadAllBytes(path))));
        }
    }

    // The header's end, the frames' headers, their contents and tags, and the end, each with what is around it.
    private static SortedSet<int> CutsOf(byte[] message)
    {
        int header = MessageReader.ReadHeader(message).HeaderLength;
        int[] boundaries = [header, header + Frame + 16, header + Frame + 32, header + Frame + 56, message.Length - 16, message.Length];
        return [.. boundaries.SelectMany(at => Enumerable.Range(at - 30, 60)).Where(at => at > 0 && at < message.Length)];
    }
}
