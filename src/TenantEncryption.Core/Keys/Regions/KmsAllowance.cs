using TenantEncryption.Errors;

namespace TenantEncryption.Keys.Regions;

/// <summary>
/// How many calls of KMS one message may still cause. Anyone may have written its header, and each encrypted data key that names a key of the tenant
/// is one more call in the tenant's name, at the tenant's cost. Not thread-safe: a reader asks for one data key after the other.
/// </summary>
internal sealed class KmsAllowance
{
    /// <summary>The most calls that a message causes before it is opened. One opens any message that this software wrote; a region that is silent costs another.</summary>
    public const int Most = 3;

    private int _left = Most;

    /// <summary>Whether no call is left.</summary>
    public bool IsSpent => _left <= 0;

    /// <summary>Takes one call.</summary>
    /// <exception cref="TenantEncryptionException"><c>LIMIT_EXCEEDED</c>: none is left.</exception>
    public void Take()
    {
        RequireLeft();
        _left--;
    }

    /// <summary>Refuses when no call is left.</summary>
    /// <exception cref="TenantEncryptionException"><c>LIMIT_EXCEEDED</c>.</exception>
    public void RequireLeft()
    {
        if (IsSpent)
        {
            throw new TenantEncryptionException(
                ErrorCodes.LimitExceeded,
                $"AWS KMS was called {Most} times and the message is still not open: no message may cause more calls.",
                remedy: "If you trust its writer, have it written again with fewer encrypted data keys that name this tenant's master keys.");
        }
    }
}
