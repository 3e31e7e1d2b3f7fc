using System.Management.Automation;
using TenantEncryption.Kms;
using TenantEncryption.PowerShell.Completion;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A cmdlet that says how AWS KMS is reached.</summary>
public abstract class AwsCmdlet : AwsIdentityCmdlet
{
    /// <summary>The AWS region to call; that of the key ARN when not given.</summary>
    [Parameter(HelpMessage = "The AWS region to call; that of the key ARN when not given.")]
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string? Region { get; set; }

    /// <summary>What the parameters say.</summary>
    protected KmsConnection Connection => ConnectionTo(Region);
}
