using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Spaces;

namespace TenantEncryption.Anchors;

/// <summary>What was kept of anchors outside the store: a file or a bucket of them, one anchor, or what CloudTrail holds of one.</summary>
public sealed class AnchorEvidence
{
    private AnchorEvidence(string source, IReadOnlyList<AnchorMark> marks, string? fault = null) => (Source, Marks, Fault) = (source, marks, fault);

    /// <summary>Where it comes from, in words.</summary>
    internal string Source { get; }

    /// <summary>The place in a bucket that is read while the log is verified; <see langword="null"/> for what was read already.</summary>
    internal string? Address { get; private init; }

    /// <summary>The anchors, in their order.</summary>
    internal IReadOnlyList<AnchorMark> Marks { get; }

    /// <summary>Why it can't be what was kept; <see langword="null"/> when nothing speaks against it.</summary>
    internal string? Fault { get; }

    /// <summary>An anchor.</summary>
    /// <param name="anchor">The anchor.</param>
    /// <returns>The evidence.</returns>
    public static AnchorEvidence Of(Anchor anchor)
    {
        ArgumentNullException.ThrowIfNull(anchor);
        return new AnchorEvidence("What was given", [anchor.Mark]);
    }

    /// <summary>What was kept of an anchor as text.</summary>
    /// <param name="text"><c>number:root</c>, or the JSON of an anchor or of the encryption context that CloudTrail holds.</param>
    /// <returns>The evidence.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>.</exception>
    public static AnchorEvidence Of(string text) => AnchorText.TryReadMark(text, out AnchorMark? mark)
        ? new AnchorEvidence("What was given", [mark])
        : throw new TenantEncryptionException(ErrorCodes.InvalidInput, "What was kept of an anchor is written as number:root, or as JSON with both.");

    /// <summary>The anchors in a bucket, an object each. They are read while the log is verified, in memory that does not grow with their number.</summary>
    /// <param name="address">The place that anchors are put to: <c>s3://bucket/prefix</c>.</param>
    /// <returns>The evidence.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: it is no address of a bucket.</exception>
    public static AnchorEvidence OfBucket(string address)
    {
        ObjectAddress.Parse(address);
        return new AnchorEvidence($"'{address}'", []) { Address = address };
    }

    /// <summary>One anchor of a bucket, or why it is none.</summary>
    internal static AnchorEvidence OfObject(string address, Anchor? anchor, string? fault) => new($"'{address}'", anchor is null ? [] : [anchor.Mark], fault);

    /// <summary>A file of anchors, whose lines must follow each other.</summary>
    /// <param name="path">The full path.</param>
    /// <returns>The evidence; a file that was altered is evidence that fails.</returns>
    /// <exception cref="TenantEncryptionException"><c>SOURCE_NOT_FOUND</c>, <c>STORAGE_FAILED</c>; <c>INVALID_INPUT</c>: it has no line.</exception>
    public static AnchorEvidence OfFile(string path)
    {
        string source = $"'{path}'";
        string text = FileFailure.Translate(path, "read", () => AnchorFile.ReadText(path));
        string[] lines = text.Split('\n');
        var marks = new List<AnchorMark>();
        Anchor? before = null;
        for (int index = 0; index < lines.Length; index++)
        {
            string line = lines[index].TrimEnd('\r');
            bool isLast = index == lines.Length - 1;
            if (isLast && line.Length == 0)
            {
                break;
            }

            if (!AnchorText.TryRead(line, out Anchor? anchor))
            {
                // A process that died left the half of a line without its end.
                if (isLast && marks.Count > 0)
                {
                    break;
                }

                return Altered($"line {index + 1} is no anchor, or one that was altered");
            }

            if (before is not null && (anchor.StoreId != before.StoreId || anchor.Number != before.Number + 1 || anchor.Previous != before.Hash))
            {
                return Altered($"line {index + 1}, anchor {anchor.Number}, does not follow anchor {before.Number}");
            }

            marks.Add(anchor.Mark);
            before = anchor;
        }

        return marks.Count > 0
            ? new AnchorEvidence(source, marks)
            : throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"{source} holds no anchor.");

        AnchorEvidence Altered(string how) => new(source, marks, $"{source} was altered: {how}.");
    }
}
