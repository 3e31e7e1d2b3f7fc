namespace TenantEncryption.Interop.Tests.Programs;

/// <summary>How a program ended.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    /// <summary>Its output, after making sure that it went well.</summary>
    public string Expect(string what)
    {
        Assert.True(ExitCode == 0, $"{what} ended with {ExitCode}.\n{Error}\n{Output}");
        return Output;
    }
}
