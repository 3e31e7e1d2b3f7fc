namespace TenantEncryption.Testing.Layers;

/// <summary>Which folders use which.</summary>
public sealed class FolderUses(AssemblyMap map)
{
    private readonly ILookup<string, string> _direct = map.Uses
        .Where(use => use.User.Folder != use.Used.Folder)
        .Select(use => (use.User.Folder, Used: use.Used.Folder))
        .Distinct()
        .ToLookup(use => use.Folder, use => use.Used);

    /// <summary>
    /// What a folder uses, without what those use in turn: the fewest lines that tell the whole. Folders in a circle, which the test of the layers refuses,
    /// come to an end, too.
    /// </summary>
    public IReadOnlyList<string> Nearest(string folder) =>
        [.. _direct[folder].Where(used => !_direct[folder].Any(other => other != used && Reaches(other, used, [])))];

    private bool Reaches(string from, string to, HashSet<string> passed) => passed.Add(from) && _direct[from].Any(used => used == to || Reaches(used, to, passed));
}
