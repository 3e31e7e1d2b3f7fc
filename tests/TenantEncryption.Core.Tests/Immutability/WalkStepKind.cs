namespace TenantEncryption.Tests.Immutability;

/// <summary>What can be done with the product.</summary>
public enum WalkStepKind
{
    /// <summary>Protects a value, in one frame or several.</summary>
    ProtectValue,

    /// <summary>Protects new files.</summary>
    ProtectFiles,

    /// <summary>Protects files again, over their messages.</summary>
    ProtectAgain,

    /// <summary>Protects files, and another process rotates the key while they are written, so that they are written again.</summary>
    ProtectWhileRotating,

    /// <summary>Protects files until something that nobody expects ends it.</summary>
    ProtectAndDie,

    /// <summary>Reads everything.</summary>
    Unprotect,

    /// <summary>Verifies every file.</summary>
    Test,

    /// <summary>Replaces the tenant's key-encryption key.</summary>
    RotateKey,

    /// <summary>Replaces the root key of the internal KMS.</summary>
    RotateRoot,

    /// <summary>Registers and activates another master key.</summary>
    Activate,

    /// <summary>Migrates to a new master key, or back to the internal KMS.</summary>
    Migrate,

    /// <summary>Begins a migration that is killed on the way.</summary>
    MigrateAndDie,

    /// <summary>Resumes what was killed, which may be killed again.</summary>
    Resume,

    /// <summary>Forgets plaintext keys.</summary>
    ClearLeases,

    /// <summary>Goes on in another process.</summary>
    Reopen,
}
