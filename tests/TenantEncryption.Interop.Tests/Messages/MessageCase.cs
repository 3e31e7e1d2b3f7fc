using System.Security.Cryptography;

namespace TenantEncryption.Interop.Tests.Messages;

/// <summary>One shape of message: the length of a frame and of the plaintext in bytes, and what is added to the encryption context.</summary>
internal sealed record MessageCase(int FrameLength, int Length, IReadOnlyDictionary<string, string> AddedContext)
{
    private static readonly int[] FrameLengths = [1, 16, 4096, 256 << 10, 1 << 20];

    /// <summary>Nothing, ASCII, and keys whose order by UTF-8 bytes is not their order by UTF-16 units, nor that of a locale.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> Contexts { get; } =
    [
        new Dictionary<string, string>(),
        new Dictionary<string, string> { ["purpose"] = "interop", ["Zone"] = "b", ["a"] = "" },
        new Dictionary<string, string> { ["\U0001F600"] = "beyond the BMP", ["\uFF01"] = "within", ["é"] = "\U0001D11E" },
    ];

    /// <summary>Every frame length with every length at the edges of a frame.</summary>
    public static IReadOnlyList<(int FrameLength, int Length)> Sizes { get; } =
    [
        .. FrameLengths.SelectMany(
            frame => ((int[])[0, 1, frame - 1, frame, frame + 1, 3 * frame]).Distinct().Select(length => (frame, length))),
    ];

    /// <summary>Every size with every context.</summary>
    public static IReadOnlyList<MessageCase> All { get; } =
        [.. Sizes.SelectMany(size => Contexts.Select(context => new MessageCase(size.FrameLength, size.Length, context)))];

    /// <summary>Every size, and the contexts in turn.</summary>
    public static IReadOnlyList<MessageCase> EachSize { get; } =
        [.. Sizes.Select((size, index) => new MessageCase(size.FrameLength, size.Length, Contexts[index % Contexts.Count]))];

    /// <summary>The context of a tenant's message.</summary>
    public Dictionary<string, string> ContextOf(string tenantId) => new(AddedContext) { ["TenantId"] = tenantId };

    /// <summary>A plaintext of the length.</summary>
    public byte[] NewPlaintext() => RandomNumberGenerator.GetBytes(Length);

    public override string ToString() => $"{Length} bytes in frames of {FrameLength}, {AddedContext.Count} pairs added";
}
