using TenantEncryption.PostgreSql.Connections;

namespace TenantEncryption.PostgreSql.Tests;

/// <summary>What the row of a chain tells of a change whose connection was cut.</summary>
public sealed class ChangeTests
{
    [Fact]
    public void A_change_whose_id_is_there_was_kept() => Assert.True(Made("").WasKept(Others(3) + Made("").Id + "before"));

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    public void One_whose_id_is_not_there_was_not_kept_while_the_row_tells_of_all_since(int others) => Assert.False(Made("").WasKept(Others(others)));

    [Theory]
    [InlineData(0)]
    [InlineData(14)]
    public void That_is_so_where_others_wrote_before_it_and_since(int others) => Assert.False(Made(Earlier).WasKept(Others(others) + Earlier));

    [Theory]
    [InlineData("")]
    [InlineData(Earlier)]
    public void Where_so_many_wrote_since_that_the_row_tells_of_them_alone_nobody_knows(string before) => Assert.Null(Made(before).WasKept(Others(16)));

    private const string Earlier = "c-eeeeeeeeeeeeeeeeeeee";

    private static Change Made(string before)
    {
        var change = new Change("acme", "c-00000000000000000000");
        change.Note(change.Id + before);
        return change;
    }

    private static string Others(int count) => string.Concat(Enumerable.Range(1, count).Select(one => $"c-{one:x20}"));
}
