namespace TenantEncryption.Envelope;

/// <summary>Takes the plaintext of runs of frames, each verified by itself, from several threads at once.</summary>
internal interface IFrameSink
{
    /// <summary>Takes a run.</summary>
    /// <param name="worker">Which thread it is, from 0.</param>
    /// <param name="first">How many frames come before the run.</param>
    /// <param name="plaintext">The run's content, until this returns.</param>
    /// <param name="frames">Where the run's frames were read to, and the content of its one frame still is: of no more use to the reader.</param>
    /// <param name="endsMessage">Whether the run's last frame is the final one.</param>
    void Take(int worker, long first, ReadOnlySpan<byte> plaintext, Span<byte> frames, bool endsMessage);
}
