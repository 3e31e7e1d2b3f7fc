using TenantEncryption.Errors;

namespace TenantEncryption.Policies.Text;

/// <summary>A policy that IAM would not accept, with the place of the fault.</summary>
internal sealed class PolicySyntaxException(string fault, TextPosition? position, bool isJson, Exception? inner = null)
    : TenantEncryptionException(ErrorCodes.MalformedPolicy, position is null ? fault : $"{fault.TrimEnd('.')} ({position}).", inner)
{
    /// <summary>What is wrong, without the place.</summary>
    public string Fault => fault;

    /// <summary>Where, if that is known.</summary>
    public TextPosition? Position => position;

    /// <summary>Whether the text is no JSON at all, rather than no policy.</summary>
    public bool IsJson => isJson;
}
