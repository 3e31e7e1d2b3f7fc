namespace TenantEncryption.Tests.Scenarios;

/// <summary>
/// What a disk may hold after the power was lost: of a file, what was flushed; of a folder, what was flushed, and any of the changes since.
/// </summary>
internal static class PowerLoss
{
    /// <summary>Every state of a disk after each prefix of effects.</summary>
    /// <param name="before">The files before, by path; they are durable.</param>
    /// <param name="effects">What was done.</param>
    /// <returns>Files by path, and after how many effects.</returns>
    public static IEnumerable<(int After, IReadOnlyDictionary<string, byte[]> Files)> Replay(
        IReadOnlyDictionary<string, byte[]> before, IReadOnlyList<FileEffect> effects)
    {
        for (int count = 0; count <= effects.Count; count++)
        {
            FileEffect[] done = [.. effects.Take(count)];
            FileEffect[] unflushed = [.. done.Where((effect, index) => IsOfFolder(effect) && !done.Skip(index).Any(later => Flushes(later, effect)))];
            for (int lost = 0; lost < 1 << unflushed.Length; lost++)
            {
                int mask = lost;
                yield return (count, Disk(before, done, effect => Array.IndexOf(unflushed, effect) is var at && at >= 0 && (mask & (1 << at)) != 0));
            }
        }
    }

    private static Dictionary<string, byte[]> Disk(IReadOnlyDictionary<string, byte[]> before, FileEffect[] done, Func<FileEffect, bool> isLost)
    {
        var durable = before.ToDictionary();
        var contents = new Dictionary<string, byte[]>();
        foreach (FileEffect effect in done)
        {
            switch (effect.Kind)
            {
                case "flush":
                    contents[effect.Path] = effect.Content!;
                    break;
                case "rename" when !isLost(effect):
                    durable[effect.To!] = contents.GetValueOrDefault(effect.Path, []);
                    break;
                case "delete" when !isLost(effect):
                    durable.Remove(effect.Path);
                    break;
            }
        }

        return durable;
    }

    private static bool IsOfFolder(FileEffect effect) => effect.Kind is "rename" or "delete";

    private static bool Flushes(FileEffect later, FileEffect effect) =>
        later.Kind == "flush folder" && later.Path == Path.GetDirectoryName(effect.To ?? effect.Path);
}
