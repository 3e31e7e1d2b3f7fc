namespace TenantEncryption.Envelope;

/// <summary>
/// How large the parts of a message may be that a reader accepts. Each is checked before memory is allocated for the part, so that
/// a forged length costs an attacker's victim nothing.
/// </summary>
public sealed record MessageLimits
{
    private const int GreatestLength = 1 << 30;

    /// <summary>The limits that apply where the caller gives none.</summary>
    public static MessageLimits Default { get; } = new();

    /// <summary>The greatest length of a header with its tag, in bytes; up to 1 GiB. 1 MiB.</summary>
    public int MaxHeaderLength { get; init => field = Checked(value); } = 1 << 20;

    /// <summary>The greatest number of encrypted data keys. 32.</summary>
    public int MaxEncryptedDataKeys { get; init => field = Checked(value); } = 32;

    /// <summary>The greatest length of a frame's content, in bytes; up to 1 GiB. 64 MiB.</summary>
    public int MaxFrameLength { get; init => field = Checked(value); } = 64 << 20;

    /// <summary>The greatest length of the content of a message without frames, in bytes; up to 1 GiB. 64 MiB.</summary>
    public int MaxNonFramedLength { get; init => field = Checked(value); } = 64 << 20;

    private static int Checked(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, GreatestLength);
        return value;
    }
}
