using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using TenantEncryption.Errors;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Tests;

/// <summary>What the library says is true without PowerShell, and what cmdlets say instead fits it.</summary>
public class WordingTests
{
    private static readonly string[] Libraries = ["Abstractions", "Envelope", "KeyPolicies", "Core", "Sqlite", "Aws"];

    [Fact]
    public void No_text_of_the_library_names_a_cmdlet() => Assert.DoesNotContain(
        Texts().Concat(Catalog()), text => CmdletClass.All.Any(cmdlet => Regex.IsMatch(text, $@"\b{cmdlet.Name}\b")));

    [Fact]
    public void No_text_of_the_library_names_a_parameter_of_a_cmdlet()
    {
        HashSet<string> parameters = [.. CmdletClass.All.SelectMany(cmdlet => cmdlet.Parameters), "Confirm", "WhatIf"];
        Assert.DoesNotContain(
            Texts().Concat(Catalog()), text => Regex.Matches(text, @"(?<![\w-])-([A-Z]\w+)").Any(match => parameters.Contains(match.Groups[1].Value)));
    }

    [Fact]
    public void Each_member_that_a_text_names_for_a_program_is_there()
    {
        Assembly[] assemblies = [typeof(TenantEncryptionException).Assembly, typeof(Envelope.MessageLimits).Assembly, typeof(Platforms.PlatformProfile).Assembly, typeof(Stores.IStore).Assembly];
        ILookup<string, Type> types = assemblies.SelectMany(one => one.GetExportedTypes()).ToLookup(type => type.Name);

        Assert.Empty(CmdletWording.Members.Keys.Where(name => !types[name.Split('.')[0]].Any(type => type.GetMember(name.Split('.')[1]).Length > 0)));
    }

    [Fact]
    public void Each_member_that_has_words_of_its_own_is_said_by_the_library() =>
        Assert.Empty(CmdletWording.Members.Keys.Where(name => !Texts().Any(text => text.Contains(name, StringComparison.Ordinal))));

    [Fact]
    public void Each_phrase_that_has_words_of_its_own_is_said_by_the_library() =>
        Assert.Empty(CmdletWording.Phrases.Keys.Where(phrase => !Texts().Any(text => text.Contains(phrase, StringComparison.Ordinal))));

    [Theory]
    [InlineData("Test it (KeyProviderService.TestAsync).", "Test it (Test-KeyProvider).")]
    [InlineData(
        "MasterKeyService.UpdateAsync(keyArn: arn:aws:kms:eu-west-3:1:key/2, rotation: true, replicaRegion: eu-west-1,eu-west-2, alias: alias/acme, endpointUrl: 'a b')",
        "Update-MasterKey -KeyArn arn:aws:kms:eu-west-3:1:key/2 -Rotation $true -ReplicaRegion eu-west-1,eu-west-2 -Alias alias/acme -EndpointUrl 'a b'")]
    [InlineData("MasterKeyService.RemoveAsync(keyArn: k, pendingWindowInDays: 7, allRegions: true)", "Remove-MasterKey -KeyArn k -PendingWindowInDays 7 -AllRegions")]
    [InlineData("KeyGrantService.CreateAsync(key: kp-1, tenantId: acme, granteePrincipal: <arn>).", "New-KeyGrant kp-1 -TenantId acme -GranteePrincipal <arn>.")]
    [InlineData("(KeyMigrationService.StartAsync of tenant 'acme' to 'Next'), or force it.", "(Start-KeyMigration -TenantId 'acme' -To 'Next'), or use -Force.")]
    [InlineData("(UnprotectOptions.EncryptionContext: TenantId = 'acme')", "(-EncryptionContext @{ TenantId = 'acme' })")]
    [InlineData("say so with KeyPolicyRequest.Parameters: Automation = false.", "say so with -Parameter @{ Automation = $false }.")]
    [InlineData("Give it with KeyPolicyRequest.Parameters: Role = '…'.", "Give it with -Parameter @{ Role = '…' }.")]
    [InlineData("make a new key (NewMasterKey.ReplicaRegions eu-west-3)", "make a new key (New-MasterKey -ReplicaRegion eu-west-3)")]
    [InlineData("System.IO.IOException: Some.File (of: two)", "System.IO.IOException: Some.File (of: two)")]
    public void What_a_program_calls_is_a_command_in_PowerShell(string said, string worded) => Assert.Equal(worded, CmdletWording.Of(said));

    private static IEnumerable<string> Catalog() => ErrorCatalog.All.SelectMany(one => new[] { one.Cause, one.Remedy });

    // The string literals of the assemblies, as the compiler stored them.
    private static IEnumerable<string> Texts() => Libraries.SelectMany(library =>
    {
        string root = Path.Combine(BuiltModule.Folder, $"TenantEncryption.{library}.dll");
        return Literals(File.Exists(root) ? root : Path.Combine(BuiltModule.Folder, "lib", $"TenantEncryption.{library}.dll"));
    });

    private static List<string> Literals(string path)
    {
        using var assembly = new PEReader(File.OpenRead(path));
        MetadataReader metadata = assembly.GetMetadataReader();
        List<string> literals = [];
        for (UserStringHandle handle = MetadataTokens.UserStringHandle(1); !handle.IsNil; handle = metadata.GetNextHandle(handle))
        {
            literals.Add(metadata.GetUserString(handle));
        }

        return literals;
    }
}
