using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Data;
using TenantEncryption.Errors;

namespace TenantEncryption.Files;

/// <summary>
/// An output on its way: a temporary file beside the destination that takes the destination's name only when it is complete.
/// Disposing it before that leaves nothing behind.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    /// <summary>What the names of temporary files end with.</summary>
    public const string Suffix = ".tenc-partial";

    private const int RandomLength = 20;

    // Names need not be secret, only different: from those of other processes by the first part, from each other by a number.
    private static readonly string OwnPart = RandomNumberGenerator.GetHexString(RandomLength - 8, lowercase: true);
    private static int _lastNumber;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private readonly IFileEffects _effects;
    private bool _named;
    private bool _disposed;

    /// <summary>Creates the temporary file.</summary>
    /// <exception cref="TenantEncryptionException"><c>STORAGE_FAILED</c>.</exception>
    public OutputFile(IFileEffects effects, string destination, bool replace)
    {
        _effects = effects;
        Destination = destination;
        Replaces = replace;
        Folder = Path.GetDirectoryName(destination)!;
        TemporaryPath = Path.Join(Folder, NewName());
        try
        {
            Handle = Create();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileFailure.Of(destination, "written", exception);
        }
    }

    /// <summary>The name that the file will take.</summary>
    public string Destination { get; }

    /// <summary>The destination's folder.</summary>
    public string Folder { get; }

    /// <summary>The temporary name.</summary>
    public string TemporaryPath { get; }

    /// <summary>The open file.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Whether it may replace a file, which then can't be had back.</summary>
    public bool Replaces { get; }

    /// <summary>The one file that it may replace; <see langword="null"/>: whichever is there.</summary>
    public FileMark? Expected { get; init; }

    /// <summary>Has the content on the disk.</summary>
    public void Flush()
    {
        try
        {
            _effects.Flush(Handle);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileFailure.Of(Destination, "written", exception);
        }
    }

    /// <summary>Takes the destination's name, in one step. Until then the file is open, so that no sweep takes it for an orphan; then anyone may read it.</summary>
    public void TakeName()
    {
        try
        {
            if (Expected is null)
            {
                _effects.Rename(TemporaryPath, Destination, Replaces);
            }
            else if (!_effects.TryReplace(TemporaryPath, Destination, Expected))
            {
                throw new TenantEncryptionException(ErrorCodes.ObjectChanged, $"'{Destination}' was replaced or changed while it was read.");
            }
        }
        catch (IOException exception) when (!Replaces && File.Exists(Destination))
        {
            throw new TenantEncryptionException(ErrorCodes.OutputExists, $"'{Destination}' came into being meanwhile.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileFailure.Of(Destination, "written", exception);
        }

        _named = true;
        _effects.Close(Handle);
    }

    /// <summary>Gives the name back, as nobody could ever read what is there.</summary>
    public void Withdraw()
    {
        _effects.Close(Handle);
        FileFailure.Translate(Destination, "removed", () =>
        {
            _effects.Delete(Destination);
            return true;
        });
    }

    /// <summary>Closes the file; one that has not taken its name is removed.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _effects.Close(Handle);
        if (!_named)
        {
            try
            {
                _effects.Delete(TemporaryPath);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The next command in the folder sweeps it.
            }
        }
    }

    /// <summary>Refuses a destination that existed when the command began, before any work is done.</summary>
    /// <exception cref="TenantEncryptionException"><c>OUTPUT_EXISTS</c>.</exception>
    public static void RefuseExisting(FileRequest file, bool replace)
    {
        if (file.Existing == ExistingEntry.Folder)
        {
            throw new TenantEncryptionException(ErrorCodes.OutputExists, $"'{file.Destination}' is a folder.", remedy: "Use another name; a folder is never replaced.");
        }

        if (file.Existing == ExistingEntry.Special)
        {
            throw new TenantEncryptionException(
                ErrorCodes.OutputExists, $"'{file.Destination}' is a pipe, a socket or a device.", remedy: "Use another name; only a file is replaced.");
        }

        if (file.Existing == ExistingEntry.File && !replace)
        {
            throw new TenantEncryptionException(ErrorCodes.OutputExists, $"'{file.Destination}' exists already.");
        }
    }

    /// <summary>Whether a file's name is one that is given here, or a <see cref="FolderMark"/>'s.</summary>
    public static bool IsTemporary(ReadOnlySpan<char> path)
    {
        ReadOnlySpan<char> name = Path.GetFileName(path);
        return name.SequenceEqual(FolderMark.Name) || (name.Length == 1 + RandomLength + Suffix.Length
            && name[0] == '.'
            && name.EndsWith(Suffix, StringComparison.Ordinal)
            && !name.Slice(1, RandomLength).ContainsAnyExcept(HexDigits));
    }

    private static string NewName() =>
        string.Create(CultureInfo.InvariantCulture, $".{OwnPart}{(uint)Interlocked.Increment(ref _lastNumber):x8}{Suffix}");

    // The folder most often is there. A file that is to be made can't itself be missing: .NET looks for the folder after the attempt failed, and
    // blames the file where another thread made the folder in between.
    private SafeFileHandle Create()
    {
        try
        {
            return _effects.CreateExclusive(TemporaryPath);
        }
        catch (Exception exception) when (exception is DirectoryNotFoundException or FileNotFoundException)
        {
            _effects.CreateFolder(Folder);
            return _effects.CreateExclusive(TemporaryPath);
        }
    }
}
