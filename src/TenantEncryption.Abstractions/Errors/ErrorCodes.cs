namespace TenantEncryption.Errors;

/// <summary>
/// The codes of <see cref="TenantEncryptionException"/>, of validation results and of PowerShell errors
/// (as <c>CODE,class</c>). They are public API: scripts match them. Each is declared here alone, with its kind, cause and remedy;
/// <see cref="ErrorCatalog"/> gives these and <c>docs/errors.md</c> is made from them.
/// </summary>
public static class ErrorCodes
{
    /// <summary>Not an error: every check passed.</summary>
    public const string Success = "SUCCESS";

    // A summary would say the cause a second time, and drift from it.
#pragma warning disable CS1591
    [Error(
        ErrorKind.Denied,
        "The key policy, a grant or an identity policy does not allow the call.",
        "Add the platform's statements to the key policy and test the key provider again.")]
    public const string PolicyDenied = "POLICY_DENIED";

    [Error(
        ErrorKind.NotFound,
        "No such key or alias exists in that account and region.",
        "Check the key ARN and its region; an alias must point to a key.")]
    public const string KeyNotFound = "KEY_NOT_FOUND";

    [Error(
        ErrorKind.Denied,
        "The KMS key is disabled.",
        "Enable the key in AWS KMS and test again.")]
    public const string KeyDisabled = "KEY_DISABLED";

    [Error(
        ErrorKind.Denied,
        "The KMS key, or its replica, is scheduled for deletion.",
        "Cancel the deletion before its date, then enable the key.")]
    public const string KeyPendingDeletion = "KEY_PENDING_DELETION";

    [Error(
        ErrorKind.Denied,
        "The KMS key waits for imported key material.",
        "Import the key material, or use a key whose origin is AWS_KMS.")]
    public const string KeyPendingImport = "KEY_PENDING_IMPORT";

    [Error(
        ErrorKind.Unavailable,
        "The KMS key is in a state in which it can't be used now (creating, updating, unavailable).",
        "Wait until DescribeKey shows the state Enabled and try again.")]
    public const string KeyUnavailable = "KEY_UNAVAILABLE";

    [Error(
        ErrorKind.InvalidInput,
        "The KMS key is not for ENCRYPT_DECRYPT.",
        "Use a key whose usage is ENCRYPT_DECRYPT; the usage of a key can't be changed.")]
    public const string InvalidKeyUsage = "INVALID_KEY_USAGE";

    [Error(
        ErrorKind.InvalidInput,
        "The KMS key is not symmetric.",
        "Use a key whose spec is SYMMETRIC_DEFAULT.")]
    public const string InvalidKeySpec = "INVALID_KEY_SPEC";

    [Error(
        ErrorKind.InvalidInput,
        "The key identifier is malformed, or has a form that the platform does not take.",
        "Give a key ARN such as arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab.")]
    public const string InvalidArn = "INVALID_ARN";

    [Error(
        ErrorKind.InvalidInput,
        "The key is in an AWS partition that the platform does not serve.",
        "Use a key of the platform's partition, which its profile names.")]
    public const string WrongPartition = "WRONG_PARTITION";

    [Error(
        ErrorKind.InvalidInput,
        "The key is in a region that the platform or the tenant does not use.",
        "Use a key in the tenant's region.")]
    public const string WrongRegion = "WRONG_REGION";

    [Error(
        ErrorKind.NotFound,
        "The multi-Region key has no replica in the backup region.",
        "Replicate the key to the backup region that the platform's chart names.")]
    public const string ReplicaMissing = "REPLICA_MISSING";

    [Error(
        ErrorKind.AlreadyExists,
        "The multi-Region key has a key in that region already.",
        "Use the replica that exists.")]
    public const string ReplicaExists = "REPLICA_EXISTS";

    [Error(
        ErrorKind.Denied,
        "Access was withdrawn in one region, but another region of the multi-Region key still allows it.",
        "Withdraw access in every region of the key.")]
    public const string ReplicaStillOpen = "REPLICA_STILL_OPEN";

