namespace TenantEncryption.Core.Tests.Keys.Root;

/// <summary>A fact about Unix file modes and links; on Windows it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SkippableUnixFactAttribute : FactAttribute
{
    public SkippableUnixFactAttribute()
    {
        if (OperatingSystem.IsWindows())
        {
            Skip = "Windows has no Unix file modes.";
        }
    }
}
