using System.Management.Automation;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Policies;
using TenantEncryption.Policies.Documents;
using TenantEncryption.Policies.Templates;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Shows the key policy that a platform needs, the one that a key has, or the one that it would get.</summary>
/// <remarks>
/// For a key provider, or with -Platform for a key that need not exist. The policy is whole: the account's own statements as the AWS console writes
/// them, then the platform's; -StatementOnly gives the platform's alone, which is what you paste into a policy. A value that is missing is an error
/// that names it and says where it comes from. -Live asks KMS for the policy that the key has, in each of its regions; -Merged shows what
/// Set-KeyPolicy would put, with its Changes. Without -Live and -Merged no call is made, and with -Platform no store is needed.
/// </remarks>
/// <example>
///   <code>Get-KeyPolicy -Platform qlik-cloud -TenantId 6BxR0mKt -StatementOnly</code>
///   <para>Shows what to add to the policy of a key for Qlik Cloud.</para>
/// </example>
/// <example>
///   <code>Get-KeyPolicy -Platform tableau-cloud -From ./tableau.json -KeyArn $arn -Administrator $admin -AsJson | Set-Content policy.json</code>
///   <para>Writes a whole policy with the values that Tableau's Key Policy dialog shows.</para>
/// </example>
/// <example>
///   <code>(Get-KeyPolicy acme-cmk -Merged -User $role).Changes</code>
///   <para>Shows what Set-KeyPolicy would change.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "KeyPolicy", DefaultParameterSetName = ProviderSet)]
[OutputType(typeof(KeyPolicy), typeof(string))]
public sealed class GetKeyPolicyCommand : KeyPolicyCmdlet
{
    private const string ProviderSet = "Provider";
    private const string LiveSet = "Live";
    private const string MergedSet = "Merged";
    private const string PlatformSet = "Platform";

    /// <summary>
    /// The key provider: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN. A name that several tenants use needs -TenantId.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ProviderSet, HelpMessage = "The key provider: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN.")]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = LiveSet, HelpMessage = "The key provider: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN.")]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = MergedSet, HelpMessage = "The key provider: an object of Get-KeyProvider, an id (kp-…), a name, or a key ARN.")]
    [ArgumentCompleter(typeof(KeyProviderCompleter))]
    public KeyProviderReference KeyProvider { get; set; } = null!;

    /// <summary>The platform that shall use the key: a name, or the path of a profile of your own (.json).</summary>
    [Parameter(Mandatory = true, ParameterSetName = PlatformSet, HelpMessage = "The platform that shall use the key: a name, or the path of a profile of your own (.json).")]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string Platform { get; set; } = "";

    /// <summary>
    /// The tenants for whom the policy is; the provider's own when not given. Several tenants on one key are possible and not best practice.
    /// </summary>
    [Parameter(HelpMessage = "The tenants for whom the policy is; the provider's own when not given.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[] TenantId { get; set; } = [];

    /// <summary>The ARN of the key, where there is one already: it tells account and region, and whether it is a multi-Region key.</summary>
    [Parameter(ParameterSetName = PlatformSet, HelpMessage = "The ARN of the key, where there is one already: it tells account and region, and whether it is a multi-Region key.")]
    [ArgumentCompleter(typeof(MasterKeyCompleter))]
    public string? KeyArn { get; set; }

    /// <summary>The ARNs of those who administer the key. The account itself always can.</summary>
    [Parameter(ParameterSetName = ProviderSet, HelpMessage = "The ARNs of those who administer the key.")]
    [Parameter(ParameterSetName = PlatformSet, HelpMessage = "The ARNs of those who administer the key.")]
    public string[] Administrator { get; set; } = [];

    /// <summary>Gives the platform's statements alone, as its documentation shows them.</summary>
    [Parameter(ParameterSetName = ProviderSet, HelpMessage = "Gives the platform's statements alone, as its documentation shows them.")]
    [Parameter(ParameterSetName = PlatformSet, HelpMessage = "Gives the platform's statements alone, as its documentation shows them.")]
    public SwitchParameter StatementOnly { get; set; }

    /// <summary>Gives the policies that the key has in KMS, one for each region.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiveSet, HelpMessage = "Gives the policies that the key has in KMS, one for each region.")]
    public SwitchParameter Live { get; set; }

    /// <summary>Gives the policies that Set-KeyPolicy would put, one for each region.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MergedSet, HelpMessage = "Gives the policies that Set-KeyPolicy would put, one for each region.")]
    public SwitchParameter Merged { get; set; }

    /// <summary>Gives the JSON as text.</summary>
    [Parameter(HelpMessage = "Gives the JSON as text.")]
    public SwitchParameter AsJson { get; set; }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> ForTenants => TenantId;

    /// <inheritdoc/>
    protected override bool NeedsStore => !MyInvocation.BoundParameters.ContainsKey(nameof(Platform));

    /// <inheritdoc/>
    protected override object? Target => NeedsStore ? KeyProvider : Platform;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        IReadOnlyList<KeyPolicy> policies = NeedsStore
            ? await OfProviderAsync(await ResolveAsync(KeyProvider).ConfigureAwait(false)).ConfigureAwait(false)
            : [await OfPlatformAsync().ConfigureAwait(false)];
        WarnOf(policies);
        foreach (KeyPolicy policy in policies)
        {
            await EmitAsync(AsJson ? policy.Json : policy).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<KeyPolicy>> OfProviderAsync(KeyProvider provider)
    {
        if (Live)
        {
            return await Service.Policies.GetLiveAsync(provider.Id, Cancellation).ConfigureAwait(false);
        }

        KeyPolicyRequest request = await RequestAsync(provider).ConfigureAwait(false) with { Administrators = Administrator };
        return Merged ? [.. PolicyService.Preview(await Service.Policies.PlanAsync(request, Cancellation).ConfigureAwait(false))]
            : StatementOnly ? [await Service.Policies.GetStatementsAsync(request, Cancellation).ConfigureAwait(false)]
            : [await Service.Policies.GetAsync(request, Cancellation).ConfigureAwait(false)];
    }

    private async Task<KeyPolicy> OfPlatformAsync()
    {
        PlatformProfile platform = await KnownPlatforms.ReadAsync(this, Platform, Cancellation).ConfigureAwait(false);
        var values = new PolicyValues
        {
            TenantIds = TenantId,
            Key = KeyArn is null ? null : KeyIdentifier.Parse(KeyArn),
            Users = User,
            Parameters = PlaceholderParameters.Of(
                platform, await ReadFromAsync().ConfigureAwait(false), PolicyInput.ReadParameters(Parameter)),
        };
        return StatementOnly ? KeyPolicyBuilder.BuildStatements(platform, values) : KeyPolicyBuilder.Build(platform, values, Administrator);
    }
}
