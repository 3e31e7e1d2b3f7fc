using System.Collections.Frozen;

namespace TenantEncryption.Policies;

/// <summary>A policy, parsed once into a form that decides quickly. Immutable and thread-safe.</summary>
public sealed class PolicyDocument
{
    private readonly PrincipalIndex _denies;
    private readonly PrincipalIndex _allows;
    private readonly FrozenSet<string> _conditionKeys;

    internal PolicyDocument(PolicyKind kind, string? name, IReadOnlyList<PolicyStatement> statements)
    {
        Kind = kind;
        Name = name;
        Statements = statements;
        _denies = new PrincipalIndex(statements.Where(statement => statement.Effect == PolicyEffect.Deny));
        _allows = new PrincipalIndex(statements.Where(statement => statement.Effect == PolicyEffect.Allow));
        _conditionKeys = statements.SelectMany(statement => statement.Conditions).Select(condition => condition.Key).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>What the policy is attached to.</summary>
    public PolicyKind Kind { get; }

    /// <summary>What explanations call it, or <see langword="null"/>.</summary>
    public string? Name { get; }

    /// <summary>The statements in their order.</summary>
    public IReadOnlyList<PolicyStatement> Statements { get; }

    /// <summary>Parses and compiles a policy.</summary>
    /// <param name="json">The document. A name that stands twice in one object, and JSON that IAM would not read, are refused.</param>
    /// <param name="kind">What it is attached to.</param>
    /// <param name="name">What explanations shall call it.</param>
    /// <returns>The policy.</returns>
    /// <exception cref="TenantEncryptionException"><c>MALFORMED_POLICY</c>; the detail names the statement and element.</exception>
    public static PolicyDocument Parse(string json, PolicyKind kind, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        return new PolicyDocument(kind, name, new PolicyParser(kind).Parse(json));
    }

    /// <summary>Whether a condition asks for a condition key, so that requests need not bring what is dear and nobody asks for.</summary>
    /// <param name="conditionKey">The condition key, such as <c>kms:ResourceAliases</c>.</param>
    /// <returns><see langword="true"/> if one does.</returns>
    public bool AsksFor(string conditionKey) => _conditionKeys.Contains(conditionKey);

    /// <summary>The first Deny that applies to a request, or <see langword="null"/>.</summary>
    internal PolicyStatement? FindDeny(AccessRequest request) => _denies.Find(request, out _);

    /// <summary>The first Allow that names the caller and applies; where there is none, the first that names the account.</summary>
    internal PolicyStatement? FindAllow(AccessRequest request, out PrincipalMatch match) => _allows.Find(request, out match);
}
