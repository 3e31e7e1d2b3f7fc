using TenantEncryption.Errors;
using TenantEncryption.Policies.Access;

namespace TenantEncryption.Policies;

/// <summary>
/// Keeps a merge from taking the key away from its account. What the live policy has of its own, such as a Deny for all but one role, is its
/// owner's will and no reason to refuse.
/// </summary>
internal static class PolicyLockout
{
    /// <summary>Compares the policies before and after a merge.</summary>
    /// <param name="before">The live policy.</param>
    /// <param name="after">The merged one.</param>
    /// <param name="keyArn">The key's ARN.</param>
    /// <param name="time">When.</param>
    /// <param name="findCaller">Finds out as whom KMS is called, or <see langword="null"/>; asked only where the policy does not tell by itself.</param>
    /// <returns>A warning, or <see langword="null"/>.</returns>
    /// <exception cref="TenantEncryptionException"><c>POLICY_LOCKOUT</c>: the merge takes away what there was.</exception>
    public static async Task<string?> CheckAsync(string before, string after, string keyArn, DateTimeOffset time, Func<Task<string?>> findCaller)
    {
        var policy = PolicyDocument.Parse(after, PolicyKind.KeyPolicy);
        ManageabilityVerdict verdict = KeyManageability.Judge(policy, keyArn, time);
        if (verdict.Answer == Manageability.Yes)
        {
            return null;
        }

        var live = PolicyDocument.Parse(before, PolicyKind.KeyPolicy);
        ManageabilityVerdict was = KeyManageability.Judge(live, keyArn, time);
        if (await findCaller().ConfigureAwait(false) is { } arn)
        {
            PolicyPrincipal caller = SessionRole.Parse(arn, [policy, live], keyArn);
            ManageabilityVerdict own = KeyManageability.Judge(policy, caller, keyArn, time);
            if (own.Answer == Manageability.Yes)
            {
                return null;
            }

            verdict = own.Answer == Manageability.Depends ? own : verdict;
        }

        string account = keyArn.Split(':')[4];
        if (was.Answer > verdict.Answer)
        {
            throw new TenantEncryptionException(
                ErrorCodes.PolicyLockout,
                verdict.Answer == Manageability.No
                    ? $"With the merged policy no principal of the account {account} could change the policy of {keyArn} any more; nothing was put."
                    : $"With the merged policy it would no longer be certain that somebody of the account {account} can change the policy of {keyArn}: {verdict} Nothing was put.")
            {
                KeyArn = keyArn,
                Region = keyArn.Split(':')[3],
            };
        }

        return verdict.Answer == Manageability.No
            ? $"No principal of the account {account} may change the policy of {keyArn}, now as before: KMS will refuse to put it."
            : $"{verdict} That can't be judged here, for the policy of {keyArn}{(was.Answer == Manageability.Depends ? ", in which it stands already" : "")}.";
    }
}
