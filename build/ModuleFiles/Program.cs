using TenantEncryption.ModuleFiles;
using TenantEncryption.ModuleFiles.Views;

// What the build makes of the cmdlets' documentation: first texts in their assembly, then, of the assembly, what the module has beside it.
try
{
    switch (args)
    {
        case ["texts", string assembly, string documentation]:
            HelpMessages.Write(assembly, new Documentation(documentation));
            return 0;
        case ["files", string assembly, string documentation, string views, string manifest, string version, string folder]:
            WriteFiles(assembly, documentation, views, manifest, version, folder);
            return 0;
        default:
            Console.Error.WriteLine("Usage: ModuleFiles texts <cmdlets' assembly> <its XML documentation>");
            Console.Error.WriteLine("       ModuleFiles files <cmdlets' assembly> <its XML documentation> <Views.json> <manifest template> <version> <folder to write to>");
            return 2;
    }
}
catch (SourceException exception)
{
    // The form in which MSBuild takes a line for an error.
    Console.Error.WriteLine($"{exception.Source} : error TE0001: {exception.Message}");
    return 1;
}

static void WriteFiles(string assembly, string documentation, string views, string manifest, string version, string folder)
{
    var module = new ModuleAssemblies(assembly);
    Cmdlet[] cmdlets = [.. module.Cmdlets()];
    ViewSource source = ViewSource.Read(views);
    Directory.CreateDirectory(Path.Combine(folder, "en-US"));
    new HelpFile(cmdlets, new Documentation(documentation)).Write(Path.Combine(folder, "en-US", Path.GetFileName(assembly) + "-Help.xml"));
    ManifestFile.Write(manifest, version, cmdlets, Path.Combine(folder, Path.GetFileName(manifest)));
    new FormatFile(source, module).Write(Path.Combine(folder, "TenantEncryption.Format.ps1xml"));
    new TypesFile(source, module).Write(Path.Combine(folder, "TenantEncryption.Types.ps1xml"));
}
