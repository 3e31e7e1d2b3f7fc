using TenantEncryption.Errors;

namespace TenantEncryption.Core.Tests;

public sealed class KnownFolderTests
{
    [Theory]
    [InlineData("")]
    [InlineData("AppData")]
    public void An_account_without_a_profile_has_none_and_nothing_is_kept_in_the_folder_that_it_works_in(string path)
    {
        var refusal = Assert.Throws<TenantEncryptionException>(() => KnownFolder.Require(path, Environment.SpecialFolder.LocalApplicationData));
        Assert.Equal(ErrorCodes.StorageFailed, refusal.Code);
        Assert.Contains("profile", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_users_own_is_named_in_full()
    {
        Assert.True(Path.IsPathFullyQualified(KnownFolder.Of(Environment.SpecialFolder.LocalApplicationData)));
    }
}
