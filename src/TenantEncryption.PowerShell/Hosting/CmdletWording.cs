using System.Collections.Frozen;
using System.Text.RegularExpressions;
using TenantEncryption.Data;
using TenantEncryption.Drills;
using TenantEncryption.Errors;
using TenantEncryption.MasterKeys;
using TenantEncryption.Migration;
using TenantEncryption.Policies.Documents;
using TenantEncryption.Policies.Findings;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// The library's texts in the words of the cmdlets. What the library says is true for a program; whoever reads it in PowerShell is told the cmdlet and the
/// parameter instead.
/// </summary>
internal static partial class CmdletWording
{
    /// <summary>The remedies of codes, where cmdlets have more to say.</summary>
    public static FrozenDictionary<string, string> Remedies { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [ErrorCodes.PolicyDenied] = "Add the platform's statements to the key policy (Get-KeyPolicy shows them) and test again with Test-KeyProvider.",
        [ErrorCodes.KeyDisabled] = "Enable the key in AWS KMS (Enable-MasterKey) and test again.",
        [ErrorCodes.KeyPendingDeletion] = "Cancel the deletion (Restore-MasterKey) before its date, then enable the key.",
        [ErrorCodes.WrongPartition] = "Use a key of the platform's partition (Get-EncryptionPlatform shows it).",
        [ErrorCodes.ReplicaMissing] = "Replicate the key to the backup region that the platform's chart names (Update-MasterKey -ReplicaRegion).",
        [ErrorCodes.ReplicaExists] = "Use the one that exists; Get-MasterKey shows it.",
        [ErrorCodes.ContextNotEnforced] = "Add the condition on the encryption context, as Get-KeyPolicy shows it.",
        [ErrorCodes.ProviderDeactivated] = "Restore it with Restore-KeyProvider, or migrate to another provider.",
        [ErrorCodes.MalformedPolicy] = "Correct the element that the message names; Get-KeyPolicy shows a policy that is right for the platform.",
        [ErrorCodes.PolicyChanged] = "Look at it with Get-KeyPolicy -Live and run the command again.",
        [ErrorCodes.PlaceholderMissing] = "Give it with the parameter that the message names; Get-EncryptionPlatform lists the placeholders.",
        [ErrorCodes.TemplateMismatch] = "Copy the whole text of the platform's key policy dialog, and check that -Platform is the right one.",
        [ErrorCodes.NotVerified] = "Test with credentials that have kms:GetKeyPolicy and kms:ListGrants on the key in each region, or as a principal of the platform (-RoleArn).",
        [ErrorCodes.CredentialsInvalid] = "Sign in again, check -ProfileName and -RoleArn, or give credentials to Connect-TenantEncryption.",
        [ErrorCodes.KmsUnreachable] = "Check the network and -EndpointUrl, and try again.",
        [ErrorCodes.TenantNotFound] = "Check the id, which is case-sensitive (Get-EncryptionTenant), or create it with New-EncryptionTenant.",
        [ErrorCodes.ProviderNotFound] = "List them with Get-KeyProvider.",
        [ErrorCodes.AmbiguousProvider] = "Name the tenant with -TenantId, or use the provider's id.",
        [ErrorCodes.TransitionForbidden] = "Do first what the rule asks for, where that can be done: Get-KeyProvider and Get-KeyMigration show the states, Get-EncryptionPlatform the platform's rules.",
        [ErrorCodes.HasDependants] = "Migrate them to another provider first, or use -Force and accept that they become unreadable. Files that were deleted are let go of by Update-TenantDataCatalog -RemoveMissing.",
        [ErrorCodes.NotAMessage] = "Give a file or value that Protect-TenantData or an AWS Encryption SDK made.",
        [ErrorCodes.NotCommitting] = "If you trust its writer, read it with -AllowNonCommitting.",
        [ErrorCodes.MessageSubstituted] = "Find out who replaced it (Update-TenantDataCatalog lists all such files of a folder); if it was you, unprotect it and protect it there again, so that the catalog knows it.",
        [ErrorCodes.LeaseLost] = "Run the command again.",
        [ErrorCodes.OutputExists] = "Use another name, or -Force to replace it.",
        [ErrorCodes.SourceNotFound] = "Check the path; -LiteralPath takes names with wildcard characters. Of a protected file that was moved or deleted, Update-TenantDataCatalog tells the catalog.",
        [ErrorCodes.InvalidInput] = "Correct the value; Get-Help -Full tells what each parameter takes.",
        [ErrorCodes.NotText] = "Ask for bytes with -AsByteArray.",
        [ErrorCodes.SpaceUnlocked] = "Turn on Object Lock of the bucket (aws s3api put-object-lock-configuration), and give -RetentionMode and -RetentionDays or the bucket a default retention. Where anchors shall be without, say so with -AllowUnlocked.",
        [ErrorCodes.StoreAccessDenied] = "Check the role, its password or certificate, what the server lets in (pg_hba.conf), and that the role has the store's rights: its owner gives them with Connect-TenantEncryption -Create -ApplicationRole.",
        [ErrorCodes.StoreNotConnected] = "Connect to it again with Connect-TenantEncryption -ConnectionString, or end that with Disconnect-TenantEncryption.",
        [ErrorCodes.StoreNotFound] = "Check the path, or the database and its schema; Connect-TenantEncryption -Create makes a store there, with a root key of its own.",
        [ErrorCodes.StoreNewer] = "Update the module.",
        [ErrorCodes.RootKeyMissing] = "Put the file back from your backup, where the message says, with the same owner and mode, or restore it with Import-RootKey; no new key is ever made for an existing store.",
        [ErrorCodes.RootKeyMismatch] = "Put the right one back from your backup (Import-RootKey -Force); no new key is ever made for an existing store.",
        [ErrorCodes.StoreRolledBack] = "Put the newest copy in place. If a backup was restored on purpose, accept that once with Connect-TenantEncryption -AcceptRollback; it is an event of its own.",
        [ErrorCodes.StorageFailed] = "Check permissions and free space and run the command again; nothing was left half-written.",
        [ErrorCodes.PassphraseRequired] = "Give the right one with -Passphrase.",
        [ErrorCodes.MigrationNotFound] = "List them with Get-KeyMigration.",
        [ErrorCodes.MigrationRunning] = "Wait for it, resume it with Resume-KeyMigration, or stop it with Stop-KeyMigration.",
        [ErrorCodes.MigrationFailed] = "Mend the cause that the message names and resume it with Resume-KeyMigration.",
        [ErrorCodes.GrantNotFound] = "List the key's grants with Get-KeyGrant; a new one is known everywhere in KMS after a few seconds, at times minutes.",
        [ErrorCodes.ConfirmationRequired] = "Run it with -Confirm:$false when you are sure.",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Members of the library, and the cmdlet or parameter that is the same.</summary>
    public static FrozenDictionary<string, string> Members { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["CatalogUpdate.RemoveMissingAsync"] = "Update-TenantDataCatalog -RemoveMissing",
        ["DrillService.RunFailoverAsync"] = "Invoke-KeyProviderDrill",
        ["DrillService.RunRevocationAsync"] = "Invoke-KeyProviderDrill",
        ["KeyGrantService.CreateAsync"] = "New-KeyGrant",
        ["KeyGrantService.ListAsync"] = "Get-KeyGrant",
        ["KeyGrantService.RevokeAsync"] = "Remove-KeyGrant",
        ["KeyMigrationService.JoinAsync"] = "Join-KeyMigration",
        ["KeyMigrationService.ResumeAsync"] = "Resume-KeyMigration",
        ["KeyMigrationService.StartAsync"] = "Start-KeyMigration",
        ["KeyMigrationService.StopAsync"] = "Stop-KeyMigration",
        ["KeyPolicyRequest.From"] = "-From",
        ["KeyPolicyRequest.Parameters"] = "-Parameter",
        ["KeyPolicyRequest.TenantIds"] = "-TenantId",
        ["KeyPolicyRequest.Users"] = "-User",
        ["KeyProviderService.DisableAsync"] = "Disable-KeyProvider",
        ["KeyProviderService.EnableAsync"] = "Enable-KeyProvider",
        ["KeyProviderService.RegisterAsync"] = "New-KeyProvider",
        ["KeyProviderService.RemoveAsync"] = "Remove-KeyProvider",
        ["KeyProviderService.RestoreAsync"] = "Restore-KeyProvider",
        ["KeyProviderService.TestAsync"] = "Test-KeyProvider",
        ["KeyProviderService.UpdateAsync"] = "Set-KeyProvider -Name",
        ["KeyRingImportOptions.KeyArns"] = "-KeyArn",
        ["KeyRingService.ExportAsync"] = "Export-KeyRing -Passphrase",
        ["KeyService.RemoveAsync"] = "Remove-KeyEncryptionKey",
        ["KeyService.RotateAsync"] = "Update-KeyEncryptionKey",
        ["KmsRootKeyVault.KeyArn"] = "Connect-TenantEncryption -RootKeyArn",
        ["RootKeyBackup.AsVault"] = "Connect-TenantEncryption -RootKeyBackup, then Update-RootKey -RootKeyArn",
        ["RootKeyService.MoveAsync"] = "Update-RootKey -RootKeyArn",
        ["RootKeyService.RotateAsync"] = "Update-RootKey",
        ["RootKeyService.ExportAsync"] = "Export-RootKey",
        ["TenantEncryptionService.AcceptRollbackAsync"] = "Connect-TenantEncryption -AcceptRollback",
        ["KmsConnection.EndpointUrl"] = "-EndpointUrl",
        ["KmsConnection.Region"] = "-Region",
        ["KmsConnection.RoleArn"] = "-RoleArn",
        ["MasterKeyService.CreateAsync"] = "New-MasterKey",
        ["MasterKeyService.DisableAsync"] = "Disable-MasterKey",
        ["MasterKeyService.EnableAsync"] = "Enable-MasterKey",
        ["MasterKeyService.GetAsync"] = "Get-MasterKey",
        ["MasterKeyService.RemoveAsync"] = "Remove-MasterKey",
        ["MasterKeyService.RestoreAsync"] = "Restore-MasterKey",
        ["MasterKeyService.UpdateAsync"] = "Update-MasterKey",
        ["MasterKeyUpdate.Rotation"] = "Update-MasterKey -Rotation $true",
        ["NewKeyGrant.TenantIds"] = "-TenantId",
        ["NewKeyProvider.ContextValue"] = "-ContextValue",
        ["NewKeyProvider.From"] = "-From",
        ["NewKeyProvider.GranteePrincipal"] = "-GranteePrincipal",
        ["NewKeyProvider.Parameters"] = "-Parameter",
        ["NewMasterKey.ReplicaRegions"] = "New-MasterKey -ReplicaRegion",
        ["PolicyService.GetLiveAsync"] = "Get-KeyPolicy -Live",
        ["PolicyService.SetAsync"] = "Set-KeyPolicy",
        ["PolicyValues.Key"] = "-KeyArn",
        ["TenantDataProtector.ListCatalogAsync"] = "Get-TenantMessage",
        ["TenantService.CreateAsync"] = "New-EncryptionTenant",
        ["TenantService.RemoveAsync"] = "Remove-EncryptionTenant",
        ["TenantService.ShredAsync"] = "Remove-EncryptionTenant -Shred",
        ["UnprotectOptions.EncryptionContext"] = "-EncryptionContext",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Phrases of the library for which cmdlets have words of their own.</summary>
    public static FrozenDictionary<string, string> Phrases { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Decode the text first, as base64 -d does."] = "Give the text as a value (Get-Content -Raw FILE | Unprotect-TenantData), or decode it first (base64 -d FILE).",
        [", a member of MessageLimits."] = ": a parameter of Unprotect-TenantData and Test-TenantData, and a member of MessageLimits.",
        ["Putting the platform's statements does so."] = "Set-KeyPolicy does so.",
        ["(its template shows it)"] = "(Get-KeyPolicy -StatementOnly shows it)",
        ["), or force it."] = "), or use -Force.",
        ["Make the tenant anew with the other key, and then its children."] = "Make the tenant and its children anew with the other key (New-EncryptionTenant -KeyArn, then -Parent).",
        ["make the tenant anew with the other key"] = "make the tenant anew (New-EncryptionTenant -KeyArn)",
        ["make it anew with the other key"] = "make it anew (New-EncryptionTenant -KeyArn)",
        ["the option allRegions"] = "-AllRegions",
        ["the key that wrapped it (UnprotectOptions.Keyring)"] = "the key that wrapped it (-RawKey, or UnprotectOptions.Keyring)",
        ["name the output or its folder"] = "give -Destination or -OutFile",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // Parameters that take no value.
    private static readonly FrozenSet<string> Switches = FrozenSet.Create(StringComparer.Ordinal, "allRegions");

    // A remedy is found wherever it is said: in an error, a check or a warning.
    private static readonly (string Said, string Worded)[] Whole =
        [.. Remedies.Select(remedy => (ErrorCatalog.Get(remedy.Key).Remedy, remedy.Value)), .. Phrases.Select(phrase => (phrase.Key, phrase.Value))];

    /// <summary>A text as PowerShell says it.</summary>
    /// <param name="text">The library's text.</param>
    /// <returns>The same, where it names nothing of the library.</returns>
    public static string Of(string text) =>
        Member().Replace(
            Pairs().Replace(
                Move().Replace(
                    Call().Replace(
                        Whole.Aggregate(text, (said, phrase) => said.Replace(phrase.Said, phrase.Worded, StringComparison.Ordinal)),
                        call => Members.TryGetValue(call.Groups["member"].Value, out string? command) ? $"{command}{string.Concat(Separator().Split(call.Groups["values"].Value).Select(Argument))}" : call.Value),
                    "Start-KeyMigration -TenantId $1 -To $2"),
                pairs => $"{Members[pairs.Groups["member"].Value]} @{{ {pairs.Groups["name"].Value} = {(pairs.Groups["value"].Value == "false" ? "$false" : pairs.Groups["value"].Value)} }}"),
            member => Members.GetValueOrDefault(member.Value, member.Value));

    /// <summary>A result as PowerShell shows it: one that tells what to do tells it in the words of the cmdlets.</summary>
    /// <param name="result">What a cmdlet writes.</param>
    /// <returns>The same, where it has no such texts.</returns>
    public static object Of(object result) => result switch
    {
        KeyProviderTestResult test => test with
        {
            Checks = test.Checks.Select(check => check with { Observed = Of(check.Observed), Remedy = check.Remedy is { } remedy ? Of(remedy) : null }).ToArray(),
        },
        PolicyAnalysis analysis => analysis with
        {
            Findings = analysis.Findings.Select(finding => finding with { Observed = Of(finding.Observed), Remedy = Of(finding.Remedy) }).ToArray(),
        },
        KeyPolicy policy => policy with { Warnings = policy.Warnings.Select(Of).ToArray() },
        KeyMigrationPlan plan => plan with
        {
            Warnings = plan.Warnings.Select(Of).ToArray(),
            Notes = plan.Notes.Select(Of).ToArray(),
        },
        MasterKey key => key with { Notes = key.Notes.Select(Of).ToArray() },
        DrillResult drill => drill with { Steps = drill.Steps.Select(step => step with { Observed = Of(step.Observed) }).ToArray() },
        ShreddingProof proof => proof with { NotReached = proof.NotReached.Select(copy => copy with { Remedy = Of(copy.Remedy) }).ToArray() },
        MessageTestResult { Detail: { } detail } test => test with { Detail = Of(detail) },
        _ => result,
    };

    /// <summary>An error as PowerShell says it.</summary>
    /// <param name="exception">The library's error.</param>
    /// <returns>The same one, where it names nothing of the library.</returns>
    public static TenantEncryptionException Of(TenantEncryptionException exception)
    {
        string detail = Of(exception.Detail);
        string remedy = Of(exception.Remedy);
        return detail == exception.Detail && remedy == exception.Remedy
            ? exception
            : new TenantEncryptionException(exception.Code, detail, exception.InnerException, remedy)
            {
                Operation = exception.Operation,
                KeyArn = exception.KeyArn,
                Region = exception.Region,
                RequestId = exception.RequestId,
                Unfinished = exception.Unfinished,
            };
    }

    // 'name: value' of a call; the thing that the call is about stands alone.
    private static string Argument(string argument)
    {
        int colon = argument.IndexOf(": ", StringComparison.Ordinal);
        string name = argument[..colon];
        string value = argument[(colon + 2)..];
        return name switch
        {
            "key" => $" {value}",
            _ when Switches.Contains(name) => $" -{char.ToUpperInvariant(name[0])}{name[1..]}",
            _ => $" -{char.ToUpperInvariant(name[0])}{name[1..]} {(value is "true" or "false" ? $"${value}" : value)}",
        };
    }

    [GeneratedRegex(@"(?<member>\b[A-Z]\w+\.[A-Z]\w+)\((?<values>[a-z]\w*: [^()]+)\)")]
    private static partial Regex Call();

    [GeneratedRegex(@", (?=[a-z]\w*: )")]
    private static partial Regex Separator();

    [GeneratedRegex(@"\bKeyMigrationService\.StartAsync of tenant ('[^']*') to ('[^']*')")]
    private static partial Regex Move();

    [GeneratedRegex(@"\b(?<member>KeyPolicyRequest\.Parameters|UnprotectOptions\.EncryptionContext): (?<name>[\w:./-]+) = (?<value>false|'[^']*')")]
    private static partial Regex Pairs();

    [GeneratedRegex(@"\b[A-Z]\w+\.[A-Z]\w+")]
    private static partial Regex Member();
}
