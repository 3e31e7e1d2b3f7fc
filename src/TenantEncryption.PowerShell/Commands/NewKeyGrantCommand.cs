using System.Management.Automation;
using TenantEncryption.Grants;
using TenantEncryption.Kms;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Makes grants on a master key: permissions for one principal, or one AWS service, beside the key policy.</summary>
/// <remarks>
/// One grant is made for each tenant in each region of the key, since a grant counts in its region alone. A call that it permits must name the tenant in its
/// encryption context. Operations and retiring principal are those that the platform asks for, unless given; for Amazon Q Business DescribeKey,
/// GenerateDataKeyWithoutPlaintext and Decrypt. An AWS service that calls KMS for itself is granted with -GranteeServicePrincipal: it may use the key on behalf of
/// the resource that -SourceArn names and no other, and may give the grant back unless another retiring principal is named. A grant of the same name and content is not made twice, so the command can be repeated. The grant token makes a
/// grant usable before it is known everywhere in KMS. -WhatIf asks KMS whether it would permit each grant.
/// </remarks>
/// <example>
///   <code>New-KeyGrant acme-cmk -GranteePrincipal arn:aws:iam::111122223333:role/Platform</code>
///   <para>Grants the use of a provider's key for its tenant.</para>
/// </example>
/// <example>
///   <code>New-KeyGrant acme-cmk -GranteeServicePrincipal qbusiness.amazonaws.com -SourceArn arn:aws:qbusiness:eu-west-1:111122223333:application/1234abcd -Platform amazon-q-business</code>
///   <para>Grants Amazon Q Business the use of the key for one application environment.</para>
/// </example>
/// <example>
///   <code>New-KeyGrant -KeyArn $key -GranteePrincipal $role -TenantId acme, globex -Operation Decrypt -WhatIf</code>
///   <para>Tells whether KMS would permit grants for two tenants.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "KeyGrant", SupportsShouldProcess = true, DefaultParameterSetName = ProviderSet)]
[OutputType(typeof(KeyGrant))]
public sealed class NewKeyGrantCommand : KeyGrantCmdlet
{
    /// <summary>Who gets the permission: the ARN of a user, role, assumed-role session, federated user or account. It, or -GranteeServicePrincipal.</summary>
    [Parameter(HelpMessage = "Who gets the permission: the ARN of a user, role, assumed-role session, federated user or account.")]
    public string? GranteePrincipal { get; set; }

    /// <summary>The AWS service that gets the permission, such as qbusiness.amazonaws.com. It needs -SourceArn.</summary>
    [Parameter(HelpMessage = "The AWS service that gets the permission, such as qbusiness.amazonaws.com.")]
    public string? GranteeServicePrincipal { get; set; }

    /// <summary>Who may give the grant back. Where the platform asks for one, and of a service, the grantee when not given.</summary>
    [Parameter(HelpMessage = "Who may give the grant back.")]
    public string? RetiringPrincipal { get; set; }

    /// <summary>The AWS service that may give the grant back.</summary>
    [Parameter(HelpMessage = "The AWS service that may give the grant back.")]
    public string? RetiringServicePrincipal { get; set; }

    /// <summary>The ARN of the one resource on whose behalf a service may use the key, such as an application environment of Amazon Q Business.</summary>
    [Parameter(HelpMessage = "The ARN of the one resource on whose behalf a service may use the key, such as an application environment of Amazon Q Business.")]
    public string? SourceArn { get; set; }

    /// <summary>The operations, such as Decrypt; those that the platform needs when not given.</summary>
    [Parameter(HelpMessage = "The operations, such as Decrypt; those that the platform needs when not given.")]
    [ArgumentCompleter(typeof(GrantOperationCompleter))]
    public string[] Operation { get; set; } = [];

    /// <summary>For whom: one grant for each tenant. The provider's tenant when not given; with -KeyArn, grants without it hold for any context.</summary>
    [Parameter(HelpMessage = "For whom: one grant for each tenant.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[] TenantId { get; set; } = [];

    /// <summary>The platform whose grant it is, or the path of a profile of your own (.json): that of the tenants when not given. With it, tenants need not be in the store.</summary>
    [Parameter(HelpMessage = "The platform whose grant it is, or the path of a profile of your own (.json): that of the tenants when not given.")]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <summary>A name, 1 to 256 letters, digits and : / _ -; one that is made from the tenant when not given.</summary>
    [Parameter(HelpMessage = "A name, 1 to 256 letters, digits and : / _ -; one that is made from the tenant when not given.")]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override Task<KeyProvider> FindProviderAsync(string reference) => Service.Providers.ResolveAsync(reference, TenantId, Cancellation);

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        (string keyId, KmsConnection connection, KeyProvider? provider) = await ResolveAsync().ConfigureAwait(false);
        var request = new NewKeyGrant
        {
            KeyId = keyId,
            GranteePrincipal = GranteePrincipal,
            GranteeServicePrincipal = GranteeServicePrincipal,
            RetiringPrincipal = RetiringPrincipal,
            RetiringServicePrincipal = RetiringServicePrincipal,
            SourceArn = SourceArn,
            Operations = Operation,
            TenantIds = TenantId.Length == 0 && provider is not null ? [provider.TenantId] : TenantId,
            Platform = Platform is null ? null : await KnownPlatforms.ReadAsync(this, Platform, Cancellation).ConfigureAwait(false),
            Name = Name,
            Connection = connection,
        };
        bool ask = await IsWhatIfAsync().ConfigureAwait(false);
        foreach (KeyGrantPlan plan in await Service.Grants.PlanAsync(request, ask, Cancellation).ConfigureAwait(false))
        {
            await CreateAsync(plan).ConfigureAwait(false);
        }
    }

    private async Task CreateAsync(KeyGrantPlan plan)
    {
        if (!await ConfirmTextAsync(plan.ToString(), $"{plan}\nGo on?", "New-KeyGrant").ConfigureAwait(false))
        {
            return;
        }

        try
        {
            await EmitAsync(await Service.Grants.CreateAsync(plan, Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception)
        {
            // A grant in one region does not wait for another one's.
            Report(exception, plan);
        }
    }

    // A name that several tenants use is settled by the first tenant that the grants are for.
}
