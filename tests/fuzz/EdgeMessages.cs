using TenantEncryption.Envelope;
using TenantEncryption.Testing;

namespace TenantEncryption.Fuzz;

/// <summary>
/// Messages at the edges of the format, made by hand: the first of the corpus, to which found cases are added. The plaintext of one that
/// can be read counts its bytes: 0, 1, 2, ….
/// </summary>
internal static class EdgeMessages
{
    /// <summary>All of them, by name. Ids and wrapped keys are random, so each run makes others.</summary>
    public static IEnumerable<(string Name, byte[] Message)> All()
    {
        foreach (string suite in (string[])["0478", "0578", "0178", "0014", "0378"])
        {
            yield return ($"{suite}-empty-framed", Written(suite, 16, 0));
            yield return ($"{suite}-empty-without-frames", Written(suite, 0, 0));
            yield return ($"{suite}-one-full-frame", Written(suite, 16, 16));
            yield return ($"{suite}-full-frame-and-empty-final-frame", Written(suite, 16, 16, message => new SpecificationMessage
            {
                Suite = message.Suite,
                FrameLength = message.FrameLength,
                Plaintext = message.Plaintext,
                EndsWithEmptyFrame = true,
            }));
            yield return ($"{suite}-frames-of-one-byte", Written(suite, 1, 5));
            yield return ($"{suite}-trailing-byte", [.. Written(suite, 16, 20), 0]);
            yield return ($"{suite}-last-byte-missing", Written(suite, 16, 20)[..^1]);
            yield return ($"{suite}-without-frames-last-byte-missing", Written(suite, 0, 20)[..^1]);
        }

        // With frames of the default length, cut where the reader has least to go by.
        foreach (string suite in (string[])["0478", "0578"])
        {
            yield return ($"{suite}-default-frames", Written(suite, MessageWriterOptions.DefaultFrameLength, 20));
            yield return ($"{suite}-default-frames-header-alone", Cut(suite, MessageWriterOptions.DefaultFrameLength, "final mark"));
            yield return ($"{suite}-default-frames-cut-after-the-mark", Cut(suite, MessageWriterOptions.DefaultFrameLength, "sequence number"));
            yield return ($"{suite}-default-frames-cut-in-the-IV", Cut(suite, MessageWriterOptions.DefaultFrameLength, "content length")[..^1]);
            yield return ($"{suite}-default-frames-cut-before-the-content", Cut(suite, MessageWriterOptions.DefaultFrameLength, "final frame content and tag"));
        }

        // One suite of each version of the format.
        foreach (string suite in (string[])["0478", "0378"])
        {
            yield return ($"{suite}-no-data-key", Edited(suite, 16, "EDK count", [0, 0]));
            yield return ($"{suite}-65535-data-keys", Edited(suite, 16, "EDK count", [0xFF, 0xFF]));
            yield return ($"{suite}-one-data-key-too-many", Edited(suite, 16, "EDK count", [0, 2]));
            yield return ($"{suite}-context-longer-than-message", Edited(suite, 16, "context length", [0xFF, 0xFF]));
            yield return ($"{suite}-content-type-0", Edited(suite, 16, "content type", [0]));
            yield return ($"{suite}-content-type-of-no-frames", Edited(suite, 16, "content type", [1]));
            yield return ($"{suite}-frame-length-0", Edited(suite, 16, "frame length", [0, 0, 0, 0]));
            yield return ($"{suite}-frame-length-4-GiB", Edited(suite, 16, "frame length", [0xFF, 0xFF, 0xFF, 0xFF]));
            yield return ($"{suite}-frame-length-17", Edited(suite, 16, "frame length", [0, 0, 0, 17]));
            yield return ($"{suite}-without-frames-frame-length-1", Edited(suite, 0, "frame length", [0, 0, 0, 1]));
            yield return ($"{suite}-first-frame-0", Edited(suite, 16, "sequence number", [0, 0, 0, 0]));
            yield return ($"{suite}-first-frame-2", Edited(suite, 16, "sequence number", [0, 0, 0, 2]));
            yield return ($"{suite}-first-frame-marked-final", Edited(suite, 16, "sequence number", [0xFF, 0xFF, 0xFF, 0xFF]));
            yield return ($"{suite}-frame-IV-0", Edited(suite, 16, "frame IV", new byte[12]));
            yield return ($"{suite}-final-frame-longer-than-a-frame", Edited(suite, 16, "content length", [0, 0, 0, 17]));
            yield return ($"{suite}-final-frame-of-4-GiB", Edited(suite, 16, "content length", [0xFF, 0xFF, 0xFF, 0xFF]));
            yield return ($"{suite}-final-frame-shorter-than-it-is", Edited(suite, 16, "content length", [0, 0, 0, 3]));
            yield return ($"{suite}-body-of-2-to-the-63", Edited(suite, 0, "body length", [0x80, 0, 0, 0, 0, 0, 0, 0]));
            yield return ($"{suite}-body-of-4-GiB", Edited(suite, 0, "body length", [0, 0, 0, 1, 0, 0, 0, 0]));
            yield return ($"{suite}-tag-of-header", Flipped(suite, 16, "header tag"));
            yield return ($"{suite}-wrapped-key", Flipped(suite, 16, "EDK"));
        }

        foreach (string suite in (string[])["0578", "0378"])
        {
            yield return ($"{suite}-signature", Flipped(suite, 16, "signature"));
            yield return ($"{suite}-signature-of-no-length", Edited(suite, 16, "signature length", [0, 0]));
            yield return ($"{suite}-without-signature", Cut(suite, 16, "signature length"));
        }

        // One more than the limit, which a reader may raise.
        yield return ("0478-33-data-keys", Written("0478", 16, 20, message => new SpecificationMessage
        {
            Suite = message.Suite,
            FrameLength = message.FrameLength,
            Plaintext = message.Plaintext,
            OtherKeys = [.. Enumerable.Repeat(("stranger", new byte[5], new byte[40]), 32)],
        }));
        yield return ("0478-commitment", Flipped("0478", 16, "commitment"));
        yield return ("0178-reserved-bytes", Edited("0178", 16, "reserved", [0, 0, 0, 1]));
        yield return ("0178-IV-length-11", Edited("0178", 16, "IV length", [11]));
        yield return ("0178-type-81", Edited("0178", 16, "type", [0x81]));
        yield return ("0178-suite-of-version-2", Edited("0178", 16, "suite", [0x04, 0x78]));
        yield return ("0478-suite-of-version-1", Edited("0478", 16, "suite", [0x01, 0x78]));
        yield return ("0478-suite-0000", Edited("0478", 16, "suite", [0, 0]));
        yield return ("0478-version-3", Edited("0478", 16, "version", [3]));
        yield return ("0478-header-alone", Cut("0478", 16, "sequence number"));
        yield return ("0478-cut-in-its-message-id", Cut("0478", 16, "context length")[..^1]);
        yield return ("empty", []);
        yield return ("version-alone", [2]);
        yield return ("version-and-suite-alone", [2, 0x04, 0x78]);
    }

