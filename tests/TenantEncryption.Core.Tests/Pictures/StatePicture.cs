using System.Globalization;
using System.Text;
using TenantEncryption.Errors;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Core.Tests.Pictures;

/// <summary>The states of a platform's key providers and what leads from one to the next, as Graphviz's text, drawn from the rules that refuse everything else.</summary>
internal sealed class StatePicture(PlatformProfile profile)
{
    private readonly EncryptionTenant _tenant = new() { TenantId = "t", Platform = profile.Name, Profile = profile };
    private readonly StringBuilder _edges = new();

    /// <summary>The text of <c>docs/pictures/states-&lt;platform&gt;.dot</c>.</summary>
    public string Draw()
    {
        KeyProvider internalKms = Provider("internal", KeyProviderType.Internal, KeyProviderStatus.Active);
        KeyProvider other = Provider("other", KeyProviderType.AwsKms, KeyProviderStatus.Active);
        KeyProvider key = Provider("key", KeyProviderType.AwsKms, KeyProviderStatus.Pending);

        Edge("start", "Pending", ["New-KeyProvider"]);
        Edge("start", "Active", profile.Lifecycle.FromInternal == InternalExit.WhileEmpty ? ["New-EncryptionTenant -KeyArn"] : []);
        string[] first = Ways(internalKms, key);
        Edge("internal", "Active", [.. first.Length > 0 ? (string[])[LeavingText()] : []], "leaves");
        Edge("Pending", "Active", [.. first.Union(Ways(other, key))]);
        Edge("Archived", "Active", Ways(other, key with { Status = KeyProviderStatus.Archived }));
        Edge("Active", "Archived", Ways(other, key).Length > 0 ? ["another one becomes Active"] : []);
        Edge("Active", "internal", [.. Ways(other, internalKms with { Status = KeyProviderStatus.Archived }).Select(way => way + " -To Internal")], "leaves");
        string[] deactivation = Allowed(() => PlatformRules.RequireDeactivation(_tenant)) ? ["Disable-KeyProvider"] : [];
        Edge("Archived", "Deactivated", deactivation);
        Edge("Deactivated", "Archived", [.. deactivation.Select(_ => "Restore-KeyProvider")]);
        string[] removable = [.. new[] { KeyProviderStatus.Pending, KeyProviderStatus.Archived, KeyProviderStatus.Deactivated }
            .Where(status => status != KeyProviderStatus.Deactivated || deactivation.Length > 0)
            .Where(status => Allowed(() => PlatformRules.RequireRemoval(_tenant, key with { Status = status })))
            .Select(status => status.ToString())];
        foreach (string status in removable)
        {
            Edge(status, "removed", ["Remove-KeyProvider"]);
        }

        return $$"""
            // Drawn from the rules of the platform by StatePictureTests (TENANTENCRYPTION_UPDATE_DOCS=1). Do not edit.
            digraph "states of a key provider on {{profile.Name}}" {
              start [shape=point class=start]
              internal [label="{{profile.InternalProvider}}\nbuilt in, Active at first" class=internal]
              Pending [label="Pending\nneither writes nor reads"]
              Active [label="Active\nwrites and reads" class=active]
            {{(_edges.ToString().Contains("Archived", StringComparison.Ordinal) ? "  Archived [label=\"Archived\\nreads what it wrote\"]\n" : "")}}{{(deactivation.Length > 0 ? "  Deactivated [label=\"Deactivated\\nneither writes nor reads\"]\n" : "")}}{{(removable.Length > 0 ? "  removed [class=gone]\n" : "")}}{{_edges}}}

            """;
    }

    private static KeyProvider Provider(string id, KeyProviderType type, KeyProviderStatus status) =>
        new() { Id = id, TenantId = "t", Name = id, Type = type, Status = status };

    private static bool Allowed(Action rule)
    {
        try
        {
            rule();
            return true;
        }
        catch (TenantEncryptionException refusal) when (refusal.Code == ErrorCodes.TransitionForbidden)
        {
            return false;
        }
    }

    // The cmdlets by which a provider becomes the Active one in the place of another.
    private string[] Ways(KeyProvider active, KeyProvider target) =>
    [
        .. target.Status == KeyProviderStatus.Pending && Allowed(() => PlatformRules.RequireActivation(_tenant, active)) ? (string[])["Enable-KeyProvider"] : [],
        .. Allowed(() => PlatformRules.RequireMigration(_tenant, active, target)) ? (string[])["Start-KeyMigration"] : [],
    ];

    private string LeavingText() => profile.Lifecycle.FromInternal switch
    {
        InternalExit.Permanent => "the tenant leaves it, for good",
        InternalExit.WhileEmpty => "the tenant leaves it,\\nwhile it is empty",
        _ => "the tenant leaves it",
    };

    private void Edge(string from, string to, string[] labels, string? kind = null)
    {
        if (labels.Length > 0)
        {
            _edges.Append(CultureInfo.InvariantCulture, $"  {from} -> {to} [label=\" {string.Join("\\n or ", labels)}\"{(kind is null ? "" : $" class={kind}")}]\n");
        }
    }
}
