using System.Collections;
using System.Management.Automation;
using TenantEncryption.MasterKeys;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Changes a master key in AWS KMS: rotation, description, tags, alias, replicas.</summary>
/// <remarks>
/// The key keeps its id and ARN, so nothing has to be migrated. Rotating the material leaves what was sealed under the older one readable. A replica gets the
/// policy, description, tags and aliases of the primary, and -Alias applies in every region of the key. But for -RotateNow, the command can be repeated:
/// what is done already stays, so that it also finishes a New-MasterKey that was interrupted.
/// </remarks>
/// <example>
///   <code>Update-MasterKey alias/acme -Region eu-west-1 -RotateNow</code>
///   <para>Rotates the key's material now.</para>
/// </example>
/// <example>
///   <code>Update-MasterKey $arn -ReplicaRegion eu-west-3</code>
///   <para>Makes the replica that REPLICA_MISSING asks for.</para>
/// </example>
[Cmdlet(VerbsData.Update, "MasterKey", SupportsShouldProcess = true)]
[OutputType(typeof(MasterKey))]
public sealed class UpdateMasterKeyCommand : MasterKeyCmdlet
{
    /// <summary>Rotates the key's material now, which a key allows 25 times.</summary>
    [Parameter(HelpMessage = "Rotates the key's material now, which a key allows 25 times.")]
    public SwitchParameter RotateNow { get; set; }

    /// <summary>Whether KMS rotates the material by itself, every year.</summary>
    [Parameter(HelpMessage = "Whether KMS rotates the material by itself, every year.")]
    public bool? Rotation { get; set; }

    /// <summary>A note for people, up to 8,192 characters; an empty text removes it.</summary>
    [Parameter(HelpMessage = "A note for people, up to 8,192 characters; an empty text removes it.")]
    [AllowEmptyString]
    public string? Description { get; set; }

    /// <summary>Tags to add, or whose value to replace.</summary>
    [Parameter(HelpMessage = "Tags to add, or whose value to replace.")]
    public Hashtable? Tag { get; set; }

    /// <summary>An alias that the key shall have in each of its regions, with or without its alias/.</summary>
    [Parameter(HelpMessage = "An alias that the key shall have in each of its regions, with or without its alias/.")]
    public string? Alias { get; set; }

    /// <summary>Regions in which a multi-Region key shall have a replica.</summary>
    [Parameter(HelpMessage = "Regions in which a multi-Region key shall have a replica.")]
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string[] ReplicaRegion { get; set; } = [];

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        var update = new MasterKeyUpdate
        {
            Description = MyInvocation.BoundParameters.ContainsKey(nameof(Description)) ? Description ?? "" : null,
            Tags = TagTable.Read(Tag),
            Rotation = Rotation,
            RotateNow = RotateNow,
            Alias = Alias,
            ReplicaRegions = ReplicaRegion,
        };
        MasterKey key = await ReadAsync().ConfigureAwait(false);
        if (await ConfirmAsync(Describe(key), $"Update the master key: {update}").ConfigureAwait(false))
        {
            await EmitAsync(await Service.MasterKeys.UpdateAsync(key, update, Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }
}
