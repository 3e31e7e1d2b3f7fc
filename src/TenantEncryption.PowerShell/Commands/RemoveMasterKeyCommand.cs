using System.Management.Automation;
using TenantEncryption.MasterKeys;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Has a master key in AWS KMS deleted when a waiting period ends.</summary>
/// <remarks>
/// What was sealed under a deleted key is lost for good, for everybody. Until then the key can't be used, and Restore-MasterKey cancels the deletion. Refused
/// while a key provider of the store hangs on the key, unless -Force is given; what else depends on the key, this store does not know: the question
/// and the refusal name the last use that KMS has on record (kms:GetKeyLastUsage, for keys of the caller's account): when, which operation, and the ids by which CloudTrail tells who. CloudTrail
/// has those before, too. Disable-MasterKey first shows who still needs the key, and can be undone. A key whose policy has a guard (New-MasterKey -DeletionGuardDays) is not deleted before it was unused so long. KMS deletes a multi-Region primary only after its replicas; -AllRegions schedules theirs, too.
/// </remarks>
/// <example>
///   <code>Remove-MasterKey alias/old -Region eu-west-1 -PendingWindowInDays 30</code>
///   <para>Schedules the deletion, after asking.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "MasterKey", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(MasterKey))]
public sealed class RemoveMasterKeyCommand : MasterKeySwitchCmdlet
{
    /// <summary>The waiting period: 7 to 30 days.</summary>
    [Parameter(HelpMessage = "The waiting period: 7 to 30 days.")]
    public int PendingWindowInDays { get; set; } = 30;

    /// <summary>Does so although key providers hang on the key; asks no question unless -Confirm is given.</summary>
    [Parameter(HelpMessage = "Does so although key providers hang on the key; asks no question unless -Confirm is given.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override string Action => $"Delete the master key in {Counted.Of(PendingWindowInDays, "day")}";

    /// <inheritdoc/>
    protected override bool IsForced => Force;

    /// <inheritdoc/>
    protected override Task CheckAsync(MasterKey key) => Service.MasterKeys.CheckRemovalAsync(key, PendingWindowInDays, Force, Cancellation);

    /// <inheritdoc/>
    protected override Task<MasterKey> SwitchAsync(MasterKey key) =>
        Service.MasterKeys.RemoveAsync(key, PendingWindowInDays, AllRegions, Force, Cancellation);
}
