namespace TenantEncryption.Aws.Tests;

/// <summary>An AWS environment in which nothing is configured but what a test says, put back when disposed.</summary>
internal sealed class EnvironmentScope : IDisposable
{
    private readonly Dictionary<string, string?> _before = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("aws-env-").FullName;

    public EnvironmentScope(params (string Name, string? Value)[] variables)
    {
        IEnumerable<string> names = Environment.GetEnvironmentVariables().Keys.Cast<string>();
        foreach (string name in names.Where(name => name.StartsWith("AWS_", StringComparison.Ordinal)))
        {
            Set(name, null);
        }

        Set("AWS_SHARED_CREDENTIALS_FILE", CredentialsFile);
        Set("AWS_CONFIG_FILE", Path.Combine(_folder, "config"));
        foreach ((string name, string? value) in variables)
        {
            Set(name, value);
        }
    }

    /// <summary>The shared credentials file, which does not exist unless a test writes it.</summary>
    public string CredentialsFile => Path.Combine(_folder, "credentials");

    public void Dispose()
    {
        foreach ((string name, string? value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private void Set(string name, string? value)
    {
        _before.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }
}
