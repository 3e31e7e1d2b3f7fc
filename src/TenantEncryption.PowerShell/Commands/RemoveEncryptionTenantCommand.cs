using System.Management.Automation;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Tenants;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Removes a tenant, with its key providers, keys, migrations and catalog.</summary>
/// <remarks>
/// Refused while the tenant has messages in the catalog, or its keys wrapped values outside of it, unless -Force is given: then what they protect is lost for
/// good. Refused in any case while it has children, while a migration is unfinished and while writers are at work. What is refused is refused before the
/// question. The grants by which its providers use their keys are revoked; customer master keys and files are not touched. Every process forgets the tenant's
/// keys within a second. The tenant's events stay and verify, and a tenant that is made with the same id goes on with them.
/// -Shred removes the tenant with its data, for good, and wants a phrase typed. Where the internal KMS ever had a part in its keys it then rotates the root key, so that no backup of the store
/// opens them with the root key that this machine has; make a new backup of the root key afterwards (Export-RootKey). It tells what was destroyed and, in NotReached, by what the data may still be
/// read: exported key rings and root keys, copies of the root key elsewhere, customer master keys, plaintext. Cut short at any moment, the same command does the rest; of a tenant that was shredded
/// it gives the proof again. The proof is in the event log, too: Test-EncryptionEventLog -Head takes its Head.
/// </remarks>
/// <example>
///   <code>Remove-EncryptionTenant globex</code>
///   <para>Removes a tenant that has no data, after asking.</para>
/// </example>
/// <example>
///   <code>Get-TenantMessage -TenantId acme; Remove-EncryptionTenant acme -Force -WhatIf</code>
///   <para>Lists the files that would be lost, and tells what would go with the tenant.</para>
/// </example>
/// <example>
///   <code>Remove-EncryptionTenant acme -Shred -ProofPath ./acme-shredded.json</code>
///   <para>Destroys all that opens a tenant's data and is in reach, after the phrase "shred acme" was typed, and writes the proof into a file.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "EncryptionTenant", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = RemoveSet)]
[OutputType(typeof(ShreddingProof), ParameterSetName = [ShredSet])]
public sealed class RemoveEncryptionTenantCommand : TenantCmdlet
{
    private const string RemoveSet = "Remove";
    private const string ShredSet = "Shred";

    /// <summary>The tenant.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The tenant.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string TenantId { get; set; } = "";

    /// <summary>Removes it although messages and values depend on its keys; they are lost. Asks no question unless -Confirm is given.</summary>
    [Parameter(HelpMessage = "Removes it although messages and values depend on its keys; they are lost.")]
    public SwitchParameter Force { get; set; }

    /// <summary>Destroys all that opens the tenant's data and is in reach, and tells what is not. Data that depends on its keys is no reason to refuse.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ShredSet, HelpMessage = "Destroys all that opens the tenant's data and is in reach, and tells what is not.")]
    public SwitchParameter Shred { get; set; }

    /// <summary>The file for the proof, in JSON, which only its owner can read. What is there is never replaced.</summary>
    [Parameter(ParameterSetName = ShredSet, HelpMessage = "The file for the proof, in JSON, which only its owner can read.")]
    [ValidateNotNullOrEmpty]
    public string? ProofPath { get; set; }

    /// <inheritdoc/>
    protected override object? Target => TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        if (Shred)
        {
            await ShredAsync().ConfigureAwait(false);
            return;
        }

        TenantContents contents = await Service.Tenants.CheckRemovalAsync(TenantId, Force, Cancellation).ConfigureAwait(false);
        if (await ConfirmAsync(contents.ToString(), "Remove the tenant", Force).ConfigureAwait(false))
        {
            await Service.Tenants.RemoveAsync(TenantId, Force, Cancellation).ConfigureAwait(false);
        }
    }

    private async Task ShredAsync()
    {
        string? path = ProofPath is { } given ? await OnPipelineAsync(() => SessionPath.Literal(this, given)).ConfigureAwait(false) : null;
        if (path is not null)
        {
            ShreddingProof.RequireFree(path);
        }

        ShreddingPlan plan = await Service.Tenants.CheckShreddingAsync(TenantId, Cancellation).ConfigureAwait(false);
        if (!await ConfirmPhraseAsync(plan.ToString(), "Shred the tenant for good", $"shred {TenantId}", Force).ConfigureAwait(false))
        {
            return;
        }

        using var progress = new RootKeyProgress(this, (await Service.DescribeAsync(Cancellation).ConfigureAwait(false)).Tenants);
        var proof = (ShreddingProof)CmdletWording.Of(await Service.Tenants.ShredAsync(TenantId, progress, Cancellation).ConfigureAwait(false));
        if (path is not null)
        {
            proof.Save(path);
        }

        await EmitAsync(proof).ConfigureAwait(false);
    }
}
