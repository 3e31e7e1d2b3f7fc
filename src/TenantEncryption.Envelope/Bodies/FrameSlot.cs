namespace TenantEncryption.Envelope;

/// <summary>What one batch in a pipeline holds: its AEAD object, its input and its output.</summary>
internal sealed class FrameSlot(IAead aead, int inputLength, int outputLength) : IDisposable
{
    public IAead Aead { get; } = aead;

    public FrameBuffer Input { get; } = new(inputLength);

    public FrameBuffer Output { get; } = new(outputLength);

    public void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
    }
}