    [Error(
        ErrorKind.Denied,
        "The alias now points to another key than the one that was registered.",
        "Point the alias back, or register the other key as a new provider and migrate to it.")]
    public const string AliasMoved = "ALIAS_MOVED";

    [Error(
        ErrorKind.Denied,
        "The key policy allows the platform's principals without the tenant condition.",
        "Add the condition on the encryption context, as the platform's statement has it.")]
    public const string ContextNotEnforced = "CONTEXT_NOT_ENFORCED";

    [Error(
        ErrorKind.Denied,
        "The key provider is deactivated: nothing is read or written under it.",
        "Restore it, or migrate to another provider.")]
    public const string ProviderDeactivated = "PROVIDER_DEACTIVATED";

    [Error(
        ErrorKind.InvalidInput,
        "The policy document is not one that IAM accepts.",
        "Correct the element that the message names; the platform's template gives a policy that is right.")]
    public const string MalformedPolicy = "MALFORMED_POLICY";

    [Error(
        ErrorKind.InvalidInput,
        "The key policy would be longer than the 32,768 characters that KMS takes.",
        "Take statements out that nobody needs, or serve some of the tenants with a key of their own.")]
    public const string PolicyTooLarge = "POLICY_TOO_LARGE";

    [Error(
        ErrorKind.Denied,
        "With that policy nobody of the key's account could change it any more.",
        "Keep a statement that allows the account or its administrators kms:PutKeyPolicy.")]
    public const string PolicyLockout = "POLICY_LOCKOUT";

    [Error(
        ErrorKind.Unavailable,
        "Somebody else changed the key policy in between.",
        "Look at the policy that the key has now and try again.")]
    public const string PolicyChanged = "POLICY_CHANGED";

    [Error(
        ErrorKind.InvalidInput,
        "The platform's key policy needs a value that was not given.",
        "Give the value that the message names; the platform's profile lists the placeholders.")]
    public const string PlaceholderMissing = "PLACEHOLDER_MISSING";

    [Error(
        ErrorKind.InvalidInput,
        "The JSON does not have the statements that the platform shows.",
        "Copy the whole text of the platform's key policy dialog, and check that the platform is the right one.")]
    public const string TemplateMismatch = "TEMPLATE_MISMATCH";

    [Error(
        ErrorKind.Denied,
        "The key policy can't be seen with these credentials, so that nothing is proven about the platform's principals.",
        "Test with credentials that have kms:GetKeyPolicy and kms:ListGrants on the key in each region, or as a principal of the platform.")]
    public const string NotVerified = "NOT_VERIFIED";

    [Error(
        ErrorKind.InvalidInput,
        "The platform profile is malformed, or another one of its name is in use.",
        "Correct what stands at the JSON path that the message names; docs/platform-profile.schema.json describes the format.")]
    public const string InvalidPlatform = "INVALID_PLATFORM";

    [Error(
        ErrorKind.Authentication,
        "AWS refused the credentials: they are missing, unknown, wrongly signed or expired.",
        "Sign in again, check the profile and the role, or give other credentials.")]
    public const string CredentialsInvalid = "CREDENTIALS_INVALID";

    [Error(
        ErrorKind.Unavailable,
        "AWS KMS refused the call for its rate, in every try.",
        "Try again later, lower the rate, or ask AWS for a higher quota.")]
    public const string Throttled = "THROTTLED";

    [Error(
        ErrorKind.Unavailable,
        "AWS KMS gave no answer: connection, DNS, TLS, timeout or a server error.",
        "Check the network and the endpoint, and try again.")]
    public const string KmsUnreachable = "KMS_UNREACHABLE";

    [Error(
        ErrorKind.Unavailable,
        "This process could get no more memory.",
        "Work on fewer or smaller items at the same time, protect large values as files (which takes the same memory whatever their size), or give the process more memory.")]
    public const string OutOfMemory = "OUT_OF_MEMORY";

