using System.Globalization;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Access;

/// <summary>A request that a platform's principal makes, or could make, and what must become of it.</summary>
internal sealed record ExpectedAccess
{
    private static readonly Dictionary<string, string> NoPairs = [];

    /// <summary>The Sid of the platform's statement that it follows from.</summary>
    public required string Sid { get; init; }

    /// <summary>What must become of it.</summary>
    public required AccessExpectation Expectation { get; init; }

    /// <summary>Who asks.</summary>
    public required PolicyPrincipal Principal { get; init; }

    /// <summary>The action, without wildcards.</summary>
    public required string Action { get; init; }

    /// <summary>Why it should be allowed although the key works without; <see langword="null"/> where it does not.</summary>
    public StatementAdvice? Advice { get; init; }

    /// <summary>The pairs of the request.</summary>
    public IReadOnlyDictionary<string, string> EncryptionContext { get; init; } = NoPairs;

    /// <summary>Condition keys beside the encryption context, such as <c>kms:ViaService</c>.</summary>
    public IReadOnlyDictionary<string, string> ConditionKeys { get; init; } = NoPairs;

    /// <summary>
    /// Conditions of the platform's statement for which no request can be made up, such as one on the time. Where there are any, the
    /// simulator can't tell.
    /// </summary>
    public IReadOnlyList<string> Undecidable { get; init; } = [];

    /// <summary>The request, with the condition keys that every call to a symmetric key has.</summary>
    /// <param name="keyArn">The key's ARN.</param>
    /// <param name="time">When it is made.</param>
    /// <returns>The request.</returns>
    public AccessRequest ToRequest(string keyArn, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(keyArn);
        return new AccessRequest
        {
            Principal = Principal,
            Action = Action,
            Resource = keyArn,
            EncryptionContext = EncryptionContext,
            Context = RequestConditions.Of(
                Principal, Action, keyArn, EncryptionContext, ConditionKeys.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string>)[pair.Value]), time),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Expectation}: {Principal} {Action} {{{string.Join(", ", EncryptionContext.Select(pair => $"{pair.Key}={pair.Value}"))}}}");
}
