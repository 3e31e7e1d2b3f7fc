using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.Policies;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>The key policy of CreateKey, PutKeyPolicy and ReplicateKey.</summary>
internal static class PolicyText
{
    /// <summary>
    /// The policy of the request, where it is well formed and allows the caller to put another policy later, unless the request
    /// bypasses that check (Developer Guide, "Default key policy": a key must stay manageable).
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="key">The key that will have the policy, with its other properties.</param>
    /// <param name="text">The policy of the request.</param>
    public static KeyPolicy Accept(OperationCall call, KmsKey key, string text)
    {
        if (text.Length > KeyPolicyText.MaximumLength)
        {
            throw KmsErrors.LimitExceeded($"The key policy exceeds the limit of {KeyPolicyText.MaximumLength} bytes.");
        }

        if (KeyPolicyText.FindForbidden(text) >= 0)
        {
            throw KmsErrors.MalformedPolicy("The policy contains characters that are not allowed in a key policy.");
        }

        var policy = new KeyPolicy(text);
        try
        {
            _ = policy.Document;
        }
        catch (TenantEncryptionException e)
        {
            throw KmsErrors.MalformedPolicy(e.Detail);
        }

        if (!call.Request.Flag("BypassPolicyLockoutSafetyCheck"))
        {
            RefuseLockout(call, key with { Policy = policy, PriorPolicy = null }, policy);
        }

        return policy;
    }

    private static void RefuseLockout(OperationCall call, KmsKey key, KeyPolicy policy)
    {
        AccessRequest request = KeyAuthorizer.Request(call, key, "kms:PutKeyPolicy", new Dictionary<string, string>(), newGrant: null);
        if (!KeyManageability.IsManageableBy(policy.Document, request))
        {
            throw KmsErrors.MalformedPolicy("The new key policy will not allow you to update the key policy in the future.");
        }
    }
}
