using TenantEncryption.Errors;

namespace TenantEncryption.Abstractions.Tests.Errors;

/// <summary>What errors say can be followed as it stands.</summary>
public sealed class WordingTests
{
    [Theory]
    [InlineData(0, "0 keys")]
    [InlineData(1, "1 key")]
    [InlineData(2, "2 keys")]
    [InlineData(1_234_567, "1234567 keys")]
    public void One_is_no_plural(long count, string text) => Assert.Equal(text, Counted.Of(count, "key"));

    // A message ends with its remedy, so a remedy that sends the reader to the message sends them nowhere.
    [Fact]
    public void No_remedy_sends_the_reader_back_to_the_message_alone() =>
        Assert.DoesNotContain(ErrorCatalog.All, definition => definition.Remedy.StartsWith("See the message", StringComparison.Ordinal));
}
