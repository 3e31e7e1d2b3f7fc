namespace TenantEncryption.Policies.Templates;

/// <summary>Where in a statement a text stands, which decides what may be put there.</summary>
/// <param name="Element">The statement's element, such as <c>Condition</c>.</param>
/// <param name="Kind">The kind of principal or the condition operator.</param>
internal readonly record struct TemplatePlace(string? Element = null, string? Kind = null)
{
    public bool IsPrincipal => Element is "Principal" or "NotPrincipal";

    public bool IsCondition => Element == "Condition";

    public bool IsResource => Element is "Resource" or "NotResource";

    /// <summary>Whether several values can stand where one does.</summary>
    public bool TakesSeveral => IsPrincipal || IsCondition || IsResource || Element is "Action" or "NotAction";

    /// <summary>The place of a property of what stands here.</summary>
    public TemplatePlace Below(string name) => Element is null ? new TemplatePlace(name) : this with { Kind = Kind ?? name };
}
