using TenantEncryption.Errors;

namespace TenantEncryption.Envelope;

/// <summary>
/// How large the parts of a message may be that a reader accepts. Each is checked before memory is allocated for the part, so that
/// a forged length costs an attacker's victim nothing.
/// </summary>
public sealed record MessageLimits
{
    // 1 GiB.
    private const int GreatestLength = 1 << 30;

    /// <summary>The limits that apply where the caller gives none.</summary>
    public static MessageLimits Default { get; } = new();

    /// <summary>
    /// For recognizing or showing a message: nothing of its body is kept and no key asked for, so the header's length alone bounds the cost.
    /// </summary>
    internal static MessageLimits OfHeader { get; } = new() { MaxEncryptedDataKeys = ushort.MaxValue, MaxFrameLength = GreatestLength };

    /// <summary>The greatest length of a header with its tag, in bytes; up to 1 GiB. 1 MiB.</summary>
    /// <exception cref="TenantEncryptionException">INVALID_INPUT: it is negative, or more than 1 GiB; as of each limit.</exception>
    public int MaxHeaderLength { get; init => field = Checked(value); } = 1 << 20;

    /// <summary>The greatest number of encrypted data keys. 32.</summary>
    public int MaxEncryptedDataKeys { get; init => field = Checked(value); } = 32;

    /// <summary>The greatest length of a frame's content, in bytes; up to 1 GiB. 64 MiB.</summary>
    public int MaxFrameLength { get; init => field = Checked(value); } = 64 << 20;

    /// <summary>The greatest length of the content of a message without frames, in bytes; up to 1 GiB. 64 MiB.</summary>
    public int MaxNonFramedLength { get; init => field = Checked(value); } = 64 << 20;

    /// <summary>The refusal of a message that is beyond a limit, which says how the limit is raised.</summary>
    internal static TenantEncryptionException Exceeded(string code, string detail, string limit) => new(
        code,
        detail,
        remedy: $"If you trust its writer, raise {limit}, a member of MessageLimits.");

    private static int Checked(int value) => value is >= 0 and <= GreatestLength
        ? value
        : throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"A limit of messages is 0 to {GreatestLength} (1 GiB); {value} was given.");
}
