using System.Text.Json;
using TenantEncryption.LocalKms.Identity;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;
using TenantEncryption.LocalKms.Signing;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>A verified call of an operation: who, where, with what, and the answer in the making.</summary>
internal sealed class OperationCall
{
    public required IOperation Operation { get; init; }

    public required SignedCall Signature { get; init; }

    public required RequestFields Request { get; init; }

    /// <summary>The answer; its outermost object is open.</summary>
    public required Utf8JsonWriter Answer { get; init; }

    public required KmsState State { get; init; }

    public required DateTimeOffset Now { get; init; }

    public Caller Caller => Signature.Caller;

    public string Region => Signature.Region;

    /// <summary>The encryption context of the request.</summary>
    public IReadOnlyDictionary<string, string> EncryptionContext => Request.Map("EncryptionContext");

    /// <summary>The key that a required member names.</summary>
    /// <param name="member">The member of the request.</param>
    /// <param name="aliases">Whether the operation takes alias names and alias ARNs.</param>
    public KmsKey Key(string member = "KeyId", bool aliases = false) => KeyReference.Resolve(this, Request.RequiredText(member), aliases);
}
