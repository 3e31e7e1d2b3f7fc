using TenantEncryption.Errors;

namespace TenantEncryption.Keys;

/// <summary>How long a key lease may be. Less than a second is refused, as it is a number without its unit more often than a wish: PowerShell reads 30 as 30 ticks.</summary>
internal static class LeaseRule
{
    /// <summary>No process holds a plaintext key for longer, whatever a tenant's row says.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>Checks the lease of a tenant.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>, with the form.</exception>
    public static void CheckOfTenant(TimeSpan lease) => Check(lease, lease > Longest, $"is longer than {Longest:c}");

    /// <summary>Checks the lease of a process, which only shortens those of the tenants.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>, with the form.</exception>
    public static void CheckOfProcess(TimeSpan lease) => Check(lease, isTooLong: false, "");

    private static void Check(TimeSpan lease, bool isTooLong, string tooLong)
    {
        string? fault =
            lease < TimeSpan.Zero ? "is negative"
            : lease > TimeSpan.Zero && lease < Shortest ? "is shorter than a second"
            : isTooLong ? tooLong
            : null;
        if (fault is not null)
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput,
                $"The key lease {lease:c} {fault}.",
                remedy: "Give hours, minutes and seconds, such as 00:00:30 for half a minute, or 00:00:00 for one KMS call an operation. A bare number counts ticks of 100 nanoseconds.");
        }
    }
}
