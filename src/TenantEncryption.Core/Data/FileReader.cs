using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Data.Files;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Journal;
using TenantEncryption.Keys;

namespace TenantEncryption.Data;

/// <summary>Reads messages: to a file, to memory, or only to verify them. Nothing takes a destination's name before its last byte is verified.</summary>
internal sealed class FileReader(ChangeJournal journal, KeyRing ring, MessageReader reader, IFileEffects effects, TimeProvider time)
{
    /// <summary>Writes the plaintext of a message file to its destination.</summary>
    public async Task<FileOutcome<UnprotectedFile>> UnprotectAsync(
        Operation operation, FileRequest file, UnprotectOptions options, FileProgress progress, CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        try
        {
            if (string.Equals(file.Source, file.Destination, StringComparison.Ordinal))
            {
                throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{file.Source}' is both input and output.");
            }

            using SafeFileHandle source = OpenMessage(file.Source);
            using var output = new OutputFile(effects, file.Destination, options.Force);
            using var keyring = new TenantKeyring(ring, journal, operation, options, time);
            ReadMessage read = await ReadAsync(source, file, output.Handle, keyring, options, progress.Of(file.Source), cancellationToken).ConfigureAwait(false);
            string messageId = Hex.Of(read.Header.MessageId.Span);
            string? substituted = await FindSubstitutionAsync(file.Source, messageId, options, cancellationToken).ConfigureAwait(false);
            output.Flush();
            cancellationToken.ThrowIfCancellationRequested();
            output.TakeName();
            FileFailure.Translate(output.Folder, "flushed to disk", () =>
            {
                effects.FlushFolder(output.Folder);
                return true;
            });
            return new FileOutcome<UnprotectedFile>
            {
                Source = file.Source,
                Warning = substituted,
                Result = new UnprotectedFile
                {
                    Path = file.Destination,
                    Source = file.Source,
                    TenantId = keyring.Tenant?.TenantId,
                    MessageId = messageId,
                    Length = read.PlaintextLength,
                    Elapsed = Stopwatch.GetElapsedTime(begun),
                },
            };
        }
        catch (TenantEncryptionException exception)
        {
            return new FileOutcome<UnprotectedFile> { Source = file.Source, Error = exception };
        }
        finally
        {
            progress.FileDone(file.Source);
        }
    }

