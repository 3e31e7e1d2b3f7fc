namespace TenantEncryption.Acceptance.Tests;

public sealed class OddAcceptanceTests : AcceptanceTests
{
    public static TheoryData<string> Files => EveryOther(1);

    [Theory]
    [MemberData(nameof(Files))]
    public Task Everything_that_a_file_says_is_so(string file) => RunAsync(file);
}
