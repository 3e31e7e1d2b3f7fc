using Microsoft.Win32.SafeHandles;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Files;

namespace TenantEncryption.Spaces;

/// <summary>The files of one machine. A name is a full path, as <see cref="PathIdentity"/> spells it and compares it.</summary>
/// <param name="effects">How files are opened.</param>
/// <param name="machine">What tells this machine from the others that share a store; the host of a file URI (RFC 8089 §2).</param>
internal sealed class LocalFiles(IFileEffects effects, string machine = LocalFiles.OneMachine) : IObjectSpace
{
    /// <summary>The machine of a store that no other one shares: a copy of the store, moved with its files, still knows them.</summary>
    public const string OneMachine = "localhost";

    /// <inheritdoc/>
    public string Address { get; } = $"file://{machine}";

    /// <inheritdoc/>
    public string KeyOf(string name) => PathIdentity.KeyOf(name);

    /// <inheritdoc/>
    public async Task<bool?> HoldsAsync(string name, string messageId, CancellationToken cancellationToken)
    {
        try
        {
            using SafeFileHandle file = SourceFile.Open(effects, name, followLink: true);
            MessageHeader header = await MessageReader.ReadHeaderAsync(file, cancellationToken: cancellationToken).ConfigureAwait(false);
            return Convert.ToHexStringLower(header.MessageId.Span) == messageId;
        }
        catch (TenantEncryptionException exception)
        {
            return exception.Code == ErrorCodes.StorageFailed ? null : false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
