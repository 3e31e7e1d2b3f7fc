using Amazon.KeyManagementService;
using TenantEncryption.LocalKms.Operations;

namespace TenantEncryption.LocalKms.Tests.Operations;

/// <summary>What the README says of the operations.</summary>
public sealed class ReadmeTests
{
    private static readonly string[] InSdk =
    [
        .. typeof(IAmazonKeyManagementService).GetMethods().Select(method => method.Name)
            .Where(name => name.EndsWith("Async", StringComparison.Ordinal)).Select(name => name[..^"Async".Length])
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void It_names_each_operation_that_there_is() => Assert.Equal(OperationCatalog.All.Keys.Order(StringComparer.Ordinal), Row("has"));

    [Fact]
    public void It_names_each_operation_of_the_AWS_SDK_that_is_lacking() => Assert.Equal(InSdk.Except(OperationCatalog.All.Keys), Row("lacks"));

    [Fact]
    public void It_counts_them_right() => Assert.Contains($"| KMS operations | {OperationCatalog.All.Count} |", Text(), StringComparison.Ordinal);

    private static string[] Row(string name) =>
        Text().Split('\n').Single(line => line.StartsWith($"| {name} | ", StringComparison.Ordinal)).Split('|')[2].Trim().Split(", ");

    private static string Text() => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "LocalKms.README.md")).ReplaceLineEndings("\n");
}
