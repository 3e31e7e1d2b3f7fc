using System.Text.RegularExpressions;

namespace TenantEncryption.ModuleFiles;

/// <summary>The module's manifest: the template with the version and the names that the cmdlets' classes declare. No wildcard: that would make each import load the assembly to look.</summary>
internal static class ManifestFile
{
    public static void Write(string template, string version, IReadOnlyList<Cmdlet> cmdlets, string path)
    {
        string text = File.ReadAllText(template);
        text = Fill(text, template, "ModuleVersion", $"'{version}'");
        text = Fill(text, template, "CmdletsToExport", List(cmdlets.Select(cmdlet => cmdlet.Name)));
        text = Fill(text, template, "AliasesToExport", List(cmdlets.SelectMany(cmdlet => cmdlet.Aliases).Order(StringComparer.Ordinal)));
        File.WriteAllText(path, text);
    }

    // A placeholder is an empty value whose comment names the build.
    private static string Fill(string text, string template, string key, string value)
    {
        var place = new Regex($@"(?m)^(?<before> *{key} *= *)(''|@\(\)) # The build[^\r\n]*");
        return place.IsMatch(text)
            ? place.Replace(text, match => match.Groups["before"].Value + value, 1)
            : throw new SourceException(Path.GetFileName(template), $"{key} has no placeholder for the build to fill.");
    }

    private static string List(IEnumerable<string> names) =>
        names.Any() ? $"@(\n{string.Concat(names.Select(name => $"        '{name}'\n"))}    )" : "@()";
}
