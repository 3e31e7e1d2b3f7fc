using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Tests;

/// <summary>What lies where in the built module decides which load context it loads into.</summary>
public class ModuleLayoutTests
{
    private static readonly string[] Shared =
        ["TenantEncryption.Abstractions.dll", "TenantEncryption.Core.dll", "TenantEncryption.Envelope.dll", "TenantEncryption.KeyPolicies.dll", "TenantEncryption.Loader.dll"];

    [Fact]
    public void The_root_has_the_cmdlets_Core_and_what_Core_stands_on_and_no_other_assembly() =>
        Assert.Equal(Shared.Append("TenantEncryption.PowerShell.dll"), Names(BuiltModule.Folder, "*.dll"));

    [Fact]
    public void The_root_has_manifest_views_types_and_help()
    {
        Assert.Equal(["TenantEncryption.psd1"], Names(BuiltModule.Folder, "*.psd1"));
        Assert.Equal(["TenantEncryption.Format.ps1xml", "TenantEncryption.Types.ps1xml"], Names(BuiltModule.Folder, "*.ps1xml"));
        Assert.Contains("TenantEncryption.PowerShell.dll-Help.xml", Names(Path.Combine(BuiltModule.Folder, "en-US"), "*"));
    }

    [Fact]
    public void The_library_has_the_adapters_and_their_packages_and_no_second_copy_of_what_PowerShell_has()
    {
        IEnumerable<string> names = Names(Path.Combine(BuiltModule.Folder, "lib"), "*.dll");
        Assert.Superset(
            new HashSet<string>
            {
                "AWSSDK.Core.dll", "AWSSDK.KeyManagementService.dll", "AWSSDK.S3.dll", "AWSSDK.SSO.dll", "AWSSDK.SSOOIDC.dll", "AWSSDK.SecurityToken.dll",
                "Microsoft.Data.Sqlite.dll", "Npgsql.dll", "TenantEncryption.Aws.dll", "TenantEncryption.PostgreSql.dll", "TenantEncryption.S3.dll", "TenantEncryption.Sql.dll",
                "TenantEncryption.Sqlite.dll",
            },
            names.ToHashSet());

        // A package, which neither PowerShell nor the runtime has.
        const string OfItsOwn = "System.IO.Hashing.dll";
        Assert.DoesNotContain(
            names, name => Shared.Contains(name) || name is "Newtonsoft.Json.dll" || (name != OfItsOwn && name.StartsWith("System.", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("TenantEncryption.Sqlite")]
    [InlineData("TenantEncryption.PostgreSql")]
    [InlineData("TenantEncryption.S3", "AWSSDK.SSO", "AWSSDK.SSOOIDC")]
    [InlineData("TenantEncryption.Aws", "AWSSDK.SSO", "AWSSDK.SSOOIDC")] // AWSSDK.Core asks for these two by name.
    public void What_is_looked_for_before_an_adapter_loads_is_all_that_it_needs_of_the_library(string adapter, params string[] byName) =>
        Assert.Equal(Needs(adapter).Concat(byName).Order(StringComparer.Ordinal), AdapterFiles.Assemblies(adapter).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("win-x64", "e_sqlite3.dll")]
    [InlineData("win-arm64", "e_sqlite3.dll")]
    [InlineData("linux-x64", "libe_sqlite3.so")]
    [InlineData("linux-arm64", "libe_sqlite3.so")]
    [InlineData("linux-musl-x64", "libe_sqlite3.so")]
    [InlineData("linux-musl-arm64", "libe_sqlite3.so")]
    [InlineData("osx-x64", "libe_sqlite3.dylib")]
    [InlineData("osx-arm64", "libe_sqlite3.dylib")]
    public void Every_supported_runtime_has_its_native_SQLite(string runtime, string file) =>
        Assert.True(File.Exists(Path.Combine(BuiltModule.Folder, "lib", "runtimes", runtime, "native", file)));

    [Fact]
    public void Other_runtimes_are_left_out() => Assert.Equal(8, Directory.GetDirectories(Path.Combine(BuiltModule.Folder, "lib", "runtimes")).Length);

    [Fact]
    public void A_native_library_is_found_though_the_runtime_names_its_distribution()
    {
        string lib = Path.Combine(BuiltModule.Folder, "lib");
        Assert.Contains(NativeLibraryPath.Candidates(lib, "ubuntu.24.04-x64", "e_sqlite3"), File.Exists);
        Assert.Contains(NativeLibraryPath.Candidates(lib, RuntimeInformation.RuntimeIdentifier, "e_sqlite3"), File.Exists);
    }

    [Fact]
    public void On_musl_the_library_of_musl_is_tried_and_that_of_glibc_is_not()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        string[] candidates = [.. NativeLibraryPath.Candidates("/lib", "alpine.3.20-x64", "e_sqlite3")];
        Assert.Contains(candidates, path => path.Contains("/linux-musl-", StringComparison.Ordinal));
        Assert.DoesNotContain(candidates, path => path.Contains("/linux-x64/", StringComparison.Ordinal));
    }

    [Fact]
    public void The_notices_name_each_assembly_and_library_of_others_that_ships()
    {
        string notices = File.ReadAllText(Path.Combine(BuiltModule.Folder, "THIRD-PARTY-NOTICES.txt"));
        IEnumerable<string> shipped = Names(Path.Combine(BuiltModule.Folder, "lib"), "*.dll")
            .Concat(Directory.GetFiles(Path.Combine(BuiltModule.Folder, "lib", "runtimes"), "*e_sqlite3.*", SearchOption.AllDirectories))
            .Select(path => Path.GetFileNameWithoutExtension(path).Replace("libe_", "e_", StringComparison.Ordinal))
            .Where(name => !name.StartsWith("TenantEncryption.", StringComparison.Ordinal))
            .Distinct();
        Assert.All(shipped, name => Assert.Matches($@"(?m)(^|, ){System.Text.RegularExpressions.Regex.Escape(name)}(,| \(|$)", notices));
        Assert.All(["Apache License", "Permission is hereby granted", "public domain", "PostgreSQL License"], licence => Assert.Contains(licence, notices, StringComparison.Ordinal));
    }

    private static HashSet<string> Needs(string assembly)
    {
        var needs = new HashSet<string>(StringComparer.Ordinal);
        Add(assembly);
        return needs;

        void Add(string name)
        {
            string path = Path.Combine(BuiltModule.Folder, "lib", name + ".dll");
            if (File.Exists(path) && needs.Add(name))
            {
                using var reader = new PEReader(File.OpenRead(path));
                MetadataReader metadata = reader.GetMetadataReader();
                foreach (AssemblyReferenceHandle reference in metadata.AssemblyReferences)
                {
                    Add(metadata.GetString(metadata.GetAssemblyReference(reference).Name));
                }
            }
        }
    }

    private static IEnumerable<string> Names(string folder, string pattern) =>
        Directory.GetFiles(folder, pattern).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);
}
