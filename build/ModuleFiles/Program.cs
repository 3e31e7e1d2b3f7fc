using TenantEncryption.ModuleFiles;
using TenantEncryption.ModuleFiles.Views;

// Writes what the module has beside its assemblies: help from the XML documentation of the cmdlets, the manifest's lists from their classes, views from Views.json.
if (args is not [string assembly, string documentation, string views, string manifest, string version, string folder, .. string[] address] || address.Length > 1)
{
    Console.Error.WriteLine("Usage: ModuleFiles <cmdlets' assembly> <its XML documentation> <Views.json> <manifest template> <version> <folder to write to> [<the product's address>]");
    return 2;
}

try
{
    var module = new ModuleAssemblies(assembly);
    Cmdlet[] cmdlets = [.. module.Cmdlets()];
    ViewSource source = ViewSource.Read(views);
    var product = new ProductAddress(address.FirstOrDefault() ?? "");
    Directory.CreateDirectory(Path.Combine(folder, "en-US"));
    new HelpFile(cmdlets, new Documentation(documentation), product).Write(Path.Combine(folder, "en-US", Path.GetFileName(assembly) + "-Help.xml"));
    ManifestFile.Write(manifest, version, product, cmdlets, Path.Combine(folder, Path.GetFileName(manifest)));
    new FormatFile(source, module).Write(Path.Combine(folder, "TenantEncryption.Format.ps1xml"));
    new TypesFile(source, module).Write(Path.Combine(folder, "TenantEncryption.Types.ps1xml"));
    return 0;
}
catch (SourceException exception)
{
    // The form in which MSBuild takes a line for an error.
    Console.Error.WriteLine($"{exception.Source} : error TE0001: {exception.Message}");
    return 1;
}
