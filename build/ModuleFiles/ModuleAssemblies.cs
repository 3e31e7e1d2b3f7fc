using System.Reflection;
using System.Runtime.Loader;

namespace TenantEncryption.ModuleFiles;

/// <summary>The cmdlets' assembly and the product's assemblies beside it. They are read by reflection, and no code of theirs runs.</summary>
internal sealed class ModuleAssemblies
{
    private readonly Assembly _cmdlets;
    private readonly Assembly[] _product;

    public ModuleAssemblies(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var context = new AssemblyLoadContext("module");
        context.Resolving += (own, name) => Path.Combine(folder, name.Name + ".dll") is var beside && File.Exists(beside) ? own.LoadFromAssemblyPath(beside) : null;
        _cmdlets = context.LoadFromAssemblyPath(Path.GetFullPath(path));
        _product = [.. Directory.GetFiles(folder, "TenantEncryption.*.dll").Order(StringComparer.Ordinal).Select(context.LoadFromAssemblyPath).Where(one => one != _cmdlets)];
    }

    public IEnumerable<Cmdlet> Cmdlets() => _cmdlets.GetExportedTypes()
        .Where(type => Cmdlet.AttributesOf(type, "CmdletAttribute").Any())
        .Select(type => new Cmdlet(type))
        .OrderBy(cmdlet => cmdlet.Name, StringComparer.Ordinal);

    /// <summary>The product's public enums, by name.</summary>
    public IEnumerable<Type> Enums() => _product.SelectMany(one => one.GetExportedTypes()).Where(type => type.IsEnum).OrderBy(type => type.FullName, StringComparer.Ordinal);

    /// <summary>A public type of the product.</summary>
    public Type Type(string name) => _product.Select(one => one.GetType(name)).FirstOrDefault(type => type is not null) ?? throw new SourceException("Views.json", $"There is no type {name}.");
}
