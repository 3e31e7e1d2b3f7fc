using System.Collections.Frozen;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>
/// Which operation a key's state refuses, and with which error: the key state table of the AWS KMS Developer Guide
/// ("Key states of AWS KMS keys"). What is not in the table is allowed in every state.
/// </summary>
internal static class KeyStateTable
{
    private const string Disabled = "DisabledException";
    private const string InvalidState = "KMSInvalidStateException";

    /// <summary>Cryptographic use: only in Enabled and Updating. AWS documents either error for keys pending deletion.</summary>
    private static readonly Refusals Use = new()
    {
        [KeyState.Disabled] = Disabled,
        [KeyState.PendingDeletion] = InvalidState,
        [KeyState.PendingReplicaDeletion] = InvalidState,
        [KeyState.PendingImport] = InvalidState,
        [KeyState.Unavailable] = InvalidState,
        [KeyState.Creating] = InvalidState,
    };

    /// <summary>What needs a key that lives on: refused only while it is pending deletion.</summary>
    private static readonly Refusals Administration = new()
    {
        [KeyState.PendingDeletion] = InvalidState,
        [KeyState.PendingReplicaDeletion] = InvalidState,
    };

    private static readonly Refusals Switch = Administration.And(KeyState.PendingImport, KeyState.Creating, KeyState.Updating);

    private static readonly FrozenDictionary<string, Refusals> Table = new Dictionary<string, Refusals>
    {
        ["Decrypt"] = Use,
        ["Encrypt"] = Use,
        ["GenerateDataKey"] = Use,
        ["GenerateDataKeyWithoutPlaintext"] = Use,
        ["EnableKey"] = Switch,
        ["DisableKey"] = Switch,
        ["CreateAlias"] = Administration,
        ["ScheduleKeyDeletion"] = Administration.And(KeyState.Updating),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <exception cref="KmsError">DisabledException or KMSInvalidStateException: the state refuses the operation.</exception>
    public static void Check(IOperation operation, KmsKey key)
    {
        if (Table.TryGetValue(operation.Name, out Refusals? refusals) && refusals.TryGetValue(key.State, out string? error))
        {
            throw new KmsError(error, $"{key.Arn} is {Describe(key.State)}.");
        }
    }

    private static string Describe(KeyState state) => state switch
    {
        KeyState.PendingDeletion => "pending deletion",
        KeyState.PendingReplicaDeletion => "pending replica deletion",
        KeyState.PendingImport => "pending import",
        KeyState.Disabled => "disabled",
        KeyState.Unavailable => "unavailable",
        KeyState.Creating => "creating",
        KeyState.Updating => "updating",
        _ => "enabled",
    };

    /// <summary>The error of each state that refuses.</summary>
    private sealed class Refusals : Dictionary<KeyState, string>
    {
        /// <summary>The same refusals and more, with KMSInvalidStateException.</summary>
        public Refusals And(params KeyState[] states)
        {
            var more = new Refusals();
            foreach ((KeyState state, string error) in this)
            {
                more[state] = error;
            }

            foreach (KeyState state in states)
            {
                more[state] = InvalidState;
            }

            return more;
        }
    }
}
