namespace TenantEncryption.Testing.Layers;

/// <summary>The part of <c>docs/architecture.md</c> that is made from the assemblies and from what is declared of them.</summary>
public static class LayersPage
{
    private const string Begin = "<!-- made by: dotnet run --project tests/layers -->";
    private const string End = "<!-- end of what is made -->";

    /// <summary>The page.</summary>
    public static string Path => Repository.At("docs", "architecture.md");

    /// <summary>The page with the picture as the assemblies are now.</summary>
    /// <param name="page">The page's text.</param>
    /// <param name="assemblies">The assemblies in the order in which they come.</param>
    public static string WithPicture(string page, IReadOnlyList<AssemblyLayers> assemblies)
    {
        page = page.ReplaceLineEndings("\n");
        int begin = page.IndexOf(Begin, StringComparison.Ordinal), end = page.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
        {
            throw new InvalidDataException($"The page has no line '{Begin}' with '{End}' after it.");
        }

        return page[..(begin + Begin.Length)] + "\n\n" + string.Concat(Picture(assemblies).Select(line => line + "\n")) + page[end..];
    }

    private static IEnumerable<string> Picture(IReadOnlyList<AssemblyLayers> assemblies) =>
    [
        "```mermaid",
        "flowchart BT",
        .. assemblies.Select(assembly => $"  {assembly.ShortName}"),
        .. assemblies.SelectMany(assembly => Nearest(assembly, assemblies).Select(seen => $"  {assembly.ShortName} --> {seen}")),
        "```",
        "",
        .. assemblies.SelectMany(Layers),
    ];

    // Without what the ones that it sees see themselves.
    private static IEnumerable<string> Nearest(AssemblyLayers assembly, IReadOnlyList<AssemblyLayers> all) =>
        assembly.Sees.Where(seen => !all.Any(other => assembly.Sees.Contains(other.ShortName) && other.Sees.Contains(seen)));

    private static IEnumerable<string> Layers(AssemblyLayers assembly)
    {
        var uses = new FolderUses(AssemblyMap.Of(BuiltAssemblies.PathOf("TenantEncryption." + assembly.ShortName)));
        List<string[]> rows = [["", "folder", "what it is for", "stands on"]];
        int layer = 0;
        foreach (LayerFolder folder in assembly.Folders)
        {
            IReadOnlyList<string> nearest = uses.Nearest(folder.Folder);
            rows.Add(
            [
                folder.Layer == layer ? "" : $"{folder.Layer}",
                folder.Folder.Length == 0 ? "(root)" : $"`{folder.Folder}`",
                folder.Purpose,
                string.Join(", ", assembly.Folders.Where(other => nearest.Contains(other.Folder)).Select(other => other.Folder)),
            ]);
            layer = folder.Layer;
        }

        return [$"### {assembly.ShortName}", "", assembly.Purpose, "", .. Table(rows), ""];
    }

    private static IEnumerable<string> Table(List<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        IEnumerable<string> lines = rows.Select(row => $"| {string.Join(" | ", row.Select((cell, column) => cell.PadRight(widths[column])))} |");
        return [lines.First(), $"|{string.Join('|', widths.Select(width => new string('-', width + 2)))}|", .. lines.Skip(1)];
    }
}
