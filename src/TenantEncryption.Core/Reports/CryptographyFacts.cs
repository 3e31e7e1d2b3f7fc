using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32;
using TenantEncryption.Data.Wraps;
using TenantEncryption.Envelope;
using TenantEncryption.Keys.Root;

namespace TenantEncryption.Reports;

/// <summary>By what keys and data are protected, and what can be known of the library that does it.</summary>
internal static class CryptographyFacts
{
    private const string LinuxFipsMode = "/proc/sys/crypto/fips_enabled";
    private const string WindowsFipsPolicy = @"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Lsa\FipsAlgorithmPolicy";

    /// <summary>The facts of this process.</summary>
    /// <param name="rootKeyProtection">How the root key of the internal KMS is kept.</param>
    public static ReportedCryptography Read(RootKeyProtection rootKeyProtection) => new()
    {
        Algorithms = Algorithms(rootKeyProtection),
        Library = Library(),
        OperatingSystem = RuntimeInformation.OSDescription,
        OperatingSystemFipsMode = SystemFipsMode(),
    };

    private static IReadOnlyList<ReportedAlgorithm> Algorithms(RootKeyProtection rootKeyProtection) =>
    [
        new("Customer master key", "Gives and opens the share that seals a key-encryption key; never leaves AWS KMS", "AES-256-GCM in AWS KMS (SYMMETRIC_DEFAULT)", 256,
            "The owner's: AWS KMS rotates the material as it is set there", "AWS KMS Developer Guide, SYMMETRIC_DEFAULT key spec"),
        new("Root key of the internal KMS", "Gives and opens the internal KMS's shares, and derives the keys of the event log", "HKDF-SHA-512, AES-256-GCM", 256,
            "Until the operator rotates it", $"Kept: {rootKeyProtection}"),
        new("Wrapping key of a record", "Seals one key-encryption key", "HKDF-SHA-512 of the provider's share, AES-256-GCM", 256,
            "One key-encryption key: each wrapping key seals once", "RFC 5869; NIST SP 800-38D"),
        new("Key-encryption key", "Wraps the data keys of a tenant's messages", "AES-256-GCM, random 96-bit IVs", 256,
            string.Create(CultureInfo.InvariantCulture, $"{WrapReservations.DefaultWrapLimit:N0} wraps (2^30), then it is rotated by itself; no end by time"), "NIST SP 800-38D §8.3 (at most 2^32)"),
        new("Data key", "Encrypts one message", $"{AlgorithmSuite.Aes256GcmHkdfSha512CommitKey.Name} (0x{AlgorithmSuite.Aes256GcmHkdfSha512CommitKey.Id:X4})", 256,
            "One message", "AWS Encryption SDK message format, version 2"),
        new("Log key", "Authenticates the events of a chain", "HMAC-SHA-256", 256, "Until the root key is rotated", "FIPS 198-1"),
    ];

    private static string Library()
    {
        string runtime = RuntimeInformation.FrameworkDescription;
        if (OperatingSystem.IsWindows())
        {
            return $"Windows CNG, by {runtime}";
        }

        if (OperatingSystem.IsMacOS())
        {
            return $"Apple CryptoKit and CommonCrypto, by {runtime}";
        }

        // OPENSSL_VERSION_NUMBER(3): 0xMNN00PP0.
        long version = SafeEvpPKeyHandle.OpenSslVersion;
        return string.Create(CultureInfo.InvariantCulture, $"OpenSSL {version >> 28}.{(version >> 20) & 0xFF}.{(version >> 4) & 0xFF}, by {runtime}");
    }

    // What the system says of itself. Whether the library's own FIPS provider is loaded, .NET has no call that tells.
    private static bool? SystemFipsMode()
    {
        if (OperatingSystem.IsWindows())
        {
            return Registry.GetValue(WindowsFipsPolicy, "Enabled", null) is int enabled ? enabled != 0 : null;
        }

        try
        {
            return OperatingSystem.IsLinux() ? File.ReadAllText(LinuxFipsMode).Trim() == "1" : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
