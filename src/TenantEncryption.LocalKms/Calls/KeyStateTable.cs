using System.Collections.Frozen;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Calls;

/// <summary>
/// Which operation a key's state refuses, and with which error: the key state table of the AWS KMS Developer Guide
/// ("Key states of AWS KMS keys"). What is not in the table is allowed in every state.
/// </summary>
internal static class KeyStateTable
{
    private const string Disabled = "DisabledException";
    private const string InvalidState = "KMSInvalidStateException";
    private const string Unsupported = "UnsupportedOperationException";

    private static readonly KeyState[] Deletion = [KeyState.PendingDeletion, KeyState.PendingReplicaDeletion];

    /// <summary>What needs a key that lives on: refused only while it is pending deletion.</summary>
    private static readonly Refusals Administration = new Refusals().Add(InvalidState, Deletion);

    private static readonly Refusals Switch = Administration.Add(
        InvalidState, KeyState.PendingImport, KeyState.Creating, KeyState.Updating);

    /// <summary>What needs a living, enabled key. For keys pending deletion AWS documents this error and DisabledException.</summary>
    private static readonly Refusals Enabled =
        Administration.Add(Disabled, KeyState.Disabled).Add(InvalidState, KeyState.PendingImport, KeyState.Creating);

    /// <summary>Cryptographic use: in Enabled and Updating.</summary>
    private static readonly Refusals Use = Enabled.Add(InvalidState, KeyState.Unavailable);

    // Imported keys, and keys of custom key stores (which alone are ever Unavailable), do not rotate.
    private static readonly Refusals Rotation = Enabled.Add(Unsupported, KeyState.PendingImport, KeyState.Unavailable);

    private static readonly FrozenDictionary<string, Refusals> Table = new Dictionary<string, Refusals>
    {
        ["CancelKeyDeletion"] = new Refusals().Add(
            InvalidState,
            KeyState.Enabled, KeyState.Disabled, KeyState.PendingImport, KeyState.Unavailable, KeyState.Creating, KeyState.Updating),
        ["CreateAlias"] = Administration,
        ["CreateGrant"] = Enabled,
        ["Decrypt"] = Use,
        ["DisableKey"] = Switch,
        ["DisableKeyRotation"] = Rotation,
        ["EnableKey"] = Switch,
        ["EnableKeyRotation"] = Rotation,
        ["Encrypt"] = Use,
        ["GenerateDataKey"] = Use,
        ["GenerateDataKeyWithoutPlaintext"] = Use,
        ["GetKeyRotationStatus"] = new Refusals().Add(Unsupported, KeyState.PendingImport, KeyState.Unavailable),

        // The table has no row that could be looked up for it: what can be asked of rotation in GetKeyRotationStatus, can be here.
        ["ListKeyRotations"] = new Refusals().Add(Unsupported, KeyState.PendingImport, KeyState.Unavailable),
        ["ReEncrypt"] = Use,
        ["ReplicateKey"] = Use.Add(InvalidState, KeyState.Updating),
        ["RotateKeyOnDemand"] = Rotation,
        ["ScheduleKeyDeletion"] = Administration.Add(InvalidState, KeyState.Updating),
        ["TagResource"] = Administration,
        ["UntagResource"] = Administration,
        ["UpdateKeyDescription"] = Administration,
        ["UpdatePrimaryRegion"] = Use,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <exception cref="KmsError">
    /// DisabledException, KMSInvalidStateException or UnsupportedOperationException: the state refuses the operation.
    /// </exception>
    public static void Check(IOperation operation, KmsKey key)
    {
        if (Table.TryGetValue(operation.Name, out Refusals? refusals) && refusals.Find(key.State) is { } error)
        {
            throw new KmsError(error, Message(operation, key, error));
        }
    }

    /// <summary>Refuses a key that an alias is to be moved to while it is pending deletion.</summary>
    public static void CheckAliasTarget(KmsKey key)
    {
        if (Administration.Find(key.State) is { } error)
        {
            throw new KmsError(error, $"{key.Arn} is {Describe(key.State)}.");
        }
    }

    private static string Message(IOperation operation, KmsKey key, string error) =>
        operation.Name == "CancelKeyDeletion" ? $"{key.Arn} is not pending deletion."
        : error == Unsupported ? $"{key.Arn} origin is {key.Origin} which is not valid for this operation."
        : $"{key.Arn} is {Describe(key.State)}.";

    private static string Describe(KeyState state) => state switch
    {
        KeyState.PendingDeletion => "pending deletion",
        KeyState.PendingReplicaDeletion => "pending replica deletion",
        KeyState.PendingImport => "pending import",
        _ => state.ToString().ToLowerInvariant(),
    };

    /// <summary>The error of each state that refuses. Adding to it makes another.</summary>
    private sealed class Refusals
    {
        private readonly string?[] _errors = new string?[Enum.GetValues<KeyState>().Length];

        public string? Find(KeyState state) => _errors[(int)state];

        public Refusals Add(string error, params KeyState[] states)
        {
            var more = new Refusals();
            _errors.CopyTo(more._errors, 0);
            foreach (KeyState state in states)
            {
                more._errors[(int)state] = error;
            }

            return more;
        }
    }
}
