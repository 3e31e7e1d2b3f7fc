namespace TenantEncryption.Errors;

/// <summary>
/// The codes of <see cref="TenantEncryptionException"/>, of validation results and of PowerShell errors
/// (as <c>CODE,class</c>). They are public API: scripts match them. <see cref="ErrorCatalog"/> has the cause and remedy of each.
/// </summary>
public static class ErrorCodes
{
    /// <summary>Not an error: every check passed.</summary>
    public const string Success = "SUCCESS";

    /// <summary>The key policy, a grant or an identity policy does not allow the call.</summary>
    public const string PolicyDenied = "POLICY_DENIED";

    /// <summary>No such key or alias exists in that account and region.</summary>
    public const string KeyNotFound = "KEY_NOT_FOUND";

    /// <summary>The KMS key is disabled.</summary>
    public const string KeyDisabled = "KEY_DISABLED";

    /// <summary>The KMS key, or its replica, is scheduled for deletion.</summary>
    public const string KeyPendingDeletion = "KEY_PENDING_DELETION";

    /// <summary>The KMS key waits for imported key material.</summary>
    public const string KeyPendingImport = "KEY_PENDING_IMPORT";

    /// <summary>The KMS key is in a state in which it can't be used now (creating, updating, unavailable).</summary>
    public const string KeyUnavailable = "KEY_UNAVAILABLE";

    /// <summary>The KMS key is not for ENCRYPT_DECRYPT.</summary>
    public const string InvalidKeyUsage = "INVALID_KEY_USAGE";

    /// <summary>The KMS key is not symmetric.</summary>
    public const string InvalidKeySpec = "INVALID_KEY_SPEC";

    /// <summary>The key identifier is malformed, or has a form that the platform does not take.</summary>
    public const string InvalidArn = "INVALID_ARN";

    /// <summary>The key is in an AWS partition that the platform does not serve.</summary>
    public const string WrongPartition = "WRONG_PARTITION";

    /// <summary>The key is in a region that the platform or the tenant does not use.</summary>
    public const string WrongRegion = "WRONG_REGION";

    /// <summary>The multi-Region key has no replica in the backup region.</summary>
    public const string ReplicaMissing = "REPLICA_MISSING";

    /// <summary>The multi-Region key has a key in that region already.</summary>
    public const string ReplicaExists = "REPLICA_EXISTS";

    /// <summary>Access was withdrawn in one region, but another region of the multi-Region key still allows it.</summary>
    public const string ReplicaStillOpen = "REPLICA_STILL_OPEN";

    /// <summary>The alias now points to another key than the one that was registered.</summary>
    public const string AliasMoved = "ALIAS_MOVED";

    /// <summary>The key policy allows the platform's principals without the tenant condition.</summary>
    public const string ContextNotEnforced = "CONTEXT_NOT_ENFORCED";

    /// <summary>The key provider is deactivated: nothing is read or written under it.</summary>
    public const string ProviderDeactivated = "PROVIDER_DEACTIVATED";

    /// <summary>A policy document is not one that IAM accepts.</summary>
    public const string MalformedPolicy = "MALFORMED_POLICY";

    /// <summary>A policy is longer than KMS takes.</summary>
    public const string PolicyTooLarge = "POLICY_TOO_LARGE";

    /// <summary>Nobody could change the key's policy any more.</summary>
    public const string PolicyLockout = "POLICY_LOCKOUT";

    /// <summary>The live key policy is not the one that the change was made for.</summary>
    public const string PolicyChanged = "POLICY_CHANGED";

    /// <summary>A platform's key policy has placeholders without a value.</summary>
    public const string PlaceholderMissing = "PLACEHOLDER_MISSING";

    /// <summary>The JSON is not what the platform shows.</summary>
    public const string TemplateMismatch = "TEMPLATE_MISMATCH";

    /// <summary>What the platform's principals may do could not be seen, so that nothing is proven.</summary>
    public const string NotVerified = "NOT_VERIFIED";

    /// <summary>A platform profile is malformed, or not the one that tenants follow.</summary>
    public const string InvalidPlatform = "INVALID_PLATFORM";

    /// <summary>AWS refused the credentials: they are missing, unknown, wrongly signed or expired.</summary>
    public const string CredentialsInvalid = "CREDENTIALS_INVALID";

    /// <summary>AWS KMS refused the call for its rate, in every try.</summary>
    public const string Throttled = "THROTTLED";

    /// <summary>AWS KMS gave no answer: connection, DNS, TLS, timeout or a server error.</summary>
    public const string KmsUnreachable = "KMS_UNREACHABLE";

    /// <summary>This process could get no more memory.</summary>
    public const string OutOfMemory = "OUT_OF_MEMORY";

    /// <summary>The cause could not be told apart.</summary>
    public const string Unknown = "UNKNOWN";

    /// <summary>No tenant has that id.</summary>
    public const string TenantNotFound = "TENANT_NOT_FOUND";

    /// <summary>A tenant with that id exists already.</summary>
    public const string TenantExists = "TENANT_EXISTS";

    /// <summary>No key provider fits the reference.</summary>
    public const string ProviderNotFound = "PROVIDER_NOT_FOUND";

    /// <summary>The tenant has a key provider of that name or key already.</summary>
    public const string ProviderExists = "PROVIDER_EXISTS";

    /// <summary>The registration of the key provider in the store was changed by something other than this software.</summary>
    public const string ProviderAltered = "PROVIDER_ALTERED";

    /// <summary>The reference fits more than one key provider.</summary>
    public const string AmbiguousProvider = "AMBIGUOUS_PROVIDER";

