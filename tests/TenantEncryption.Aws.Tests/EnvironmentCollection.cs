namespace TenantEncryption.Aws.Tests;

/// <summary>
/// Tests of what AWS configures by environment variables. They are the process's, so these tests run alone, and one after another.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class EnvironmentCollection
{
    public const string Name = "AWS environment variables";
}
