using Newtonsoft.Json.Linq;
using TenantEncryption.Platforms;

namespace TenantEncryption.Policies.Templates;

/// <summary>A statement of a platform with its placeholders filled in.</summary>
/// <param name="Template">What the platform says.</param>
/// <param name="Statement">The statement as it goes into a key policy.</param>
internal sealed record RenderedStatement(PlatformStatement Template, JObject Statement)
{
    /// <summary>The statement's Sid.</summary>
    public string Sid => (string)Statement[nameof(Sid)]!;

    /// <summary>What is only recommended of it, by the principals; those of a choice that nobody made.</summary>
    internal IReadOnlyDictionary<string, StatementAdvice> AdvisedPrincipals { get; init; } = new Dictionary<string, StatementAdvice>();

    /// <summary>Why a principal should have the access although the key works without; <see langword="null"/> where it does not.</summary>
    /// <param name="principal">The principal.</param>
    /// <param name="isNamed">Whether the policy names it: who lets a principal in that is a choice has chosen.</param>
    internal StatementAdvice? AdviceFor(string principal, bool isNamed) =>
        !isNamed && AdvisedPrincipals.TryGetValue(principal, out StatementAdvice? choice) ? choice
        : Template.Advice is { } text ? new StatementAdvice(text)
        : null;

    /// <summary>What it is for.</summary>
    public StatementPurpose Purpose => Template.Purpose;

    /// <inheritdoc/>
    public override string ToString() => Sid;
}
