using TenantEncryption.Drills;
using TenantEncryption.Policies.Merging;

namespace TenantEncryption.Tests.Drills;

public sealed class DrillStatementTests
{
    [Fact]
    public void A_statement_is_added_to_a_policy_of_one_statement_and_taken_out_again()
    {
        const string Single = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}}""";
        var statement = DrillStatement.Create(Guid.NewGuid(), DateTimeOffset.UtcNow);

        string with = statement.AddTo(Single);

        Assert.Equal(statement, Assert.Single(DrillStatement.FindIn(with)));
        Assert.True(PolicyForm.AreSame(Single, statement.TakeFrom(with)!));
        Assert.Null(statement.TakeFrom(Single));
        Assert.Null(DrillStatement.Create(Guid.NewGuid(), DateTimeOffset.UtcNow).TakeFrom(with));
    }
}
