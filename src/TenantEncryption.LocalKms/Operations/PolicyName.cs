using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>The name of a key policy: there is one.</summary>
internal static class PolicyName
{
    public const string Default = "default";

    /// <exception cref="KmsError">NotFoundException: the request asks for another.</exception>
    public static void Check(RequestFields request)
    {
        if (request.Text("PolicyName") is { } name && name != Default)
        {
            throw KmsErrors.NotFound($"No such policy exists: {name}");
        }
    }
}
