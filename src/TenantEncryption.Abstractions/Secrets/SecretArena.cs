namespace TenantEncryption.Keys;

/// <summary>
/// Where the secrets of a process are: slots of a few sizes in <see cref="LockedPages"/>, which are used again, and pages of its own for what is larger. Whoever returns
/// memory has zeroed it, so that what is taken is zero.
/// </summary>
internal static class SecretArena
{
    // Data keys; a set of root keys or an answer of KMS; a longer answer.
    private static readonly SecretSlots[] Classes = [new(64), new(512), new(4096)];

    /// <summary>Takes memory for so many bytes.</summary>
    public static nint Take(int length) => ClassOf(length) is { } slots ? slots.Take() : LockedPages.Map(LockedPages.Round(length));

    /// <summary>Returns memory that was taken for so many bytes.</summary>
    public static void Return(nint address, int length)
    {
        if (ClassOf(length) is { } slots)
        {
            slots.Return(address);
        }
        else
        {
            LockedPages.Unmap(address, LockedPages.Round(length));
        }
    }

    private static SecretSlots? ClassOf(int length)
    {
        foreach (SecretSlots slots in Classes)
        {
            if (length <= slots.Length)
            {
                return slots;
            }
        }

        return null;
    }
}
