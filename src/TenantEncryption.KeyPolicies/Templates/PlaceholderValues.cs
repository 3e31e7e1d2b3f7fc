using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Tenants;

namespace TenantEncryption.Policies.Templates;

/// <summary>The values of a platform's placeholders, each from where the platform says that it comes from, and checked by that.</summary>
internal sealed partial class PlaceholderValues
{
    private readonly PlatformProfile _platform;
    private readonly PolicyValues _given;
    private readonly Dictionary<string, IReadOnlyList<string>> _values = new(StringComparer.Ordinal);

    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>, <c>INVALID_ARN</c>.</exception>
    public PlaceholderValues(PlatformProfile platform, PolicyValues given)
    {
        (_platform, _given) = (platform, given);
        PlaceholderParameters.RefuseUnknown(_platform, _given.Parameters.Keys);
        foreach (PlatformPlaceholder placeholder in platform.Placeholders)
        {
            string[] values = [.. ValuesOf(placeholder).Distinct(StringComparer.Ordinal)];
            foreach (string value in values)
            {
                Check(placeholder, value);
            }

            if (values.Length > 0 || placeholder.Source == PlaceholderSource.Choice)
            {
                _values[placeholder.Name] = values;
            }
        }
    }

    /// <summary>The values of a placeholder: one or several.</summary>
    public IReadOnlyList<string> this[string name] => _values[name];

    /// <summary>The principals of choices that nobody made: what the vendor prints, and not every tenant needs.</summary>
    public IReadOnlyDictionary<string, StatementAdvice> AdvisedIn(PlatformStatement statement) =>
        Placeholder.NamesIn(statement.Statement["Principal"] ?? new JObject())
            .Select(name => _platform.Placeholders.First(placeholder => placeholder.Name == name))
            .Where(placeholder => placeholder is { Source: PlaceholderSource.Choice, Advice: not null } && GivenTo(placeholder) is null)
            .SelectMany(placeholder => placeholder.Values.Select(value => (value, Advice: new StatementAdvice(placeholder.Advice!, placeholder.Name))))
            .ToDictionary(one => one.value, one => one.Advice, StringComparer.Ordinal);

    /// <summary>Refuses statements with placeholders that have no value.</summary>
    /// <exception cref="TenantEncryptionException"><c>PLACEHOLDER_MISSING</c>.</exception>
    public void Require(IEnumerable<PlatformStatement> statements)
    {
        PlatformPlaceholder[] missing =
        [
            .. statements.SelectMany(statement => Placeholder.NamesIn(statement.Statement))
                .Distinct(StringComparer.Ordinal)
                .Where(name => !_values.ContainsKey(name))
                .Select(name => _platform.Placeholders.First(placeholder => placeholder.Name == name)),
        ];
        if (missing.Length > 0)
        {
            throw new TenantEncryptionException(
                ErrorCodes.PlaceholderMissing,
                $"The key policy of {_platform.Name} needs {string.Join("; ", missing.Select(Describe))}.",
                remedy: RemedyFor(missing));
        }
    }

    private static string Describe(PlatformPlaceholder placeholder) =>
        $"{placeholder.Name}, from {Origin(placeholder.Source)} ({placeholder.Description.TrimEnd('.')})";

    private static string Origin(PlaceholderSource source) => source switch
    {
        PlaceholderSource.TenantIds => "the tenant ids",
        PlaceholderSource.ContextValue => "the provider's context value",
        PlaceholderSource.Account or PlaceholderSource.Region or PlaceholderSource.KeyId or PlaceholderSource.Partition => "the key's ARN",
        PlaceholderSource.Users => "the principals that shall use the key",
        _ => "a parameter or the platform's own text",
    };

    // Each value by the parameter that is meant for it; what only the vendor knows can be taken from what the vendor shows.
    private static string RemedyFor(PlatformPlaceholder[] missing)
    {
        string given = string.Join(" and ", missing.Select(Parameter).Distinct(StringComparer.Ordinal));
        bool isShown = missing.Any(placeholder => placeholder.Source is PlaceholderSource.Given or PlaceholderSource.ContextValue);
        return $"Give {(missing.Length == 1 ? "it" : "them")} with {given}{(isShown ? ", or what the platform itself shows with KeyPolicyRequest.From" : "")}.";
    }