    [Error(
        ErrorKind.Unknown,
        "The cause could not be told apart.",
        "Read the message, the inner exception and the request id; report it if it persists.")]
    public const string Unknown = "UNKNOWN";

    [Error(
        ErrorKind.NotFound,
        "No tenant has that id.",
        "Check the id, which is case-sensitive, or create the tenant.")]
    public const string TenantNotFound = "TENANT_NOT_FOUND";

    [Error(
        ErrorKind.AlreadyExists,
        "A tenant with that id exists already.",
        "Use the tenant that exists, or another id.")]
    public const string TenantExists = "TENANT_EXISTS";

    [Error(
        ErrorKind.NotFound,
        "No key provider fits the reference.",
        "Look at the key providers that there are.")]
    public const string ProviderNotFound = "PROVIDER_NOT_FOUND";

    [Error(
        ErrorKind.AlreadyExists,
        "The tenant has a key provider of that name or key already.",
        "Use the provider that exists, or another name.")]
    public const string ProviderExists = "PROVIDER_EXISTS";

    [Error(
        ErrorKind.InvalidData,
        "What the store says of a tenant was changed by something other than this software: its rows are not those that its last event authenticates, or that event does not verify.",
        "Treat the store as attacked: nothing is read or written for the tenant until the store is restored from a backup.")]
    public const string StateAltered = "STATE_ALTERED";

    [Error(
        ErrorKind.InvalidData,
        "The store itself was changed by something other than this software: its tables, indexes and triggers are not those that it makes, or what it keeps for all tenants does not verify.",
        "Treat the store as attacked: take away what was planted, or restore the store from a backup.")]
    public const string StoreAltered = "STORE_ALTERED";

    [Error(
        ErrorKind.InvalidData,
        "The store is older than what this machine has seen of it: it was replaced by an earlier copy, or events were cut off.",
        "Put the newest copy in place. If a backup was restored on purpose, accept that (TenantEncryptionService.AcceptRollbackAsync), which is an event of its own.")]
    public const string StoreRolledBack = "STORE_ROLLED_BACK";

    [Error(
        ErrorKind.InvalidInput,
        "The reference fits more than one key provider.",
        "Name the tenant, too, or use the provider's id.")]
    public const string AmbiguousProvider = "AMBIGUOUS_PROVIDER";

    [Error(
        ErrorKind.Denied,
        "The provider's state, or a rule of the platform, forbids the change.",
        "Do first what the rule asks for, where that can be done: the states of providers and migrations and the platform's profile show it.")]
    public const string TransitionForbidden = "TRANSITION_FORBIDDEN";

    [Error(
        ErrorKind.Denied,
        "Keys and data depend on the provider, or data and children on the tenant.",
        "Migrate them to another provider first, or force the change and accept that they become unreadable.")]
    public const string HasDependants = "HAS_DEPENDANTS";

    [Error(
        ErrorKind.NotFound,
        "There was nothing to test, which is no success.",
        "Check that what was named is the right thing, and that it is still there.")]
    public const string NothingTested = "NOTHING_TESTED";

    [Error(
        ErrorKind.InvalidData,
        "The input is not an AWS Encryption SDK message.",
        "Give a message that this library or an AWS Encryption SDK made.")]
    public const string NotAMessage = "NOT_A_MESSAGE";

    [Error(
        ErrorKind.InvalidData,
        "An authentication tag, a field or a signature of the message does not verify.",
        "Restore the file from a backup: it was changed after it was written.")]
    public const string MessageAltered = "MESSAGE_ALTERED";

    [Error(
        ErrorKind.InvalidData,
        "The message ends before its last frame.",
        "Restore the file from a backup: its end is missing.")]
    public const string MessageTruncated = "MESSAGE_TRUNCATED";

