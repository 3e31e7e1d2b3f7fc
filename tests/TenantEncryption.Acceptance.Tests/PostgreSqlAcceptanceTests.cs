using TenantEncryption.Testing;

namespace TenantEncryption.Acceptance.Tests;

/// <summary>What is done with a store is done with one in PostgreSQL, too. Files that copy a store's file, or name its folder, are not among these.</summary>
public sealed class PostgreSqlAcceptanceTests : AcceptanceTests
{
    [PostgreSqlTheory]
    [InlineData("Buckets.Tests.ps1")]
    [InlineData("Data.Tests.ps1")]
    [InlineData("Drills.Tests.ps1")]
    [InlineData("Events.Tests.ps1")]
    [InlineData("KeyProviders.Tests.ps1")]
    [InlineData("Migrations.Tests.ps1")]
    [InlineData("Platforms.Tests.ps1")]
    [InlineData("Reports.Tests.ps1")]
    [InlineData("Tenants.Tests.ps1")]
    public Task Everything_that_a_file_says_is_so_on_PostgreSQL(string file) => RunOnPostgreSqlAsync(file, PostgreSqlServer.Shared);
}
