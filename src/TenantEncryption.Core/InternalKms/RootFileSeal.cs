using System.Runtime.Versioning;
using System.Security.Cryptography;
using TenantEncryption.Errors;

namespace TenantEncryption.Keys.Root;

/// <summary>What the file of a root key holds on Windows: the keys sealed by DPAPI, for the user or the machine. DPAPI takes and gives arrays, which are zeroed.</summary>
[SupportedOSPlatform("windows")]
internal static class RootFileSeal
{
    private const string NoProfile = "Sign in as this account once, so that Windows loads its profile, and repeat the command.";

    /// <summary>Seals root keys.</summary>
    /// <param name="plaintext">The keys, serialized.</param>
    /// <param name="protection">How they are kept.</param>
    /// <returns>The file's content.</returns>
    /// <exception cref="TenantEncryptionException"><c>STORAGE_FAILED</c>: Windows can't seal.</exception>
    public static byte[] Seal(ReadOnlySpan<byte> plaintext, RootKeyProtection protection)
    {
        byte[] copy = GC.AllocateUninitializedArray<byte>(plaintext.Length, pinned: true);
        plaintext.CopyTo(copy);
        try
        {
            return ProtectedData.Protect(copy, null, ScopeOf(protection));
        }
        catch (CryptographicException exception)
        {
            throw new TenantEncryptionException(
                ErrorCodes.StorageFailed, $"Windows can't seal the root key for this user or machine: {exception.Message}", exception, NoProfile);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    /// <summary>Opens what was sealed.</summary>
    /// <param name="content">The file's content.</param>
    /// <param name="protection">How the keys are kept.</param>
    /// <returns>The keys, serialized; the caller disposes them.</returns>
    /// <exception cref="TenantEncryptionException"><c>ROOT_KEY_MISMATCH</c>: it was sealed for another user or machine, or altered.</exception>
    public static SecretBytes Open(ReadOnlySpan<byte> content, RootKeyProtection protection)
    {
        byte[] plaintext = [];
        try
        {
            plaintext = ProtectedData.Unprotect(content.ToArray(), null, ScopeOf(protection));
            return new SecretBytes(plaintext);
        }
        catch (CryptographicException exception)
        {
            throw new TenantEncryptionException(ErrorCodes.RootKeyMismatch, "Windows can't unseal the root key for this user or machine.", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    private static DataProtectionScope ScopeOf(RootKeyProtection protection) =>
        protection == RootKeyProtection.DpapiMachine ? DataProtectionScope.LocalMachine : DataProtectionScope.CurrentUser;
}