    [Error(
        ErrorKind.InvalidData,
        "A frame is missing, repeated or out of order.",
        "Restore the file from a backup: it was changed after it was written.")]
    public const string FrameOrder = "FRAME_ORDER";

    [Error(
        ErrorKind.InvalidData,
        "The data key is not the one that the message commits to.",
        "Treat the message as an attack or as damaged; restore it from a backup.")]
    public const string CommitmentMismatch = "COMMITMENT_MISMATCH";

    [Error(
        ErrorKind.Denied,
        "The message was written without key commitment.",
        "If you trust its writer, allow messages without commitment (AllowNonCommitting) and read it again.")]
    public const string NotCommitting = "NOT_COMMITTING";

    [Error(
        ErrorKind.InvalidData,
        "The message is not framed and too large to be verified in bounded memory.",
        "Have its writer use framed messages, or, if you trust it, raise MaxNonFramedLength.")]
    public const string NonFramedTooLarge = "NON_FRAMED_TOO_LARGE";

    [Error(
        ErrorKind.InvalidData,
        "A length in the message or the input, or a quota of AWS KMS, exceeds a limit.",
        "Raise the limit that the error names, if you trust the message's writer; choose a larger frame size; or have AWS raise the quota.")]
    public const string LimitExceeded = "LIMIT_EXCEEDED";

    [Error(
        ErrorKind.Denied,
        "The message belongs to another tenant.",
        "Name the tenant that the message belongs to; no other tenant's key opens it.")]
    public const string WrongTenant = "WRONG_TENANT";

    [Error(
        ErrorKind.Denied,
        "None of the keys that may be tried opens the message.",
        "Check the tenant, import its key ring, or give the raw key that wrapped it.")]
    public const string WrongKey = "WRONG_KEY";

    [Error(
        ErrorKind.Unavailable,
        "The keyring that the caller brought failed when it was asked for a data key.",
        "Mend what the keyring reports, such as a key device that can't be reached, and read the message again; it is untouched.")]
    public const string KeyringFailed = "KEYRING_FAILED";

    [Error(
        ErrorKind.InvalidInput,
        "The encryption context is not what the message needs, or has a reserved or repeated key.",
        "Give exactly the pairs that the message was written with; see the reserved names in the help.")]
    public const string ContextMismatch = "CONTEXT_MISMATCH";

    [Error(
        ErrorKind.InvalidData,
        "The catalog knows another message at that path: the file was replaced by another or older message.",
        "Find out who replaced it; if it was you, unprotect it and protect it there again, so that the catalog knows it.")]
    public const string MessageSubstituted = "MESSAGE_SUBSTITUTED";

    [Error(
        ErrorKind.Unavailable,
        "The state of the tenant's keys changed while the operation ran, more often than it could follow.",
        "Try the operation again.")]
    public const string LeaseLost = "LEASE_LOST";

    [Error(
        ErrorKind.AlreadyExists,
        "The output exists already.",
        "Use another name, or have it replaced (Force).")]
    public const string OutputExists = "OUTPUT_EXISTS";

    [Error(
        ErrorKind.Unavailable,
        "The message was replaced or changed while it was read, so nothing took its place.",
        "Run the command again: it is read anew.")]
    public const string ObjectChanged = "OBJECT_CHANGED";

    [Error(
        ErrorKind.NotFound,
        "There is no such bucket.",
        "Check the name of the bucket, and whose account and endpoint are asked.")]
    public const string SpaceNotFound = "SPACE_NOT_FOUND";

    [Error(
        ErrorKind.Denied,
        "The bucket's policy, an identity policy or the key that the bucket itself encrypts with does not allow the call.",
        "Allow s3:GetObject, s3:PutObject and s3:ListBucket (without it an object that is not there looks like one that is forbidden); for versions, tags and locks the permissions that the message names.")]
    public const string SpaceDenied = "SPACE_DENIED";

    [Error(
        ErrorKind.Unavailable,
        "The endpoint of the bucket gave no answer: connection, DNS, TLS, timeout or a server error.",
        "Check the network and the endpoint, and run the command again: what is there already is known.")]
    public const string SpaceUnreachable = "SPACE_UNREACHABLE";

