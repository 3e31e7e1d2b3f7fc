namespace TenantEncryption.Errors;

/// <summary>Every error code with its kind, cause and remedy: the one source for exceptions, PowerShell errors and <c>docs/errors.md</c>.</summary>
public static class ErrorCatalog
{
    private static readonly Dictionary<string, ErrorDefinition> ByCode = new ErrorDefinition[]
    {
        new(
            ErrorCodes.PolicyDenied,
            ErrorKind.Denied,
            "The key policy, a grant or an identity policy does not allow the call.",
            "Add the platform's statements to the key policy (Get-KeyPolicy shows them) and test again with Test-KeyProvider."),
        new(
            ErrorCodes.KeyNotFound,
            ErrorKind.NotFound,
            "No such key or alias exists in that account and region.",
            "Check the key ARN and its region; an alias must point to a key."),
        new(
            ErrorCodes.KeyDisabled,
            ErrorKind.Denied,
            "The KMS key is disabled.",
            "Enable the key in AWS KMS (Enable-MasterKey) and test again."),
        new(
            ErrorCodes.KeyPendingDeletion,
            ErrorKind.Denied,
            "The KMS key, or its replica, is scheduled for deletion.",
            "Cancel the deletion (Restore-MasterKey) before its date, then enable the key."),
        new(
            ErrorCodes.KeyPendingImport,
            ErrorKind.Denied,
            "The KMS key waits for imported key material.",
            "Import the key material, or use a key whose origin is AWS_KMS."),
        new(
            ErrorCodes.KeyUnavailable,
            ErrorKind.Unavailable,
            "The KMS key is in a state in which it can't be used now (creating, updating, unavailable).",
            "Wait until DescribeKey shows the state Enabled and try again."),
        new(
            ErrorCodes.InvalidKeyUsage,
            ErrorKind.InvalidInput,
            "The KMS key is not for ENCRYPT_DECRYPT.",
            "Use a key whose usage is ENCRYPT_DECRYPT; the usage of a key can't be changed."),
        new(
            ErrorCodes.InvalidKeySpec,
            ErrorKind.InvalidInput,
            "The KMS key is not symmetric.",
            "Use a key whose spec is SYMMETRIC_DEFAULT."),
        new(
            ErrorCodes.InvalidArn,
            ErrorKind.InvalidInput,
            "The key identifier is malformed, or has a form that the platform does not take.",
            "Give a key ARN such as arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab."),
        new(
            ErrorCodes.WrongPartition,
            ErrorKind.InvalidInput,
            "The key is in an AWS partition that the platform does not serve.",
            "Use a key of the platform's partition (Get-EncryptionPlatform shows it)."),
        new(
            ErrorCodes.WrongRegion,
            ErrorKind.InvalidInput,
            "The key is in a region that the platform or the tenant does not use.",
            "Use a key in the tenant's region."),
        new(
            ErrorCodes.ReplicaMissing,
            ErrorKind.NotFound,
            "The multi-Region key has no replica in the backup region.",
            "Replicate the key to the backup region that the platform's chart names (Update-MasterKey -ReplicaRegion)."),
        new(
            ErrorCodes.ReplicaExists,
            ErrorKind.AlreadyExists,
            "The multi-Region key has a key in that region already.",
            "Use the one that exists; Get-MasterKey shows it."),
        new(
            ErrorCodes.ReplicaStillOpen,
            ErrorKind.Denied,
            "Access was withdrawn in one region, but another region of the multi-Region key still allows it.",
            "Withdraw access in every region of the key."),
        new(
            ErrorCodes.AliasMoved,
            ErrorKind.Denied,
            "The alias now points to another key than the one that was registered.",
            "Point the alias back, or register the other key as a new provider and migrate to it."),
        new(
            ErrorCodes.ContextNotEnforced,
            ErrorKind.Denied,
            "The key policy allows the platform's principals without the tenant condition.",
            "Add the condition on the encryption context, as Get-KeyPolicy shows it."),
        new(
            ErrorCodes.ProviderDeactivated,
            ErrorKind.Denied,
            "The key provider is deactivated: nothing is read or written under it.",
            "Restore it with Restore-KeyProvider, or migrate to another provider."),
        new(
            ErrorCodes.MalformedPolicy,
            ErrorKind.InvalidInput,
            "The policy document is not one that IAM accepts.",
            "Correct the element that the message names; Get-KeyPolicy shows a policy that is right for the platform."),
        new(
            ErrorCodes.PolicyTooLarge,
            ErrorKind.InvalidInput,
            "The key policy would be longer than the 32,768 characters that KMS takes.",
            "Take statements out that nobody needs, or serve some of the tenants with a key of their own."),
        new(
            ErrorCodes.PolicyLockout,
            ErrorKind.Denied,
            "With that policy nobody of the key's account could change it any more.",
            "Keep a statement that allows the account or its administrators kms:PutKeyPolicy."),
        new(
            ErrorCodes.PolicyChanged,
            ErrorKind.Unavailable,
            "Somebody else changed the key policy in between.",
            "Look at it with Get-KeyPolicy -Live and run the command again."),
        new(
            ErrorCodes.PlaceholderMissing,
            ErrorKind.InvalidInput,
            "The platform's key policy needs a value that was not given.",
            "Give it with the parameter that the message names; Get-EncryptionPlatform lists the placeholders."),
        new(
            ErrorCodes.TemplateMismatch,
            ErrorKind.InvalidInput,
            "The JSON does not have the statements that the platform shows.",
            "Copy the whole text of the platform's key policy dialog, and check that -Platform is the right one."),
        new(
            ErrorCodes.NotVerified,
            ErrorKind.Denied,
            "The key policy can't be seen with these credentials, so that nothing is proven about the platform's principals.",
            "Test with credentials that have kms:GetKeyPolicy and kms:ListGrants on the key in each region, or as a principal of the platform (-RoleArn)."),
        new(
            ErrorCodes.InvalidPlatform,
            ErrorKind.InvalidInput,
            "The platform profile is malformed, or another one of its name is in use.",
            "Correct what stands at the JSON path that the message names; docs/platform-profile.schema.json describes the format."),
        new(
            ErrorCodes.CredentialsInvalid,
            ErrorKind.Authentication,
            "AWS refused the credentials: they are missing, unknown, wrongly signed or expired.",
            "Sign in again, check -ProfileName and -RoleArn, or give credentials to Connect-TenantEncryption."),
        new(
            ErrorCodes.Throttled,
            ErrorKind.Unavailable,
            "AWS KMS refused the call for its rate, in every try.",
            "Try again later, lower the rate, or ask AWS for a higher quota."),
        new(
            ErrorCodes.KmsUnreachable,
            ErrorKind.Unavailable,
            "AWS KMS gave no answer: connection, DNS, TLS, timeout or a server error.",
            "Check the network and -EndpointUrl, and try again."),
        new(
            ErrorCodes.OutOfMemory,
            ErrorKind.Unavailable,
            "This process could get no more memory.",
            "Work on fewer or smaller items at the same time, protect large values as files (which takes the same memory whatever their size), or give the process more memory."),
        new(
            ErrorCodes.Unknown,
            ErrorKind.Unknown,
            "The cause could not be told apart.",
            "Read the message, the inner exception and the request id; report it if it persists."),
        new(
            ErrorCodes.TenantNotFound,
            ErrorKind.NotFound,
            "No tenant has that id.",
            "Check the id, which is case-sensitive (Get-EncryptionTenant), or create it with New-EncryptionTenant."),
        new(
            ErrorCodes.TenantExists,
            ErrorKind.AlreadyExists,
            "A tenant with that id exists already.",
            "Use the tenant that exists, or another id."),
        new(
            ErrorCodes.ProviderNotFound,
            ErrorKind.NotFound,
            "No key provider fits the reference.",
            "List them with Get-KeyProvider."),
        new(
            ErrorCodes.ProviderExists,
            ErrorKind.AlreadyExists,
            "The tenant has a key provider of that name or key already.",
            "Use the provider that exists, or another name."),
        new(
            ErrorCodes.ProviderAltered,
            ErrorKind.InvalidData,
            "The registration of the key provider in the store was changed by something other than this software.",
            "Treat the store as attacked: compare it with the event log, and restore it from a backup."),
        new(
            ErrorCodes.AmbiguousProvider,
            ErrorKind.InvalidInput,
            "The reference fits more than one key provider.",
            "Name the tenant with -TenantId, or use the provider's id."),
        new(
            ErrorCodes.TransitionForbidden,
            ErrorKind.Denied,
            "The provider's state, or a rule of the platform, forbids the change.",
            "Do first what the rule asks for, where that can be done: Get-KeyProvider and Get-KeyMigration show the states, Get-EncryptionPlatform the platform's rules."),
        new(
            ErrorCodes.HasDependants,
            ErrorKind.Denied,
            "Keys and data depend on the provider.",
            "Migrate them to another provider first, or use -Force and accept that they become unreadable."),
        new(
            ErrorCodes.NothingTested,
            ErrorKind.NotFound,
            "There was nothing to test, which is no success.",
            "Check that what was named is the right thing, and that it is still there."),
        new(
            ErrorCodes.NotAMessage,
            ErrorKind.InvalidData,
            "The input is not an AWS Encryption SDK message.",
            "Give a file or value that Protect-TenantData or an AWS Encryption SDK made."),
        new(
            ErrorCodes.MessageAltered,
            ErrorKind.InvalidData,
            "An authentication tag, a field or a signature of the message does not verify.",
            "Restore the file from a backup: it was changed after it was written."),
        new(
            ErrorCodes.MessageTruncated,
            ErrorKind.InvalidData,
            "The message ends before its last frame.",
            "Restore the file from a backup: its end is missing."),
        new(
            ErrorCodes.FrameOrder,
            ErrorKind.InvalidData,
            "A frame is missing, repeated or out of order.",
            "Restore the file from a backup: it was changed after it was written."),
        new(
            ErrorCodes.CommitmentMismatch,
            ErrorKind.InvalidData,
            "The data key is not the one that the message commits to.",
            "Treat the message as an attack or as damaged; restore it from a backup."),
        new(
            ErrorCodes.NotCommitting,
            ErrorKind.Denied,
            "The message was written without key commitment.",
            "If you trust its writer, read it with -AllowNonCommitting."),
        new(
            ErrorCodes.NonFramedTooLarge,
            ErrorKind.InvalidData,
            "The message is not framed and too large to be verified in bounded memory.",
            "Have its writer use framed messages, or, if you trust it, raise MaxNonFramedLength."),
        new(
            ErrorCodes.LimitExceeded,
            ErrorKind.InvalidData,
            "A length in the message or the input, or a quota of AWS KMS, exceeds a limit.",
            "Raise the limit that the error names, if you trust the message's writer; choose a larger frame size; or have AWS raise the quota."),
        new(
            ErrorCodes.WrongTenant,
            ErrorKind.Denied,
            "The message belongs to another tenant.",
            "Name the tenant that the message belongs to; no other tenant's key opens it."),
        new(
            ErrorCodes.WrongKey,
            ErrorKind.Denied,
            "None of the keys that may be tried opens the message.",
            "Check the tenant, import its key ring, or give the raw key that wrapped it."),
        new(
            ErrorCodes.KeyringFailed,
            ErrorKind.Unavailable,
            "The keyring that the caller brought failed when it was asked for a data key.",
            "Mend what the keyring reports, such as a key device that can't be reached, and read the message again; it is untouched."),
        new(
            ErrorCodes.ContextMismatch,
            ErrorKind.InvalidInput,
            "The encryption context is not what the message needs, or has a reserved or repeated key.",
            "Give exactly the pairs that the message was written with; see the reserved names in the help."),
        new(
            ErrorCodes.MessageSubstituted,
            ErrorKind.InvalidData,
            "The catalog knows another message at that path: the file was replaced by another or older message.",
            "Find out who replaced it; if it was you, unprotect it and protect it there again, so that the catalog knows it."),
        new(
            ErrorCodes.LeaseLost,
            ErrorKind.Unavailable,
            "The state of the tenant's keys changed while the operation ran, more often than it could follow.",
            "Run the command again."),
        new(
            ErrorCodes.OutputExists,
            ErrorKind.AlreadyExists,
            "The output exists already.",
            "Use another name, or -Force to replace it."),
        new(
            ErrorCodes.SourceNotFound,
            ErrorKind.NotFound,
            "The input file or folder does not exist.",
            "Check the path; -LiteralPath takes names with wildcard characters."),
        new(
            ErrorCodes.InvalidInput,
            ErrorKind.InvalidInput,
            "A value is not one that the command takes.",
            "Correct the value; Get-Help -Full tells what each parameter takes."),
        new(
            ErrorCodes.NotText,
            ErrorKind.InvalidData,
            "The plaintext is not UTF-8 text.",
            "Ask for bytes with -AsByteArray."),
        new(
            ErrorCodes.StoreNotFound,
            ErrorKind.NotFound,
            "The folder is not a store.",
            "Check the path; Connect-TenantEncryption -Create makes a store there, with a root key of its own."),
        new(
            ErrorCodes.StoreNewer,
            ErrorKind.Storage,
            "The store was written by a newer version of this software.",
            "Update the module."),
        new(
            ErrorCodes.StoreLocked,
            ErrorKind.Unavailable,
            "Another process kept the store locked for too long.",
            "Try again; find the process that holds it if it persists."),
        new(
            ErrorCodes.StoreUnusable,
            ErrorKind.Storage,
            "The store can't be opened, read or written, or its file is another program's.",
            "Check the path, its permissions and the free space; restore it from a backup if it is damaged."),
        new(
            ErrorCodes.StorageFailed,
            ErrorKind.Storage,
            "A file could not be read or written: permissions, another program that has it open, a full or read-only disk, or a device error.",
            "Check permissions and free space and run the command again; nothing was left half-written."),
        new(
            ErrorCodes.RootKeyExposed,
            ErrorKind.Denied,
            "The file of the internal KMS's root key, or its folder, can be read by others, is a link, or belongs to someone else.",
            "After asking who could read it, make yourself its owner, with mode 0600 in a folder of mode 0700 (on Windows: take those accounts out of the access control list of file and folder with icacls)."),
        new(
            ErrorCodes.RootKeyMissing,
            ErrorKind.NotFound,
            "The root key of this store's internal KMS is not on this machine.",
            "Put the file back from your backup, where the message says, with the same owner and mode; no new key is ever made for an existing store."),
        new(
            ErrorCodes.RootKeyMismatch,
            ErrorKind.Denied,
            "The root key at hand is not the one of this store.",
            "Put the right one back from your backup; no new key is ever made for an existing store."),
        new(
            ErrorCodes.PassphraseRequired,
            ErrorKind.Authentication,
            "The passphrase is missing or wrong.",
            "Give the right one with -Passphrase."),
        new(
            ErrorCodes.MigrationNotFound,
            ErrorKind.NotFound,
            "No migration has that id.",
            "List them with Get-KeyMigration."),
        new(
            ErrorCodes.MigrationRunning,
            ErrorKind.Denied,
            "A migration of the tenant is under way.",
            "Wait for it, resume it with Resume-KeyMigration, or stop it with Stop-KeyMigration."),
        new(
            ErrorCodes.MigrationFailed,
            ErrorKind.Unavailable,
            "The migration could not go on.",
            "Mend the cause that the message names and resume it with Resume-KeyMigration."),
        new(
            ErrorCodes.GrantNotFound,
            ErrorKind.NotFound,
            "The key has no such grant: it was revoked or retired, or is another key's. On a platform that uses a key by a grant, nothing is opened without it.",
            "List the key's grants with Get-KeyGrant; a new one is known everywhere in KMS after a few seconds, at times minutes."),
        new(
            ErrorCodes.AliasExists,
            ErrorKind.AlreadyExists,
            "The alias exists already; nothing was made.",
            "Choose another alias, or use the key that it points to."),
        new(
            ErrorCodes.KeySharedAcrossOrganizations,
            ErrorKind.Denied,
            "The key serves a tenant of another end-user organisation.",
            "Use one key for each organisation."),
        new(
            ErrorCodes.ConfirmationRequired,
            ErrorKind.Denied,
            "The operation asks for confirmation, and no prompt can be shown.",
            "Run it with -Confirm:$false when you are sure."),
        new(
            ErrorCodes.DrillRunning,
            ErrorKind.Denied,
            "Another drill of the same key is under way.",
            "Wait until it ends; its statement lapses by itself fifteen minutes after it was put."),
        new(
            ErrorCodes.EventLogAltered,
            ErrorKind.InvalidData,
            "A record of the event log does not verify.",
            "Treat the log from that record on as altered; compare it with CloudTrail and with the heads kept elsewhere."),
        new(
            ErrorCodes.Cancelled,
            ErrorKind.Unavailable,
            "The operation was cancelled.",
            "Run it again when ready; nothing was left half-done."),
    }.ToDictionary(definition => definition.Code, StringComparer.Ordinal);

    /// <summary>All definitions, in the order of the documentation.</summary>
    public static IReadOnlyCollection<ErrorDefinition> All => ByCode.Values;

    /// <summary>Whether there is such a code.</summary>
    /// <param name="code">The code, ordinal.</param>
    /// <returns>Whether it is in the catalog.</returns>
    public static bool Contains(string code) => ByCode.ContainsKey(code);

    /// <summary>The definition of a code.</summary>
    /// <param name="code">A constant of <see cref="ErrorCodes"/>.</param>
    /// <returns>Its definition.</returns>
    /// <exception cref="ArgumentException">The code is not in the catalog.</exception>
    public static ErrorDefinition Get(string code) =>
        ByCode.TryGetValue(code, out ErrorDefinition? definition)
            ? definition
            : throw new ArgumentException($"'{code}' is not a known error code.", nameof(code));
}
