using TenantEncryption.Testing;

namespace TenantEncryption.Acceptance.Tests;

/// <summary>What is published is made as it is published, installed, and used.</summary>
public sealed class PackagesTests : AcceptanceTests
{
    [Fact]
    public Task Packages_install_and_work() => RunAsync(Repository.At("tests", "Packages"), "Packages.Tests.ps1");
}