    [Error(
        ErrorKind.Denied,
        "The endpoint of the bucket does not do what keeps data safe there: it writes an object whether its condition holds or not.",
        "Use an object store with conditional writes (If-None-Match and If-Match of PutObject and CompleteMultipartUpload), such as Amazon S3.")]
    public const string SpaceUnsuitable = "SPACE_UNSUITABLE";

    [Error(
        ErrorKind.Denied,
        "The bucket would not keep what is put there from being deleted: it has no Object Lock, or objects get no retention.",
        "Turn on Object Lock of the bucket (aws s3api put-object-lock-configuration), and give a retention or the bucket a default one. Where it shall be without, say so.")]
    public const string SpaceUnlocked = "SPACE_UNLOCKED";

    [Error(
        ErrorKind.Unavailable,
        "The object is in an archive, from which it must be restored before it can be read.",
        "Restore the object (aws s3api restore-object) and run the command again.")]
    public const string ObjectArchived = "OBJECT_ARCHIVED";

    [Error(
        ErrorKind.NotFound,
        "The input file or folder does not exist.",
        "Check the path of the input.")]
    public const string SourceNotFound = "SOURCE_NOT_FOUND";

    [Error(
        ErrorKind.InvalidInput,
        "A value is not one that is taken there.",
        "Correct the value that the message names.")]
    public const string InvalidInput = "INVALID_INPUT";

    [Error(
        ErrorKind.InvalidData,
        "The plaintext is not UTF-8 text.",
        "Ask for the plaintext as bytes.")]
    public const string NotText = "NOT_TEXT";

    [Error(
        ErrorKind.NotFound,
        "The folder, or the schema of the database, is not a store.",
        "Check the path, or the database and its schema, or have a store made there, with a root key of its own.")]
    public const string StoreNotFound = "STORE_NOT_FOUND";

    [Error(
        ErrorKind.Unavailable,
        "Connecting to the store that was named failed, or was given up.",
        "Connect to it again.")]
    public const string StoreNotConnected = "STORE_NOT_CONNECTED";

    [Error(
        ErrorKind.Storage,
        "The store was written by a newer version of this software.",
        "Update this software.")]
    public const string StoreNewer = "STORE_NEWER";

    [Error(
        ErrorKind.Unavailable,
        "Another process kept the store locked for too long.",
        "Try again; find the process that holds it if it persists.")]
    public const string StoreLocked = "STORE_LOCKED";

    [Error(
        ErrorKind.Unavailable,
        "The server of the store gives no answer.",
        "Check its address, and that it runs; the command can be run again.")]
    public const string StoreUnreachable = "STORE_UNREACHABLE";

    [Error(
        ErrorKind.Authentication,
        "The server of the store does not let the role in, or do what this needs.",
        "Check the role, its password or certificate, what the server lets in (pg_hba.conf), and that the role was given the rights of the store's role.")]
    public const string StoreAccessDenied = "STORE_ACCESS_DENIED";

    [Error(
        ErrorKind.Storage,
        "The store can't be opened, read or written, or its file is another program's.",
        "Check the path, its permissions and the free space; restore it from a backup if it is damaged.")]
    public const string StoreUnusable = "STORE_UNUSABLE";

    [Error(
        ErrorKind.Storage,
        "A file could not be read or written: permissions, another program that has it open, a full or read-only disk, or a device error.",
        "Check permissions and free space and try again; nothing was left half-written.")]
    public const string StorageFailed = "STORAGE_FAILED";

    [Error(
        ErrorKind.Denied,
        "The file of the internal KMS's root key, or its folder, can be read by others, is a link, or belongs to someone else.",
        "After asking who could read it, make yourself its owner, with mode 0600 in a folder of mode 0700 (on Windows: take those accounts out of the access control list of file and folder with icacls).")]
    public const string RootKeyExposed = "ROOT_KEY_EXPOSED";

