using System.Management.Automation;
using TenantEncryption.Changes;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Tenants;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Changes a tenant: its name, region, edition and key lease, and whether its data may be read untraced.</summary>
/// <remarks>
/// Id, platform, key hierarchy, organisation and parent are fixed when a tenant is created. What is not given stays; an empty text takes a name, region or
/// edition away. The rules are those of New-EncryptionTenant: a region is one that the platform serves, and the one in which the key of the Active key
/// provider is; an edition that excludes a customer master key is refused where the tenant has one. What is so already is not changed again, so that the
/// command can be repeated. -WhatIf tells what would change, from what to what.
/// </remarks>
/// <example>
///   <code>Set-EncryptionTenant acme -Name 'Acme Corporation' -PassThru</code>
///   <para>Gives a tenant another name, and shows it.</para>
/// </example>
/// <example>
///   <code>Get-EncryptionTenant acme* | Set-EncryptionTenant -KeyLease 00:00:30</code>
///   <para>Has no process hold a plaintext key of these tenants for longer than half a minute; those that hold one now ask KMS again within a second.</para>
/// </example>
/// <example>
///   <code>Set-EncryptionTenant acme -AllowUntracedRead $true -WhatIf</code>
///   <para>Tells what would change.</para>
/// </example>
[Cmdlet(VerbsCommon.Set, "EncryptionTenant", SupportsShouldProcess = true)]
[OutputType(typeof(EncryptionTenant))]
public sealed class SetEncryptionTenantCommand : TenantCmdlet
{
    /// <summary>The tenant.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The tenant.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string TenantId { get; set; } = "";

    /// <summary>A label for people; an empty text takes it away.</summary>
    [Parameter(HelpMessage = "A label for people; an empty text takes it away.")]
    [AllowEmptyString]
    public string? Name { get; set; }

    /// <summary>The AWS region in which the tenant lives; an empty text takes it away.</summary>
    [Parameter(HelpMessage = "The AWS region in which the tenant lives; an empty text takes it away.")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string? Region { get; set; }

    /// <summary>The edition that the tenant's owner bought, where the platform's rules depend on it; an empty text takes it away.</summary>
    [Parameter(HelpMessage = "The edition that the tenant's owner bought, where the platform's rules depend on it; an empty text takes it away.")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(EditionCompleter))]
    public string? Edition { get; set; }

    /// <summary>The longest time for which a process holds a plaintext key-encryption key, such as 00:00:30: a second to an hour, or zero. It binds every process within a second.</summary>
    [Parameter(HelpMessage = "The longest time for which a process holds a plaintext key-encryption key, such as 00:00:30: a second to an hour, or zero.")]
    public TimeSpan? KeyLease { get; set; }

    /// <summary>
    /// Whether the tenant's data is read although the record of it can't be written, as the store is full, locked or read-only: $true or $false. A warning then
    /// says so, and the record is written when the store takes it, as long as the process lives. Without it, nothing is read that was not told before.
    /// </summary>
    [Parameter(HelpMessage = "Whether the tenant's data is read although the record of it can't be written, as the store is full, locked or read-only: $true or $false.")]
    public bool? AllowUntracedRead { get; set; }

    /// <summary>Writes the tenant as it is now.</summary>
    [Parameter(HelpMessage = "Writes the tenant as it is now.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override object? Target => TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        var update = new TenantUpdate
        {
            DisplayName = Name,
            Region = Region,
            Edition = Edition,
            KeyLease = KeyLease,
            UntracedReads = AllowUntracedRead,
        };
        IReadOnlyList<PropertyChange> changes = await Service.Tenants.CompareAsync(TenantId, update, Cancellation).ConfigureAwait(false);
        if (changes.Count > 0 && !await ConfirmAsync(TenantId, $"Change the tenant: {string.Join("; ", changes)}").ConfigureAwait(false))
        {
            return;
        }

        EncryptionTenant tenant = await Service.Tenants.UpdateAsync(TenantId, update, Cancellation).ConfigureAwait(false);
        if (PassThru)
        {
            await EmitAsync(tenant).ConfigureAwait(false);
        }
    }
}
