using Newtonsoft.Json.Linq;
using TenantEncryption.Platforms;

namespace TenantEncryption.Policies.Templates;

/// <summary>Fills in the statements that a platform's key policy needs.</summary>
internal static class PlatformStatements
{
    /// <summary>The platform's statements for a key, in their order.</summary>
    /// <remarks>
    /// A placeholder that is a list's only word, such as <c>["{{TenantIds}}"]</c>, becomes as many entries as it has values. What goes into
    /// a condition is escaped where IAM would read a policy variable or a wildcard.
    /// </remarks>
    /// <param name="platform">The platform.</param>
    /// <param name="values">What to fill in.</param>
    /// <returns>The statements; those for multi-Region keys only where the key is one.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>PLACEHOLDER_MISSING</c>, naming every placeholder without a value and where it comes from; <c>INVALID_INPUT</c> or <c>INVALID_ARN</c>,
    /// naming the value that can't stand where it would.
    /// </exception>
    public static IReadOnlyList<RenderedStatement> Render(PlatformProfile platform, PolicyValues values)
    {
        ArgumentNullException.ThrowIfNull(platform);
        ArgumentNullException.ThrowIfNull(values);
        PlatformStatement[] templates =
        [
            .. platform.Statements.Where(statement => statement.When == StatementCondition.Always || values.IsMultiRegion),
        ];
        var filled = new PlaceholderValues(platform, values);
        filled.Require(templates);
        return
        [
            .. templates.Select(template => new RenderedStatement(
                template, (JObject)new TemplateRenderer(filled, template).Render(template.Statement))
            {
                AdvisedPrincipals = filled.AdvisedIn(template),
            }),
        ];
    }
}
