using System.Management.Automation;
using TenantEncryption.Kms;
using TenantEncryption.PowerShell.Completion;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A cmdlet that says as whom AWS KMS is called. These parameters never bind from the pipeline, so that no input file decides whom to call.</summary>
public abstract class AwsIdentityCmdlet : TenantCmdlet
{
    /// <summary>The AWS profile of the shared configuration and credentials files, SSO profiles too. The SDK's default chain when not given.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    public string? ProfileName { get; set; }

    /// <summary>Another KMS endpoint, such as a VPC endpoint or a local KMS. Plain http is accepted for this machine only.</summary>
    [Parameter]
    public string? EndpointUrl { get; set; }

    /// <summary>A role to assume for the calls.</summary>
    [Parameter]
    public string? RoleArn { get; set; }

    /// <summary>The external id that the role's trust policy asks for.</summary>
    [Parameter]
    public string? ExternalId { get; set; }

    /// <summary>What the parameters say.</summary>
    /// <param name="region">The region to call.</param>
    /// <returns>The connection.</returns>
    protected KmsConnection ConnectionTo(string? region) => new()
    {
        Region = region,
        ProfileName = ProfileName,
        EndpointUrl = EndpointUrl,
        RoleArn = RoleArn,
        ExternalId = ExternalId,
    };
}