    [Error(
        ErrorKind.NotFound,
        "The root key of this store's internal KMS is not on this machine.",
        "Put the file back from your backup, where the message says, with the same owner and mode; no new key is ever made for an existing store.")]
    public const string RootKeyMissing = "ROOT_KEY_MISSING";

    [Error(
        ErrorKind.Denied,
        "The root key at hand is not the one of this store.",
        "Put the right one back from your backup; no new key is ever made for an existing store.")]
    public const string RootKeyMismatch = "ROOT_KEY_MISMATCH";

    [Error(
        ErrorKind.Authentication,
        "The passphrase is missing or wrong.",
        "Give the right passphrase.")]
    public const string PassphraseRequired = "PASSPHRASE_REQUIRED";

    [Error(
        ErrorKind.NotFound,
        "No migration has that id.",
        "Look at the migrations that there are.")]
    public const string MigrationNotFound = "MIGRATION_NOT_FOUND";

    [Error(
        ErrorKind.Denied,
        "A migration of the tenant is under way.",
        "Wait for it, resume it or stop it.")]
    public const string MigrationRunning = "MIGRATION_RUNNING";

    [Error(
        ErrorKind.Unavailable,
        "The migration could not go on.",
        "Mend the cause that the message names and resume the migration.")]
    public const string MigrationFailed = "MIGRATION_FAILED";

    [Error(
        ErrorKind.NotFound,
        "The key has no such grant: it was revoked or retired, or is another key's. On a platform that uses a key by a grant, nothing is opened without it.",
        "List the key's grants; a new one is known everywhere in KMS after a few seconds, at times minutes.")]
    public const string GrantNotFound = "GRANT_NOT_FOUND";

    [Error(
        ErrorKind.AlreadyExists,
        "The alias exists already; nothing was made.",
        "Choose another alias, or use the key that it points to.")]
    public const string AliasExists = "ALIAS_EXISTS";

    [Error(
        ErrorKind.Denied,
        "The key serves a tenant of another end-user organisation.",
        "Use one key for each organisation.")]
    public const string KeySharedAcrossOrganizations = "KEY_SHARED_ACROSS_ORGANIZATIONS";

    [Error(
        ErrorKind.Denied,
        "The operation asks for confirmation, and no prompt can be shown.",
        "Confirm it beforehand, when you are sure.")]
    public const string ConfirmationRequired = "CONFIRMATION_REQUIRED";

    [Error(
        ErrorKind.Denied,
        "Another drill of the same key is under way.",
        "Wait until it ends; its statement lapses by itself fifteen minutes after it was put.")]
    public const string DrillRunning = "DRILL_RUNNING";

    [Error(
        ErrorKind.InvalidData,
        "A record of the event log does not verify.",
        "Treat the log from that record on as altered; compare it with CloudTrail and with the heads kept elsewhere.")]
    public const string EventLogAltered = "EVENT_LOG_ALTERED";

    [Error(
        ErrorKind.NotFound,
        "No anchor of the event log has that number, or covers that tenant.",
        "Look at the anchors that there are, or have one made.")]
    public const string AnchorNotFound = "ANCHOR_NOT_FOUND";

    [Error(
        ErrorKind.NotFound,
        "What shall be compared is of an event that is in an archive.",
        "Test with the archive, too.")]
    public const string EventsArchived = "EVENTS_ARCHIVED";

    [Error(
        ErrorKind.NotFound,
        "A file of this software is missing, or is not what was installed.",
        "Install it anew, all files of one version; a virus scanner may have taken one away.")]
    public const string InstallationIncomplete = "INSTALLATION_INCOMPLETE";

    [Error(
        ErrorKind.Unavailable,
        "The operation was cancelled.",
        "Run it again when ready; nothing was left half-done.")]
    public const string Cancelled = "CANCELLED";
#pragma warning restore CS1591
}
