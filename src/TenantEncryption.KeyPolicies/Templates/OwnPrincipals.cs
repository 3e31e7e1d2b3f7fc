using Newtonsoft.Json.Linq;
using TenantEncryption.Platforms;

namespace TenantEncryption.Policies.Templates;

/// <summary>Whose the principals of a platform's statement are.</summary>
internal static class OwnPrincipals
{
    /// <summary>
    /// Whether they are the user's own, who may have more of them than a platform knows: a placeholder stands there alone and is no choice among the
    /// vendor's.
    /// </summary>
    /// <param name="platform">The platform.</param>
    /// <param name="statement">Its statement, with placeholders.</param>
    public static bool AreIn(PlatformProfile platform, PlatformStatement statement) =>
        (statement.Statement["Principal"] as JContainer)?.Descendants().OfType<JValue>()
            .Where(value => value.Type == JTokenType.String)
            .Select(value => Placeholder.Alone((string)value!))
            .Any(name => platform.Placeholders.Any(placeholder => placeholder.Name == name && placeholder.Source != PlaceholderSource.Choice)) == true;
}
