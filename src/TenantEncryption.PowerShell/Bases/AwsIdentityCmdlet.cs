using System.Management.Automation;
using TenantEncryption.Kms;
using TenantEncryption.PowerShell.Completion;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A cmdlet that says as whom AWS KMS is called. These parameters don't bind from the pipeline, so that no input decides whom to call; where a row is what is registered, they do (AwsColumnsCmdlet).</summary>
public abstract class AwsIdentityCmdlet : TenantCmdlet
{
    /// <summary>The AWS profile of the shared configuration and credentials files, SSO profiles too. The SDK's default chain when not given.</summary>
    [Parameter(HelpMessage = "The AWS profile of the shared configuration and credentials files, SSO profiles too.")]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    public virtual string? ProfileName { get; set; }

    /// <summary>Another KMS endpoint, such as a VPC endpoint or a local KMS. Plain http is accepted for this machine only.</summary>
    [Parameter(HelpMessage = "Another KMS endpoint, such as a VPC endpoint or a local KMS.")]
    public virtual string? EndpointUrl { get; set; }

    /// <summary>A role to assume for the calls.</summary>
    [Parameter(HelpMessage = "A role to assume for the calls.")]
    public virtual string? RoleArn { get; set; }

    /// <summary>The external id that the role's trust policy asks for.</summary>
    [Parameter(HelpMessage = "The external id that the role's trust policy asks for.")]
    public virtual string? ExternalId { get; set; }

    /// <summary>What the parameters say.</summary>
    /// <param name="region">The region to call.</param>
    /// <returns>The connection.</returns>
    protected KmsConnection ConnectionTo(string? region) => new()
    {
        Region = region,
        ProfileName = string.IsNullOrEmpty(ProfileName) ? null : ProfileName,
        EndpointUrl = string.IsNullOrEmpty(EndpointUrl) ? null : EndpointUrl,
        RoleArn = string.IsNullOrEmpty(RoleArn) ? null : RoleArn,
        ExternalId = string.IsNullOrEmpty(ExternalId) ? null : ExternalId,
    };
}