    /// <summary>Verifies every byte of a message file; being altered is a result, being unreadable an error.</summary>
    public async Task<FileOutcome<MessageTestResult>> TestAsync(
        Operation operation, string path, UnprotectOptions options, FileProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            using SafeFileHandle source = OpenMessage(path);
            using var keyring = new TenantKeyring(ring, journal, operation, options, time);
            try
            {
                var file = new FileRequest(path, path);
                ReadMessage read = await ReadAsync(source, file, null, keyring, options, progress.Of(path), cancellationToken).ConfigureAwait(false);
                string messageId = Hex.Of(read.Header.MessageId.Span);
                string? substituted = await FindSubstitutionAsync(path, messageId, options, cancellationToken).ConfigureAwait(false);
                return new FileOutcome<MessageTestResult>
                {
                    Source = path,
                    Warning = substituted,
                    Result = new MessageTestResult
                    {
                        Path = path,
                        Code = ErrorCodes.Success,
                        TenantId = keyring.Tenant?.TenantId,
                        MessageId = messageId,
                        Length = read.PlaintextLength,
                    },
                };
            }
            catch (TenantEncryptionException exception) when (!IsInability(exception))
            {
                var result = new MessageTestResult { Path = path, Code = exception.Code, Detail = exception.Detail, TenantId = keyring.Tenant?.TenantId };
                return new FileOutcome<MessageTestResult> { Source = path, Result = result };
            }
        }
        catch (TenantEncryptionException exception)
        {
            return new FileOutcome<MessageTestResult> { Source = path, Error = exception };
        }
        finally
        {
            progress.FileDone(path);
        }
    }

    /// <summary>Reads a message in memory.</summary>
    public async ValueTask<(UnprotectedValue Value, MessageHeader Header)> ReadValueAsync(
        Operation operation, ReadOnlyMemory<byte> message, UnprotectOptions options, CancellationToken cancellationToken)
    {
        using var keyring = new TenantKeyring(ring, journal, operation, options, time);
        OpenedValue opened = await reader.ReadValueAsync(message, keyring, ReaderOptions(keyring, options), cancellationToken).ConfigureAwait(false);
        return (new UnprotectedValue(opened.Plaintext, keyring.Tenant?.TenantId, Hex.Of(opened.Header.MessageId.Span)), opened.Header);
    }

    /// <summary>Verifies every byte of a message of a tenant.</summary>
    /// <exception cref="TenantEncryptionException">It does not verify, or is another message.</exception>
    public async Task VerifyAsync(Operation operation, string path, string tenantId, string messageId, CancellationToken cancellationToken)
    {
        var options = new UnprotectOptions { TenantId = tenantId };
        using SafeFileHandle source = OpenMessage(path);
        using var keyring = new TenantKeyring(ring, journal, operation, options, time);
        ReadMessage read = await ReadAsync(source, new FileRequest(path, path), null, keyring, options, null, cancellationToken).ConfigureAwait(false);
        if (Hex.Of(read.Header.MessageId.Span) != messageId)
        {
            throw new TenantEncryptionException(ErrorCodes.MessageSubstituted, $"'{path}' is another message than the one that was written there.");
        }
    }

    /// <summary>Opens a message file.</summary>
    /// <exception cref="TenantEncryptionException"><c>SOURCE_NOT_FOUND</c>, <c>INVALID_INPUT</c>, <c>STORAGE_FAILED</c>.</exception>
    public SafeFileHandle OpenMessage(string path) =>
        Directory.Exists(path)
            ? throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{path}' is a folder; a file is expected.")
            : FileFailure.Translate(path, "read", () => effects.OpenRead(path));

    /// <summary>Whether a message could not be judged at all, as opposed to being judged unreadable.</summary>
    public static bool IsInability(TenantEncryptionException exception) =>
        exception.Definition.Kind is ErrorKind.Storage or ErrorKind.Unavailable or ErrorKind.Authentication or ErrorKind.Unknown
        || exception.Code is ErrorCodes.TenantNotFound or ErrorCodes.ContextMismatch;

    private static MessageReaderOptions ReaderOptions(TenantKeyring keyring, UnprotectOptions options) => new()
    {
        AllowNonCommitting = options.AllowNonCommitting,
        RequiredEncryptionContext = options.EncryptionContext is null ? EncryptionContext.Empty : new EncryptionContext(options.EncryptionContext),
        DegreeOfParallelism = options.DegreeOfParallelism,
        OnHeader = keyring.OnHeaderAsync,
        BeforeFrames = keyring.BeforeFramesAsync,
    };

    private Task<ReadMessage> ReadAsync(
        SafeFileHandle source,
        FileRequest file,
        SafeFileHandle? destination,
        TenantKeyring keyring,
        UnprotectOptions options,
        IProgress<long>? progress,
        CancellationToken cancellationToken) =>
        FileFailure.TranslateAsync(
            destination is null ? file.Source : file.Destination,
            destination is null ? "read" : "written",
            () => reader.ReadAsync(source, destination, keyring, ReaderOptions(keyring, options), progress, cancellationToken));

    private async Task<string?> FindSubstitutionAsync(string path, string messageId, UnprotectOptions options, CancellationToken cancellationToken)
    {
        CatalogEntry? entry = await journal.ReadAsync(transaction => transaction.Catalog.FindAtAsync(path), cancellationToken).ConfigureAwait(false);
        if (entry is null || entry.MessageId == messageId)
        {
            return null;
        }

        string what = $"'{path}' is message {messageId}, but the catalog knows message {entry.MessageId} there.";
        return options.Strict
            ? throw new TenantEncryptionException(ErrorCodes.MessageSubstituted, what)
            : $"{ErrorCodes.MessageSubstituted}: {what} {ErrorCatalog.Get(ErrorCodes.MessageSubstituted).Remedy}";
    }
}
