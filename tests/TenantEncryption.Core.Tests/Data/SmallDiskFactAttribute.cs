namespace TenantEncryption.Tests.Data;

/// <summary>A fact that mounts a small disk; where that can't be done it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute()
    {
        if (!SmallDisk.CanMount)
        {
            Skip = "Mounting a small disk takes root on Linux.";
        }
    }
}
