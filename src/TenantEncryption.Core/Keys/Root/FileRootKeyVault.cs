using System.Runtime.Versioning;
using System.Security.Cryptography;
using TenantEncryption.Errors;
using TenantEncryption.Stores;

namespace TenantEncryption.Keys.Root;

/// <summary>
/// Keeps root keys in files outside the store: on Unix readable by their owner alone (mode 0600 in a folder of mode 0700; anything looser,
/// a foreign owner or a link is refused), on Windows sealed by DPAPI.
/// </summary>
public sealed class FileRootKeyVault : IRootKeyVault
{
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyFolder = OwnerOnlyFile | UnixFileMode.UserExecute;

    private readonly string _folder;

    /// <summary>Keeps root keys in a folder.</summary>
    /// <param name="folder">The folder, made when it is missing; <see langword="null"/> for <see cref="DefaultFolder"/>.</param>
    /// <param name="machineScope">On Windows: sealed for the machine instead of the current user, for services of several accounts.</param>
    public FileRootKeyVault(string? folder = null, bool machineScope = false)
    {
        _folder = Path.GetFullPath(folder ?? DefaultFolder);
        Protection = !OperatingSystem.IsWindows() ? RootKeyProtection.File
            : machineScope ? RootKeyProtection.DpapiMachine
            : RootKeyProtection.DpapiUser;
    }

    /// <summary>The user's configuration folder: <c>~/.config/TenantEncryption/roots</c> (or under <c>XDG_CONFIG_HOME</c>), on Windows <c>%LOCALAPPDATA%\TenantEncryption\roots</c>.</summary>
    public static string DefaultFolder => Path.Combine(
        Environment.GetFolderPath(
            OperatingSystem.IsWindows() ? Environment.SpecialFolder.LocalApplicationData : Environment.SpecialFolder.ApplicationData,
            Environment.SpecialFolderOption.DoNotVerify),
        "TenantEncryption",
        "roots");

    /// <inheritdoc/>
    public RootKeyProtection Protection { get; }

    /// <inheritdoc/>
    public bool IsInStore => false;

    /// <inheritdoc/>
    public string PlaceOf(string storeId) => $"the file {Path.GetFullPath(PathOf(storeId))}";

    /// <inheritdoc/>
    public Task<RootKeySet?> LoadAsync(string storeId, ISettingsTable settings)
    {
        string path = PathOf(storeId);
        if (!File.Exists(path))
        {
            return Task.FromResult<RootKeySet?>(null);
        }

        if (!OperatingSystem.IsWindows())
        {
            CheckUnix(_folder, Directory.ResolveLinkTarget(_folder, false), OwnerOnlyFolder);
            CheckUnix(path, File.ResolveLinkTarget(path, false), OwnerOnlyFile);
        }

        byte[] stored = Read(path);
        try
        {
            return Task.FromResult<RootKeySet?>(RootKeySet.Parse(Unseal(stored)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(stored);
        }
    }

    /// <inheritdoc/>
    public Task SaveAsync(string storeId, RootKeySet keys, ISettingsTable settings)
    {
        string path = PathOf(storeId);
        string temporary = path + "." + Identifiers.New("tmp-");
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(_folder);
            }
            else
            {
                Directory.CreateDirectory(_folder, OwnerOnlyFolder);
                CheckUnix(_folder, Directory.ResolveLinkTarget(_folder, false), OwnerOnlyFolder);
            }

            using SecretBytes plaintext = keys.Serialize();
            WriteDurably(temporary, Seal(plaintext.Span));
            File.Move(temporary, path, overwrite: true);

            // Without it a power loss could leave a store that needs a root key whose file has no name yet.
            new Data.Files.FileEffects().FlushFolder(_folder);
            return Task.CompletedTask;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new TenantEncryptionException(ErrorCodes.StorageFailed, $"The root key could not be written to '{path}': {exception.Message}", exception);
        }
    }

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TenantEncryptionException(ErrorCodes.StorageFailed, $"The root key could not be read from '{path}': {exception.Message}", exception);
        }
    }

    private static void WriteDurably(string path, byte[] content)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnlyFile;
        }

        try
        {
            using var stream = new FileStream(path, options);
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void CheckUnix(string path, FileSystemInfo? linkTarget, UnixFileMode allowed)
    {
        if (linkTarget is not null)
        {
            throw Exposed(path, $"is a link to '{linkTarget.FullName}'");
        }

        UnixFileMode extra = File.GetUnixFileMode(path) & ~allowed;
        if (extra != UnixFileMode.None)
        {
            throw Exposed(path, $"can be used by others ({extra})");
        }

        if (!FileOwner.IsCurrentUser(path))
        {
            throw Exposed(path, "belongs to another user");
        }
    }

    private static TenantEncryptionException Exposed(string path, string how) => new(ErrorCodes.RootKeyExposed, $"'{path}' {how}.");

    private byte[] Seal(ReadOnlySpan<byte> plaintext)
    {
        byte[] copy = plaintext.ToArray();
        if (!OperatingSystem.IsWindows())
        {
            return copy;
        }

        try
        {
            return ProtectedData.Protect(copy, null, Scope());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    private byte[] Unseal(byte[] stored)
    {
        if (!OperatingSystem.IsWindows())
        {
            return stored;
        }

        try
        {
            return ProtectedData.Unprotect(stored, null, Scope());
        }
        catch (CryptographicException exception)
        {
            throw new TenantEncryptionException(ErrorCodes.RootKeyMismatch, "Windows can't unseal the root key for this user or machine.", exception);
        }
    }

    [SupportedOSPlatform("windows")]
    private DataProtectionScope Scope() =>
        Protection == RootKeyProtection.DpapiMachine ? DataProtectionScope.LocalMachine : DataProtectionScope.CurrentUser;

    private string PathOf(string storeId) => Path.Combine(_folder, storeId + ".root");
}
