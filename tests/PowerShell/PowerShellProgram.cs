using System.Diagnostics;
using System.Reflection;

namespace TenantEncryption.Testing;

/// <summary>The PowerShell and the Pester that NuGet brought for this assembly (<c>PowerShell.props</c>).</summary>
internal static class PowerShellProgram
{
    /// <summary>The path of <c>pwsh.dll</c>, which <c>dotnet</c> runs.</summary>
    public static string Assembly { get; } = Metadata("PowerShell");

    /// <summary>The path of Pester's manifest.</summary>
    public static string Pester { get; } = Metadata("Pester");

    /// <summary>How it is started: without a profile, and never asking.</summary>
    /// <param name="arguments">The arguments that follow, as <c>-File</c> and a script.</param>
    public static ProcessStartInfo Start(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["exec", Assembly, "-NoProfile", "-NonInteractive", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_COLOR"] = "1";
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        start.Environment["POWERSHELL_UPDATECHECK"] = "Off";
        return start;
    }

    private static string Metadata(string key) =>
        typeof(PowerShellProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == key).Value!;
}
