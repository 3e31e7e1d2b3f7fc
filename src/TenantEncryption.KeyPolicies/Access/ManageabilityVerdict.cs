using TenantEncryption.Policies.Conditions;

namespace TenantEncryption.Policies.Access;

/// <summary>Whether a key's policy can be changed, and what that depends on.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Principal">Who could; <see langword="null"/> for nobody.</param>
/// <param name="DependsOn">The statements whose conditions decide, where they can't be judged beforehand.</param>
public sealed record ManageabilityVerdict(Manageability Answer, PolicyPrincipal? Principal, IReadOnlyList<PolicyStatement> DependsOn)
{
    /// <inheritdoc/>
    public override string ToString() => Answer switch
    {
        Manageability.Yes => $"{Principal} can change the policy.",
        Manageability.Depends => $"Whether {Principal} can change the policy depends on {string.Join(" and ", DependsOn.Select(Describe))}.",
        _ => "Nobody can change the policy.",
    };

    private static string Describe(PolicyStatement statement) =>
        $"the {statement.Effect} in {statement} ({string.Join(", ", statement.Conditions.Select(Describe))})";

    private static string Describe(Condition condition) => $"{condition.Operator.Name} {condition.Key} [{string.Join(", ", condition.Values)}]";
}
