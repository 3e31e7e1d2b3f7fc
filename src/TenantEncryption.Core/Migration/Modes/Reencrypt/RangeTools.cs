using TenantEncryption.Changes;
using TenantEncryption.Envelope;
using TenantEncryption.Files;

namespace TenantEncryption.Migration;

/// <summary>What messages are written anew with.</summary>
internal sealed record RangeTools(UnitOfWork Work, RangeKeys Keys, MessageReencryptor Reencryptor, IFileEffects Effects);