    /// <summary>The provider's state, or a rule of the platform, forbids the change.</summary>
    public const string TransitionForbidden = "TRANSITION_FORBIDDEN";

    /// <summary>Keys and data depend on the provider.</summary>
    public const string HasDependants = "HAS_DEPENDANTS";

    /// <summary>There was nothing to test, which is no success.</summary>
    public const string NothingTested = "NOTHING_TESTED";

    /// <summary>The input is not an AWS Encryption SDK message.</summary>
    public const string NotAMessage = "NOT_A_MESSAGE";

    /// <summary>An authentication tag, a field or a signature of the message does not verify.</summary>
    public const string MessageAltered = "MESSAGE_ALTERED";

    /// <summary>The message ends before its last frame.</summary>
    public const string MessageTruncated = "MESSAGE_TRUNCATED";

    /// <summary>A frame is missing, repeated or out of order.</summary>
    public const string FrameOrder = "FRAME_ORDER";

    /// <summary>The data key is not the one that the message commits to.</summary>
    public const string CommitmentMismatch = "COMMITMENT_MISMATCH";

    /// <summary>The message was written without key commitment.</summary>
    public const string NotCommitting = "NOT_COMMITTING";

    /// <summary>The message is not framed and too large to be verified in bounded memory.</summary>
    public const string NonFramedTooLarge = "NON_FRAMED_TOO_LARGE";

    /// <summary>A length in the message or the input, or a quota of AWS KMS, exceeds a limit.</summary>
    public const string LimitExceeded = "LIMIT_EXCEEDED";

    /// <summary>The message belongs to another tenant.</summary>
    public const string WrongTenant = "WRONG_TENANT";

    /// <summary>None of the keys that may be tried opens the message.</summary>
    public const string WrongKey = "WRONG_KEY";

    /// <summary>A keyring of the caller's failed when it was asked for a data key.</summary>
    public const string KeyringFailed = "KEYRING_FAILED";

    /// <summary>The encryption context is not what the message needs, or has a reserved or repeated key.</summary>
    public const string ContextMismatch = "CONTEXT_MISMATCH";

    /// <summary>The catalog knows another message at that path: the file was replaced by another or older message.</summary>
    public const string MessageSubstituted = "MESSAGE_SUBSTITUTED";

    /// <summary>The state of the tenant's keys changed while the operation ran, more often than it could follow.</summary>
    public const string LeaseLost = "LEASE_LOST";

    /// <summary>The output exists already.</summary>
    public const string OutputExists = "OUTPUT_EXISTS";

    /// <summary>The input file or folder does not exist.</summary>
    public const string SourceNotFound = "SOURCE_NOT_FOUND";

    /// <summary>A value is not one that the command takes.</summary>
    public const string InvalidInput = "INVALID_INPUT";

    /// <summary>The plaintext is not UTF-8 text.</summary>
    public const string NotText = "NOT_TEXT";

    /// <summary>The folder is not a store.</summary>
    public const string StoreNotFound = "STORE_NOT_FOUND";

    /// <summary>The store was written by a newer version of this software.</summary>
    public const string StoreNewer = "STORE_NEWER";

    /// <summary>Another process kept the store locked for too long.</summary>
    public const string StoreLocked = "STORE_LOCKED";

    /// <summary>The store can't be opened, read or written, or its file is another program's.</summary>
    public const string StoreUnusable = "STORE_UNUSABLE";

    /// <summary>A file could not be read or written: permissions, a full or read-only disk, or a device error.</summary>
    public const string StorageFailed = "STORAGE_FAILED";

    /// <summary>The file of the internal KMS's root key, or its folder, can be read by others, is a link, or belongs to someone else.</summary>
    public const string RootKeyExposed = "ROOT_KEY_EXPOSED";

    /// <summary>The root key of this store's internal KMS is not on this machine.</summary>
    public const string RootKeyMissing = "ROOT_KEY_MISSING";

    /// <summary>The root key at hand is not the one of this store.</summary>
    public const string RootKeyMismatch = "ROOT_KEY_MISMATCH";

    /// <summary>The passphrase is missing or wrong.</summary>
    public const string PassphraseRequired = "PASSPHRASE_REQUIRED";

    /// <summary>No migration has that id.</summary>
    public const string MigrationNotFound = "MIGRATION_NOT_FOUND";

    /// <summary>A migration of the tenant is under way.</summary>
    public const string MigrationRunning = "MIGRATION_RUNNING";

    /// <summary>The migration could not go on.</summary>
    public const string MigrationFailed = "MIGRATION_FAILED";

    /// <summary>The key has no such grant: it was revoked or retired, or is another key's.</summary>
    public const string GrantNotFound = "GRANT_NOT_FOUND";

    /// <summary>The alias exists already; nothing was made.</summary>
    public const string AliasExists = "ALIAS_EXISTS";

    /// <summary>The key serves a tenant of another end-user organisation.</summary>
    public const string KeySharedAcrossOrganizations = "KEY_SHARED_ACROSS_ORGANIZATIONS";

    /// <summary>The operation asks for confirmation, and no prompt can be shown.</summary>
    public const string ConfirmationRequired = "CONFIRMATION_REQUIRED";

    /// <summary>Another drill changes the same key policy.</summary>
    public const string DrillRunning = "DRILL_RUNNING";

    /// <summary>A record of the event log does not verify.</summary>
    public const string EventLogAltered = "EVENT_LOG_ALTERED";

    /// <summary>The operation was cancelled.</summary>
    public const string Cancelled = "CANCELLED";
}
