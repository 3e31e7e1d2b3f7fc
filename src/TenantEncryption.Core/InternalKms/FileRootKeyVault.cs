using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Kms;

namespace TenantEncryption.Keys.Root;

/// <summary>
/// Keeps root keys in files outside the store: on Unix readable by their owner alone (mode 0600 in a folder of mode 0700; anything looser,
/// a foreign owner or a link is refused), on Windows sealed by DPAPI for their user, or for the machine and then in a folder that is open to named accounts alone.
/// </summary>
public sealed class FileRootKeyVault : IRootKeyVault
{
    private const int LongestFile = 4096; // Eight keys take 422 bytes, and DPAPI's seal some hundreds more.
    private const UnixFileMode OwnerOnlyFolder = OwnerFile.Mode | UnixFileMode.UserExecute;

    private readonly string? _folder;
    private readonly FileEffects _effects = new();

    /// <summary>Keeps root keys in a folder.</summary>
    /// <param name="folder">The folder, made when it is missing; <see langword="null"/> for <see cref="DefaultFolder"/>, or of the machine <see cref="DefaultMachineFolder"/>.</param>
    /// <param name="machineScope">
    /// On Windows, of a new store: sealed for the machine instead of the current user, for services of several accounts. How it is, each store tells by itself.
    /// </param>
    public FileRootKeyVault(string? folder = null, bool machineScope = false)
        : this(
            folder,
            !OperatingSystem.IsWindows() ? RootKeyProtection.File
            : machineScope ? RootKeyProtection.DpapiMachine
            : RootKeyProtection.DpapiUser)
    {
    }

    private FileRootKeyVault(string? folder, RootKeyProtection protection) => (_folder, Protection) = (folder is null ? null : Path.GetFullPath(folder), protection);

    /// <summary>The user's configuration folder: <c>~/.config/TenantEncryption/roots</c> (or under <c>XDG_CONFIG_HOME</c>), on Windows <c>%LOCALAPPDATA%\TenantEncryption\roots</c>.</summary>
    /// <exception cref="TenantEncryptionException"><c>STORAGE_FAILED</c>: the account has no profile.</exception>
    public static string DefaultFolder => In(OperatingSystem.IsWindows() ? Environment.SpecialFolder.LocalApplicationData : Environment.SpecialFolder.ApplicationData);

    /// <summary>The folder for all accounts of a Windows machine: <c>%ProgramData%\TenantEncryption\roots</c>, in which each store has one of its own.</summary>
    public static string DefaultMachineFolder => In(Environment.SpecialFolder.CommonApplicationData);

    /// <inheritdoc/>
    public RootKeyProtection Protection { get; }

    /// <inheritdoc/>
    public bool IsInStore => false;

    /// <inheritdoc/>
    public string PlaceOf(string storeId) => $"the file {PathOf(storeId)}";

    /// <inheritdoc/>
    public IRootKeyVault? For(RootKeyProtection protection) =>
        protection == Protection ? this
        : OperatingSystem.IsWindows() && protection is RootKeyProtection.DpapiUser or RootKeyProtection.DpapiMachine ? new FileRootKeyVault(_folder, protection)
        : null;

    /// <summary>The folder of a store's root keys. What else is kept of the store outside it belongs there, too: who may use the one may use the other.</summary>
    internal string FolderOf(string storeId) => Path.GetFullPath(
        Protection == RootKeyProtection.DpapiMachine ? Path.Combine(_folder ?? DefaultMachineFolder, storeId) : _folder ?? DefaultFolder);

