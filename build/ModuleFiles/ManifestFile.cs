using System.Text.RegularExpressions;

namespace TenantEncryption.ModuleFiles;

/// <summary>
/// The module's manifest: the template with the version, the product's addresses and the names that the cmdlets' classes declare. No wildcard: that would make
/// each import load the assembly to look.
/// </summary>
internal static class ManifestFile
{
    public static void Write(string template, string version, ProductAddress product, IReadOnlyList<Cmdlet> cmdlets, string path)
    {
        string text = File.ReadAllText(template);
        text = Fill(text, template, "ModuleVersion", Literal(version));
        text = Fill(text, template, "CmdletsToExport", List(cmdlets.Select(cmdlet => cmdlet.Name)));
        text = Fill(text, template, "AliasesToExport", List(cmdlets.SelectMany(cmdlet => cmdlet.Aliases).Order(StringComparer.Ordinal)));
        text = FillOrLeaveOut(text, template, "LicenseUri", product.Licence ?? "https://opensource.org/license/mit");
        text = FillOrLeaveOut(text, template, "ProjectUri", product.Project);
        text = FillOrLeaveOut(text, template, "IconUri", product.Icon);
        File.WriteAllText(path, text);
    }

    // An address can't be empty in a manifest.
    private static string FillOrLeaveOut(string text, string template, string key, string? value) =>
        value is null ? Place(key, template, text).Replace(text, "", 1) : Fill(text, template, key, Literal(value));

    private static string Fill(string text, string template, string key, string value) =>
        Place(key, template, text).Replace(text, match => match.Groups["before"].Value + value + match.Groups["end"].Value, 1);

    // A placeholder is an empty value whose comment names the build.
    private static Regex Place(string key, string template, string text)
    {
        var place = new Regex($@"(?m)^(?<before> *{key} *= *)(''|@\(\)) # The build[^\r\n]*(?<end>\r?\n)");
        return place.IsMatch(text) ? place : throw new SourceException(Path.GetFileName(template), $"{key} has no placeholder for the build to fill.");
    }

    private static string Literal(string text) => $"'{text.Replace("'", "''")}'";

    private static string List(IEnumerable<string> names) =>
        names.Any() ? $"@(\n{string.Concat(names.Select(name => $"        '{name}'\n"))}    )" : "@()";
}
