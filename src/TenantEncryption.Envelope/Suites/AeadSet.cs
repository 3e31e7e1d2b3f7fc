namespace TenantEncryption.Envelope;

/// <summary>The AEAD objects of one message, one for each thread that works on it.</summary>
internal static class AeadSet
{
    public static void Fill(Span<IAead> aeads, IAeadFactory factory, ReadOnlySpan<byte> derivedKey)
    {
        var made = 0;
        try
        {
            for (; made < aeads.Length; made++)
            {
                aeads[made] = factory.Create(derivedKey);
            }
        }
        catch
        {
            Dispose(aeads[..made]);
            throw;
        }
    }

    public static void Dispose(ReadOnlySpan<IAead> aeads)
    {
        foreach (IAead aead in aeads)
        {
            aead?.Dispose();
        }
    }
}
