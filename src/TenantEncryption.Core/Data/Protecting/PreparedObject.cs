using Microsoft.Win32.SafeHandles;
using TenantEncryption.Envelope;

namespace TenantEncryption.Data.Protecting;

/// <summary>A file whose message is to be an object: all of it is known but its bytes.</summary>
/// <param name="source">The plaintext, from its start.</param>
/// <param name="length">The plaintext's length in bytes.</param>
/// <param name="materials">What the message is written with.</param>
internal sealed class PreparedObject(SafeFileHandle source, long length, MessageMaterials materials) : IDisposable
{
    /// <summary>The plaintext.</summary>
    public SafeFileHandle Source => source;

    /// <summary>Its length in bytes.</summary>
    public long Length => length;

    /// <summary>What the message is written with.</summary>
    public MessageMaterials Materials => materials;

    /// <inheritdoc/>
    public void Dispose()
    {
        source.Dispose();
        materials.Dispose();
    }
}
