namespace TenantEncryption.Keys.Sources;

/// <summary>
/// What can seal key-encryption keys: it makes shares that it alone can open. The share, with the salt of a record, wraps the key (see
/// <see cref="KeyRecordCipher"/>); the source never sees the key.
/// </summary>
internal interface IKeySource
{
    /// <summary>What stands for its master key in records.</summary>
    string KeyArn { get; }

    /// <summary>Makes a share.</summary>
    /// <param name="context">The pairs that bind the share; exactly these open it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="TenantEncryptionException">What the source answers.</exception>
    Task<KeyShare> MakeAsync(IReadOnlyDictionary<string, string> context, CancellationToken cancellationToken);

    /// <summary>Opens a share: 32 bytes.</summary>
    /// <exception cref="TenantEncryptionException"><c>WRONG_KEY</c>: it was altered, or made with other pairs; or what the source answers.</exception>
    Task<SecretBytes> OpenAsync(byte[] sealedShare, IReadOnlyDictionary<string, string> context, CancellationToken cancellationToken);
}
