namespace TenantEncryption.Core.Tests.Keys.Root;

/// <summary>A theory about Unix file modes; on Windows it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SkippableUnixTheoryAttribute : TheoryAttribute
{
    public SkippableUnixTheoryAttribute()
    {
        if (OperatingSystem.IsWindows())
        {
            Skip = "Windows has no Unix file modes.";
        }
    }
}
