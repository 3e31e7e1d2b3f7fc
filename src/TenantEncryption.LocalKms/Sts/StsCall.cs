using System.Xml.Linq;
using Microsoft.Extensions.Primitives;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Identity;
using TenantEncryption.LocalKms.Protocol;
using TenantEncryption.LocalKms.Signing;

namespace TenantEncryption.LocalKms.Sts;

/// <summary>A verified call of STS.</summary>
internal sealed record StsCall(SignedCall Signature, Dictionary<string, StringValues> Parameters, DateTimeOffset Now, ServiceCall Service)
{
    public static readonly XNamespace Xml = "https://sts.amazonaws.com/doc/2011-06-15/";

    public Caller Caller => Signature.Caller;

    public string? Text(string name) => Parameters.TryGetValue(name, out StringValues value) ? value.ToString() : null;

    public string RequiredText(string name) => Text(name) is { Length: > 0 } text ? text
        : throw new KmsError("ValidationError", KmsErrors.MissingMember(name).Message);
}
