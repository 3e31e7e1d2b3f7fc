using System.Text.RegularExpressions;

namespace TenantEncryption.Testing.Layers;

/// <summary>
/// What is declared of an assembly in <c>tests/layers</c>: what it is for, which assemblies it sees, and the order of its folders.
/// <code>
/// What it is for.
/// sees: Abstractions, Core
/// packages: Newtonsoft.Json
///
/// First        what this folder is for; it sees no other
/// Second/Part  it sees First
/// | Third      it sees First, too, but neither Second/Part nor the other way round
/// .            the project's own folder sees them all
/// </code>
/// </summary>
public sealed partial class AssemblyLayers
{
    private const string Product = "TenantEncryption.";

    /// <summary>Its name without <c>TenantEncryption.</c>.</summary>
    public required string ShortName { get; init; }

    public required string Purpose { get; init; }

    /// <summary>The assemblies of the product that it references, by their short names.</summary>
    public required IReadOnlyList<string> Sees { get; init; }

    /// <summary>The assemblies beside those and the runtime's that it references.</summary>
    public required IReadOnlyList<string> Packages { get; init; }

    /// <summary>Its folders, from the first to the last.</summary>
    public required IReadOnlyList<LayerFolder> Folders { get; init; }

    /// <summary>Reads a declaration.</summary>
    /// <param name="path">The file, which has the assembly's name.</param>
    public static AssemblyLayers Read(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        return Parse(name.StartsWith(Product, StringComparison.Ordinal) ? name[Product.Length..] : name, File.ReadAllLines(path));
    }

    /// <summary>Reads a declaration.</summary>
    /// <param name="shortName">The assembly's name.</param>
    /// <param name="lines">The declaration.</param>
    public static AssemblyLayers Parse(string shortName, string[] lines)
    {
        if (lines is not [var purpose, var sees, var packages, "", .. var order])
        {
            throw new InvalidDataException($"{shortName}: first come what it is for, 'sees:', 'packages:' and an empty line.");
        }

        var folders = new List<LayerFolder>();
        foreach (string line in order)
        {
            Match folder = FolderLine().Match(line);
            if (!folder.Success)
            {
                throw new InvalidDataException($"{shortName}: '{line}' is not a folder and what it is for.");
            }

            int last = folders.Count == 0 ? 0 : folders[^1].Layer;
            string name = folder.Groups["folder"].Value;
            folders.Add(new LayerFolder(name == "." ? "" : name, folder.Groups["beside"].Success ? last : last + 1, folder.Groups["purpose"].Value));
        }

        return new AssemblyLayers { ShortName = shortName, Purpose = purpose, Sees = List(sees, "sees:"), Packages = List(packages, "packages:"), Folders = folders };
    }

    /// <summary>The folders that have types and no place in the order.</summary>
    public IReadOnlyList<string> Unplaced(AssemblyMap map) =>
        [.. map.Types.Select(type => type.Folder).Distinct().Where(folder => Find(folder) is null).Select(folder => new LayerFolder(folder, 0, "").Name)];

    /// <summary>The folders in the order that have no type.</summary>
    public IReadOnlyList<string> Empty(AssemblyMap map) =>
        [.. Folders.Where(folder => !map.Types.Any(type => type.Folder == folder.Folder)).Select(folder => folder.Name)];

    /// <summary>The uses against the order, one line each.</summary>
    public IReadOnlyList<string> Violations(AssemblyMap map) =>
    [
        .. from use in map.Uses
           let user = Find(use.User.Folder)
           let used = Find(use.Used.Folder)
           where user is not null && used is not null && user != used && used.Layer >= user.Layer
           select $"{use}, but {user.Name} stands {(used.Layer > user.Layer ? "before" : "beside")} {used.Name}",
    ];

    /// <inheritdoc/>
    public override string ToString() => ShortName;

    private LayerFolder? Find(string folder) => Folders.FirstOrDefault(candidate => candidate.Folder == folder);

    private static string[] List(string line, string begin) => line.StartsWith(begin, StringComparison.Ordinal)
        ? line[begin.Length..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        : throw new InvalidDataException($"'{line}' should begin with '{begin}'.");

    [GeneratedRegex(@"^(?<beside>\| )?(?<folder>\S+) +(?<purpose>\S.*)$")]
    private static partial Regex FolderLine();
}
