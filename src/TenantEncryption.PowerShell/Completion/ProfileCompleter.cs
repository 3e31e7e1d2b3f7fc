namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes the names of AWS profiles in the shared files (AWS SDKs and Tools Reference Guide, "Shared config and credentials files").</summary>
public sealed class ProfileCompleter : Completer
{
    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line) =>
        Sections("AWS_CONFIG_FILE", "config")
            .Where(section => section == "default" || section.StartsWith("profile ", StringComparison.Ordinal))
            .Select(section => section == "default" ? section : section["profile ".Length..].Trim())
            .Concat(Sections("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
            .Distinct(StringComparer.Ordinal)
            .Select(name => new Candidate(name, $"the AWS profile {name}"));

    private static IEnumerable<string> Sections(string variable, string name)
    {
        string file = Environment.GetEnvironmentVariable(variable)
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aws", name);
        return File.Exists(file)
            ? File.ReadLines(file).Select(line => line.Trim()).Where(line => line is ['[', .., ']']).Select(line => line[1..^1].Trim())
            : [];
    }
}
