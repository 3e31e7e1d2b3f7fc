using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Conditions;

namespace TenantEncryption.Policies;

/// <summary>A statement of a policy, compiled.</summary>
public sealed class PolicyStatement
{
    internal PolicyStatement(int index, string? sid, PolicyEffect effect)
    {
        Index = index;
        Sid = sid;
        Effect = effect;
    }

    /// <summary>Its place in the document, from zero.</summary>
    public int Index { get; }

    /// <summary>Its identifier, or <see langword="null"/>.</summary>
    public string? Sid { get; }

    /// <summary>What it does when it applies.</summary>
    public PolicyEffect Effect { get; }

    /// <summary><see langword="null"/> in identity policies.</summary>
    internal PrincipalElement? Principal { get; init; }

    /// <summary><see langword="null"/> where the statement lacks it and so has no effect.</summary>
    internal ActionElement? Action { get; init; }

    /// <summary><see langword="null"/> where the statement lacks it and so has no effect.</summary>
    internal ResourceElement? Resource { get; init; }

    internal Condition[] Conditions { get; init; } = [];

    /// <summary>Reads one statement of a key policy of the newest version.</summary>
    /// <exception cref="TenantEncryptionException"><c>MALFORMED_POLICY</c>.</exception>
    internal static PolicyStatement Read(JObject statement)
    {
        var document = new JObject { ["Version"] = "2012-10-17", ["Statement"] = new JArray(statement) };
        return new PolicyParser(PolicyKind.KeyPolicy).Parse(document.ToString(Formatting.None))[0];
    }

    /// <inheritdoc/>
    public override string ToString() => Sid is null ? $"statement {Index}" : $"statement {Index} '{Sid}'";

    /// <summary>Whether action, resource and conditions fit a request. The principal is not looked at.</summary>
    internal bool Covers(AccessRequest request)
    {
        if (Action?.Matches(request.Action) != true || Resource?.Matches(request.Resource, request.Context) != true)
        {
            return false;
        }

        foreach (Condition condition in Conditions)
        {
            if (!condition.IsMet(request.Context))
            {
                return false;
            }
        }

        return true;
    }
}
