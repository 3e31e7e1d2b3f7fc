using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;

namespace TenantEncryption.Policies.Text;

/// <summary>A policy that IAM would not accept, with the place of the fault. It never leaves this library: see <see cref="AsKnown"/>.</summary>
internal sealed class PolicySyntaxException(string fault, TextPosition? position, bool isJson, Exception? inner = null, JToken? at = null) : Exception(fault, inner)
{
    /// <summary>What is wrong, without the place.</summary>
    public string Fault => Message;

    /// <summary>Where, if that is known.</summary>
    public TextPosition? Position => position;

    /// <summary>What to do, where the fault tells.</summary>
    public string? Remedy { get; init; }

    /// <summary>What is wrong in the JSON, where it is any.</summary>
    public JToken? At => at;

    /// <summary>Whether the text is JSON, though no policy.</summary>
    public bool IsJson => isJson;

    /// <summary>The error that callers of this library get.</summary>
    public TenantEncryptionException AsKnown() => new(
        ErrorCodes.MalformedPolicy, position is null ? Message : $"{Message.TrimEnd('.')} ({position}).", InnerException, Remedy);
}
