using System.Reflection;

namespace TenantEncryption.Testing.Layers;

/// <summary>The assemblies of the product, as they were built in this program's configuration.</summary>
public static class BuiltAssemblies
{
    /// <summary>The names of the projects in <c>src</c>.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetDirectories(Repository.At("src")).Where(HasProject).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    /// <summary>The declared layers of those assemblies, those first that the others see.</summary>
    public static IReadOnlyList<AssemblyLayers> All
    {
        get
        {
            var rest = Names.Select(Layers).ToList();
            var ordered = new List<AssemblyLayers>();
            while (rest.Find(candidate => candidate.Sees.All(seen => ordered.Exists(known => known.ShortName == seen))) is { } next)
            {
                ordered.Add(next);
                rest.Remove(next);
            }

            return rest.Count == 0 ? ordered : throw new InvalidDataException($"These assemblies see each other in a circle: {string.Join(", ", rest)}.");
        }
    }

    /// <summary>The declared layers of an assembly.</summary>
    /// <param name="name">The name of its project.</param>
    public static AssemblyLayers Layers(string name) => AssemblyLayers.Read(Repository.At("tests", "layers", name + ".layers"));

    /// <summary>Where the build left an assembly.</summary>
    /// <param name="name">The name of its project.</param>
    public static string PathOf(string name)
    {
        string configuration = typeof(BuiltAssemblies).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        return Repository.At("src", name, "bin", configuration, "net10.0", name + ".dll");
    }

    private static bool HasProject(string folder) => File.Exists(Path.Combine(folder, Path.GetFileName(folder) + ".csproj"));
}