    /// <inheritdoc/>
    Task<RootKeySet?> IRootKeyVault.OpenAsync(string storeId, byte[]? kept, IKmsChannel kms, CancellationToken cancellationToken)
    {
        string path = PathOf(storeId);
        if (!OperatingSystem.IsWindows() && File.Exists(path))
        {
            CheckUnix(FolderOf(storeId), Directory.ResolveLinkTarget(FolderOf(storeId), false), OwnerOnlyFolder);
            CheckUnix(path, File.ResolveLinkTarget(path, false), OwnerFile.Mode);
        }

        using SecretBytes? stored = Read(path);
        if (stored is null)
        {
            return Task.FromResult<RootKeySet?>(null);
        }

        if (OperatingSystem.IsWindows() && Protection == RootKeyProtection.DpapiMachine)
        {
            CheckMachine(FolderOf(storeId));
            CheckMachine(path);
        }

        if (!OperatingSystem.IsWindows())
        {
            return Task.FromResult<RootKeySet?>(RootKeySet.Parse(stored.Span));
        }

        using SecretBytes plaintext = RootFileSeal.Open(stored.Span, Protection);
        return Task.FromResult<RootKeySet?>(RootKeySet.Parse(plaintext.Span));
    }

    /// <inheritdoc/>
    Task<byte[]?> IRootKeyVault.SealAsync(string storeId, RootKeySet keys, IKmsChannel kms, CancellationToken cancellationToken) => Task.FromResult<byte[]?>(null);

    /// <inheritdoc/>
    void IRootKeyVault.Keep(string storeId, RootKeySet keys)
    {
        string path = PathOf(storeId);
        using SecretBytes plaintext = keys.Serialize();
        ReadOnlySpan<byte> content = OperatingSystem.IsWindows() ? RootFileSeal.Seal(plaintext.Span, Protection) : plaintext.Span;
        try
        {
            CreateFolder(FolderOf(storeId));
            OwnerFile.Write(_effects, path, content, replace: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TenantEncryptionException(ErrorCodes.StorageFailed, $"The root key could not be written to '{path}': {exception.Message}", exception, Remedy(path, exception));
        }
    }

    /// <inheritdoc/>
    void IRootKeyVault.Forget(string storeId)
    {
        string path = PathOf(storeId);
        FileFailure.Translate(path, "deleted", () =>
        {
            File.Delete(path);
            return true;
        });
    }

    // What may not be read must not be taken for missing.
    private SecretBytes? Read(string path)
    {
        try
        {
            return FileInUse.Wait(() => ReadContent(path));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TenantEncryptionException(ErrorCodes.StorageFailed, $"The root key could not be read from '{path}': {exception.Message}", exception, Remedy(path, exception));
        }
    }

    // Of a longer file the beginning, which is no root key either.
    private static SecretBytes ReadContent(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        var content = new SecretBytes((int)Math.Min(RandomAccess.GetLength(file), LongestFile));
        for (int length = 0; length < content.Length;)
        {
            int read = RandomAccess.Read(file, content.Span[length..], length);
            length += read > 0 ? read : throw new EndOfStreamException();
        }

        return content;
    }

    private string? Remedy(string path, Exception exception) => Protection == RootKeyProtection.DpapiMachine && exception is UnauthorizedAccessException
        ? $"Have an administrator of this machine name the account: icacls \"{Path.GetDirectoryName(path)}\" /grant \"{Environment.UserDomainName}\\{Environment.UserName}:(OI)(CI)M\""
        : null;

    private void CreateFolder(string folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder, OwnerOnlyFolder);
            CheckUnix(folder, Directory.ResolveLinkTarget(folder, false), OwnerOnlyFolder);
        }
        else if (Protection == RootKeyProtection.DpapiMachine)
        {
            MachineFolder.Create(folder);
        }
        else
        {
            Directory.CreateDirectory(folder);
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

    [SupportedOSPlatform("windows")]
    private static void CheckMachine(string path)
    {
        if (FileFailure.Translate(path, "read", () => MachineFolder.ExposureOf(path)) is { } how)
        {
            throw Exposed(path, how);
        }
    }

    private string PathOf(string storeId) => Path.Combine(FolderOf(storeId), storeId + ".root");

    private static string In(Environment.SpecialFolder folder) => Path.Combine(KnownFolder.Of(folder), "TenantEncryption", "roots");
}
