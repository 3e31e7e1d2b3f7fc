using TenantEncryption.Testing.Layers;

// dotnet run --project tests/layers: writes the picture of the layers in docs/architecture.md anew, from the assemblies that were built with it.
string page = LayersPage.Path;
string current = await File.ReadAllTextAsync(page);
string anew = LayersPage.WithPicture(current, [.. BuiltAssemblies.All]);
await File.WriteAllTextAsync(page, anew);
Console.WriteLine(current == anew ? $"{page} is as it was." : $"{page} has the picture of today.");
