using System.ComponentModel;
using TenantEncryption.Kms;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// Which master key in AWS KMS is meant: its identifier, a master key or key provider itself (one that came back from a job or a file, too). An object
/// also says how its key is reached.
/// </summary>
[TypeConverter(typeof(MasterKeyReferenceConverter))]
public sealed class MasterKeyReference
{
    internal MasterKeyReference(string keyId, KmsConnection? connection = null) => (KeyId, Connection) = (keyId, connection);

    /// <summary>The key ARN, alias ARN, key id or alias name.</summary>
    public string KeyId { get; }

    /// <summary>How the object's key is reached.</summary>
    internal KmsConnection? Connection { get; }

    /// <summary>A connection completed by the object's.</summary>
    internal KmsConnection Reach(KmsConnection given) => Connection is null ? given : (given with { Region = given.Region ?? Region }).Or(Connection);

    // An object's region may be the one in which another key of the same multi-Region key was looked at.
    private string? Region => KeyIdentifier.TryParse(KeyId, out KeyIdentifier? key, out _) ? key.Region : null;

    /// <inheritdoc/>
    public override string ToString() => KeyId;
}
