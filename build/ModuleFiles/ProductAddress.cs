namespace TenantEncryption.ModuleFiles;

/// <summary>Where the product is published, if it is. The newest state of its files has the addresses that GitHub, GitLab and Gitea give them.</summary>
internal sealed class ProductAddress(string url)
{
    private readonly string _url = url.TrimEnd('/');

    public string? Project => _url.Length > 0 ? _url : null;

    public string? Licence => Of("blob", "LICENSE");

    public string? Icon => Of("raw", "docs/pictures/icon.png");

    public string? Help => Of("blob", "docs/cmdlets.md");

    private string? Of(string form, string file) => Project is { } project ? $"{project}/{form}/HEAD/{file}" : null;
}
