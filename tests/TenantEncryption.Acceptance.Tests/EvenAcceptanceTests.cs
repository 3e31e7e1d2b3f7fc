namespace TenantEncryption.Acceptance.Tests;

public sealed class EvenAcceptanceTests : AcceptanceTests
{
    public static TheoryData<string> Files => EveryOther(0);

    [Theory]
    [MemberData(nameof(Files))]
    public Task Everything_that_a_file_says_is_so(string file) => RunAsync(file);
}
