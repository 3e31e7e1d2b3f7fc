using System.Collections;
using System.Management.Automation;
using TenantEncryption.Errors;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Tests whether a key provider works, and tells why not.</summary>
/// <remarks>
/// Looks at the key in each of its regions (state, usage, spec, rotation, replicas), judges its live key policies and grants for the platform's own
/// principals, and makes a real round trip with the tenant's encryption context. Subject Platform: what the vendor's principals may do, decided by
/// simulating the policy; on every platform but standalone only this decides, since an administrator's own round trip proves nothing about the
/// vendor's roles. Subject Caller: a live call with the credentials at hand. What may not be looked at is Skipped, never Passed. Give -KeyProvider, or
/// -TenantId for all providers of a tenant; or, before registering, -KeyArn with -Platform and -TenantId. A check that fails is a result, not an
/// error; an error means that the test could not be made.
/// </remarks>
/// <example>
///   <code>if (Test-KeyProvider acme-cmk -TenantId acme -Quiet) { Start-KeyMigration -TenantId acme -To acme-cmk }</code>
///   <para>Moves only when the test passes. Use -Quiet in a condition: a result object is always true.</para>
/// </example>
/// <example>
///   <code>Test-KeyProvider -KeyArn $arn -Platform qlik-cloud -TenantId $qlikTenantId | Select-Object -ExpandProperty Checks</code>
///   <para>Tests a key for Qlik Cloud before its ARN is handed over; nothing need be registered.</para>
/// </example>
/// <example>
///   <code>(Test-KeyProvider acme-cmk -TenantId acme).Checks</code>
///   <para>Shows every check with what was seen and what to do about it.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "KeyProvider", DefaultParameterSetName = ProviderSet)]
[OutputType(typeof(KeyProviderTestResult), typeof(bool))]
public sealed class TestKeyProviderCommand : AwsCmdlet
{
    private const string ProviderSet = "Provider";
    private const string KeySet = "Key";

    private readonly TestVerdict _verdict = new();

    /// <summary>
    /// The key provider: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN. A name that several tenants use needs -TenantId.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = ProviderSet, HelpMessage = "The key provider: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN.")]
    [ArgumentCompleter(typeof(KeyProviderCompleter))]
    public KeyProviderReference? KeyProvider { get; set; }

    /// <summary>A key that is not registered, in any form that the platform takes.</summary>
    [Parameter(Mandatory = true, ParameterSetName = KeySet, HelpMessage = "A key that is not registered, in any form that the platform takes.")]
    [ArgumentCompleter(typeof(MasterKeyCompleter))]
    public string KeyArn { get; set; } = "";

    /// <summary>The platform that shall use the key, by name or as a profile's file (.json); the tenant's own when not given.</summary>
    [Parameter(ParameterSetName = KeySet, HelpMessage = "The platform that shall use the key, by name or as a profile's file (.json); the tenant's own when not given.")]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <summary>The value of the tenant's pair in KMS encryption contexts, where it is not the tenant id.</summary>
    [Parameter(ParameterSetName = KeySet, HelpMessage = "The value of the tenant's pair in KMS encryption contexts, where it is not the tenant id.")]
    public string? ContextValue { get; set; }

    /// <summary>Values of the platform's placeholders that only its vendor knows, such as @{ AdminRole = '…' }; Get-EncryptionPlatform lists them.</summary>
    [Parameter(ParameterSetName = KeySet, HelpMessage = "Values of the platform's placeholders that only its vendor knows, such as @{ AdminRole = '…' }; Get-EncryptionPlatform lists them.")]
    public Hashtable? Parameter { get; set; }

    /// <summary>The key policy that the platform itself shows, as JSON or the path of a file with it: what -ContextValue and -Parameter don't give is taken from it.</summary>
    [Parameter(ParameterSetName = KeySet, HelpMessage = "The key policy that the platform itself shows, as JSON or the path of a file with it: what -ContextValue and -Parameter don't give is taken from it.")]
    public string? From { get; set; }

    /// <summary>
    /// The tenant whose provider is meant; without -KeyProvider, all of its providers. With -KeyArn the tenant that the key is for, which need not be
    /// in the store when -Platform is given.
    /// </summary>
    [Parameter(ParameterSetName = ProviderSet, ValueFromPipelineByPropertyName = true, HelpMessage = "The tenant whose provider is meant; without -KeyProvider, all of its providers.")]
    [Parameter(ParameterSetName = KeySet, Mandatory = true, HelpMessage = "The tenant whose provider is meant; without -KeyProvider, all of its providers.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string? TenantId { get; set; }

    /// <summary>Makes no call: looks at the registration alone.</summary>
    [Parameter(HelpMessage = "Makes no call: looks at the registration alone.")]
    public SwitchParameter Offline { get; set; }

    /// <summary>Gives one Boolean: whether every test succeeded.</summary>
    [Parameter(HelpMessage = "Gives one Boolean: whether every test succeeded.")]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override object? Target => (object?)KeyProvider ?? (KeyArn.Length > 0 ? KeyArn : TenantId);

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        if (ParameterSetName == KeySet)
        {
            var candidate = new KeyCandidate
            {
                TenantId = TenantId!,
                Platform = Platform is null ? null : await KnownPlatforms.ReadAsync(this, Platform, Cancellation).ConfigureAwait(false),
                KeyIdentifier = KeyArn,
                ContextValue = ContextValue,
                Parameters = PolicyInput.ReadParameters(Parameter),
                From = await OnPipelineAsync(() => PolicyInput.ReadJsonOrFile(this, From)).ConfigureAwait(false),
                Connection = Connection,
            };
            await TellAsync(await Service.Providers.TestKeyAsync(candidate, Offline, Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }

        IReadOnlyList<KeyProvider> providers = await ProviderSelection.SelectAsync(Service, KeyProvider, TenantId, Cancellation).ConfigureAwait(false);

        // What says the same, such as a default for every cmdlet, contradicts nothing; and the internal KMS is not called.
        if (providers.FirstOrDefault(one => one.Type != KeyProviderType.Internal && !Connection.Agrees(one.Connection)) is { } other)
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput,
                $"The key provider '{other.Name}' is called as it was registered ({other.Connection}), not otherwise ({Connection}).",
                remedy: "Leave the AWS parameters out, or test the key by -KeyArn.");
        }

        foreach (KeyProvider provider in providers)
        {
            await TellAsync(await Service.Providers.TestAsync(provider.Id, Offline, Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    protected override Task EndAsync() => _verdict.ConcludeAsync(this, Quiet);

    private async Task TellAsync(KeyProviderTestResult result)
    {
        _verdict.Note(result.Success);
        if (!Quiet)
        {
            await EmitAsync(result).ConfigureAwait(false);
        }
    }
}