    private static byte[] Written(string suite, int frameLength, int length, Func<SpecificationMessage, SpecificationMessage>? change = null)
    {
        SpecificationMessage message = New(suite, frameLength, length);
        return (change?.Invoke(message) ?? message).Write();
    }

    private static byte[] Edited(string suite, int frameLength, string field, byte[] value) =>
        Change(suite, frameLength, field, (bytes, at) => value.CopyTo(bytes, at.Start));

    private static byte[] Flipped(string suite, int frameLength, string field) =>
        Change(suite, frameLength, field, (bytes, at) => bytes[at.Start + at.Length - 1] ^= 1);

    private static byte[] Cut(string suite, int frameLength, string field)
    {
        int start = 0;
        byte[] bytes = Change(suite, frameLength, field, (_, at) => start = at.Start);
        return bytes[..start];
    }

    private static byte[] Change(string suite, int frameLength, string field, Action<byte[], SpecificationMessage.Field> change)
    {
        SpecificationMessage message = New(suite, frameLength, 20);
        byte[] bytes = message.Write();
        change(bytes, message.Fields.First(one => one.Name == field));
        return bytes;
    }

    private static SpecificationMessage New(string suite, int frameLength, int length) => new()
    {
        Suite = SpecificationMessage.SuiteOf(suite),
        FrameLength = frameLength,
        Plaintext = [.. Enumerable.Range(0, length).Select(i => (byte)i)],
    };
}
