using TenantEncryption.Testing.Programs;

namespace TenantEncryption.Interop.Tests.Guide;

/// <summary>Someone has a built clone and <c>docs/verify.md</c>, and believes neither.</summary>
public sealed class VerifyTests
{
    [InteropFact(ProgramNames.Aws, ProgramNames.Node, ProgramNames.Sqlite, ProgramNames.OpenSsl, ProgramNames.Basenc)]
    public Task Each_claim_shows_what_the_page_says_with_tools_that_are_not_ours() => FollowedPage.FollowAsync("verify.md");
}
