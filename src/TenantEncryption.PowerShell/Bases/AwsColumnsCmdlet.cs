using System.Management.Automation;
using TenantEncryption.PowerShell.Completion;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// A cmdlet that takes a row for each thing that it makes, from Import-Csv or from New-MasterKey, with the columns that say how AWS KMS is reached. Only
/// these cmdlets bind them from the pipeline, as the row is what the administrator registers.
/// </summary>
public abstract class AwsColumnsCmdlet : AwsIdentityCmdlet
{
    private readonly HashSet<string> _told = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The AWS profile of the shared configuration and credentials files, SSO profiles too. The SDK's default chain when not given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The AWS profile of the shared configuration and credentials files, SSO profiles too.")]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    public override string? ProfileName { get; set; }

    /// <summary>Another KMS endpoint, such as a VPC endpoint or a local KMS. Plain http is accepted for this machine only.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Another KMS endpoint, such as a VPC endpoint or a local KMS.")]
    public override string? EndpointUrl { get; set; }

    /// <summary>A role to assume for the calls.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "A role to assume for the calls.")]
    public override string? RoleArn { get; set; }

    /// <summary>The external id that the role's trust policy asks for.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The external id that the role's trust policy asks for.")]
    public override string? ExternalId { get; set; }

    /// <summary>A row, such as one of Import-Csv, whose columns are the parameters; a column that is none is named in a warning.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true, HelpMessage = "A row, such as one of Import-Csv, whose columns are the parameters; a column that is none is named in a warning.")]
    public PSObject? InputObject { get; set; }

    /// <summary>Warns of the row's columns that no parameter takes, once of each.</summary>
    protected void WarnOfColumns()
    {
        // An object of another cmdlet has properties of its own, and nobody meant all of them.
        if (InputObject?.BaseObject is not PSCustomObject || InputObject.TypeNames.Any(name => name.StartsWith("Deserialized.", StringComparison.Ordinal)))
        {
            return;
        }

        HashSet<string> taken = GetType().GetProperties()
            .Where(property => property.IsDefined(typeof(ParameterAttribute), inherit: true))
            .Select(property => property.Name)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        string[] others = [.. InputObject.Properties.Select(property => property.Name).Where(name => !taken.Contains(name) && _told.Add(name))];
        if (others.Length > 0)
        {
            Warn($"Not taken, as no parameter has {(others.Length == 1 ? "its name: the column" : "their names: the columns")} {string.Join(", ", others.Select(name => $"'{name}'"))}.");
        }
    }

    /// <summary>A cell's text; an empty cell of a CSV file says nothing.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text, or <see langword="null"/>.</returns>
    protected static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
