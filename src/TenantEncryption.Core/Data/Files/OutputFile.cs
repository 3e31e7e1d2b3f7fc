using Microsoft.Win32.SafeHandles;
using TenantEncryption.Errors;
using TenantEncryption.Keys;

namespace TenantEncryption.Data.Files;

/// <summary>
/// An output on its way: a temporary file beside the destination that takes the destination's name only when it is complete.
/// Disposing it before that leaves nothing behind.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    /// <summary>What the names of temporary files end with.</summary>
    public const string Suffix = ".tenc-partial";

    private const int RandomLength = 20;

    // A file that was made just now may not be locked yet.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly IFileEffects _effects;
    private bool _named;
    private bool _disposed;

    /// <summary>Creates the temporary file.</summary>
    /// <exception cref="TenantEncryptionException"><c>OUTPUT_EXISTS</c>, <c>STORAGE_FAILED</c>.</exception>
    public OutputFile(IFileEffects effects, string destination, bool replace)
    {
        _effects = effects;
        Destination = destination;
        Replace = replace;
        RefuseExisting(destination, replace);
        Folder = Path.GetDirectoryName(destination)!;
        TemporaryPath = Path.Combine(Folder, $".{Identifiers.New("")}{Suffix}");
        Handle = FileFailure.Translate(destination, "written", () =>
        {
            effects.CreateFolder(Folder);
            return effects.CreateExclusive(TemporaryPath);
        });
    }

    /// <summary>The name that the file will take.</summary>
    public string Destination { get; }

    /// <summary>The destination's folder.</summary>
    public string Folder { get; }

    /// <summary>The temporary name.</summary>
    public string TemporaryPath { get; }

    /// <summary>The open file.</summary>
    public SafeFileHandle Handle { get; }

    private bool Replace { get; }

    /// <summary>Has the content on the disk.</summary>
    public void Flush() => FileFailure.Translate(Destination, "written", () =>
    {
        _effects.Flush(Handle);
        return true;
    });

    /// <summary>Takes the destination's name, in one step. Until then the file is open, so that no sweep takes it for an orphan; then anyone may read it.</summary>
    public void TakeName()
    {
        try
        {
            _effects.Rename(TemporaryPath, Destination, Replace);
        }
        catch (IOException exception) when (!Replace && File.Exists(Destination))
        {
            throw new TenantEncryptionException(ErrorCodes.OutputExists, $"'{Destination}' came into being meanwhile.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileFailure.Of(Destination, "written", exception);
        }

        _named = true;
        Handle.Dispose();
    }

    /// <summary>Gives the name back, as nobody could ever read what is there.</summary>
    public void Withdraw()
    {
        Handle.Dispose();
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
        Handle.Dispose();
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

    /// <summary>Refuses a destination that exists, before any work is done.</summary>
    public static void RefuseExisting(string destination, bool replace)
    {
        if (Directory.Exists(destination))
        {
            throw new TenantEncryptionException(ErrorCodes.OutputExists, $"'{destination}' is a folder.");
        }

        if (!replace && File.Exists(destination))
        {
            throw new TenantEncryptionException(ErrorCodes.OutputExists, $"'{destination}' exists already.");
        }
    }

    /// <summary>Whether a file's name is one of those that are given here.</summary>
    public static bool IsTemporary(string path)
    {
        string name = Path.GetFileName(path);
        return name.Length == 1 + RandomLength + Suffix.Length
            && name[0] == '.'
            && name.EndsWith(Suffix, StringComparison.Ordinal)
            && name.AsSpan(1, RandomLength).ToArray().All(char.IsAsciiHexDigitLower);
    }

    /// <summary>Removes what crashed processes left in a folder; files that a live process has open are locked and stay.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="now">The time.</param>
    public static void Sweep(string folder, DateTimeOffset now)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (string orphan in ListTemporary(folder))
        {
            try
            {
                FileShare share = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;
                using var locked = new FileStream(orphan, FileMode.Open, FileAccess.ReadWrite, share);
                if (locked.Length > 0 || now - File.GetLastWriteTimeUtc(locked.SafeFileHandle) > Fresh)
                {
                    File.Delete(orphan);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // In use, or not ours to remove.
            }
        }
    }

    private static string[] ListTemporary(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, ".*" + Suffix).Where(IsTemporary)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return []; // A folder that can be written may not be listed.
        }
    }
}
