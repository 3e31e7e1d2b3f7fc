using Xunit;

namespace TenantEncryption.Testing.Programs;

/// <summary>How a program ended.</summary>
public sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    /// <summary>Its output, after making sure that it went well.</summary>
    public string Expect(string what)
    {
        Assert.True(ExitCode == 0, $"{what} ended with {ExitCode}.\n{Error}\n{Output}");
        return Output;
    }
}