    private static string Parameter(PlatformPlaceholder placeholder) => placeholder.Source switch
    {
        PlaceholderSource.TenantIds => "KeyPolicyRequest.TenantIds",
        PlaceholderSource.Users => "KeyPolicyRequest.Users",
        PlaceholderSource.Account or PlaceholderSource.Region or PlaceholderSource.KeyId or PlaceholderSource.Partition => "PolicyValues.Key",
        _ => $"KeyPolicyRequest.Parameters: {placeholder.Name} = '…'",
    };

    private IReadOnlyList<string> ValuesOf(PlatformPlaceholder placeholder)
    {
        IReadOnlyList<string>? given = GivenTo(placeholder);
        if (placeholder.Source == PlaceholderSource.Choice)
        {
            return given is null || IsYes(placeholder, given) ? placeholder.Values : [];
        }

        return given ?? placeholder.Source switch
        {
            PlaceholderSource.TenantIds => _given.TenantIds,
            PlaceholderSource.ContextValue => ContextValue(),
            PlaceholderSource.Account => OneOrNone(_given.Key?.AccountId),
            PlaceholderSource.Region => OneOrNone(_given.Key?.Region),
            PlaceholderSource.KeyId => OneOrNone(_given.Key?.KeyId),
            PlaceholderSource.Partition => OneOrNone(_given.Key?.Partition),
            PlaceholderSource.Users => _given.Users,
            _ => [],
        };
    }

    private IReadOnlyList<string>? GivenTo(PlatformPlaceholder placeholder) =>
        _given.Parameters.FirstOrDefault(pair => pair.Key.Equals(placeholder.Name, StringComparison.OrdinalIgnoreCase)).Value;

    private static bool IsYes(PlatformPlaceholder placeholder, IReadOnlyList<string> given) => given switch
    {
        [var one] when bool.TryParse(one, out bool chosen) => chosen,
        _ => throw new TenantEncryptionException(
            ErrorCodes.InvalidInput, $"{placeholder.Name} is a choice: give it true or false, not '{PrintableText.Of(string.Join(", ", given))}'."),
    };

    private IReadOnlyList<string> ContextValue() =>
        _given.ContextValue is not null ? [_given.ContextValue]
        : _platform.ContextValueRequired ? []
        : _given.TenantIds;

    private static string[] OneOrNone(string? value) => value is null ? [] : [value];

    private void Check(PlatformPlaceholder placeholder, string value)
    {
        if (value.Length == 0 || value.Any(char.IsControl))
        {
            throw Refuse(placeholder, value, "is empty or has a control character");
        }

        switch (placeholder.Source)
        {
            case PlaceholderSource.TenantIds:
                TenantIdRule.Check(value);
                break;
            case PlaceholderSource.Account when !PrincipalElement.IsAccountId(value):
                throw Refuse(placeholder, value, "is no AWS account, which has 12 digits");
            case PlaceholderSource.Region when !AwsRegion.IsName(value):
                throw Refuse(placeholder, value, "is not the name of an AWS region");
            case PlaceholderSource.KeyId when !KeyIdentifier.TryParse(value, out KeyIdentifier? id, out _) || id.Form != KeyIdentifierForm.KeyId:
                throw Refuse(placeholder, value, "is no key id, such as 1234abcd-12ab-34cd-56ef-1234567890ab");
            case PlaceholderSource.Partition when !_platform.Partitions.Contains(value):
                throw Refuse(placeholder, value, $"is none of {string.Join(", ", _platform.Partitions)}");
        }
    }

    private static TenantEncryptionException Refuse(PlatformPlaceholder placeholder, string value, string fault) =>
        new(ErrorCodes.InvalidInput, $"The value '{PrintableText.Of(value)}' of {placeholder.Name} {fault}.");
}
