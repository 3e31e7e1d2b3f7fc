using System.Text.Json.Serialization;
using TenantEncryption.Policies;

namespace TenantEncryption.LocalKms.Keys;

/// <summary>A key policy: its text as it was given, and its compiled form, made once.</summary>
[JsonConverter(typeof(KeyPolicyConverter))]
internal sealed class KeyPolicy(string text)
{
    private PolicyDocument? _document;

    public string Text { get; } = text;

    /// <exception cref="TenantEncryptionException"><c>MALFORMED_POLICY</c>.</exception>
    public PolicyDocument Document =>
        LazyInitializer.EnsureInitialized(ref _document, () => PolicyDocument.Parse(Text, PolicyKind.KeyPolicy));
}
