using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Changes;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Keys;
using TenantEncryption.Spaces;

namespace TenantEncryption.Data.Reading;

/// <summary>Reads messages: to a file, to memory, or only to verify them.</summary>
internal sealed class TenantMessageReader(
    UnitOfWork work, KeyLeases leases, ContextKeys contextKeys, MessageReader reader, ReachableSpaces spaces, IFileEffects effects, TimeProvider time)
{
    // How often a message is read again that keeps being replaced.
    private const int MostReads = 3;

    /// <summary>Begins to read a message: only keys of its tenant are tried.</summary>
    /// <param name="operation">The operation that reads.</param>
    /// <param name="options">How.</param>
    /// <param name="intents">Told before plaintext leaves; <see langword="null"/> where none does.</param>
    /// <returns>The keyring, for one read; the caller disposes it.</returns>
    public TenantKeyring NewKeyring(Operation operation, UnprotectOptions options, ReadIntents? intents = null) =>
        new(leases, work, contextKeys, operation, options, intents, time);

    /// <summary>Reads a message file.</summary>
    /// <param name="source">The message.</param>
    /// <param name="destination">Receives the plaintext; until this returns, it holds parts of a message that is not verified. <see langword="null"/> to verify only.</param>
    /// <param name="keyring">Of <see cref="NewKeyring"/>.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Is told of bytes.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <returns>What was read.</returns>
    public Task<ReadMessage> ReadAsync(
        OpenMessage source,
        SafeFileHandle? destination,
        TenantKeyring keyring,
        UnprotectOptions options,
        IProgress<long>? progress,
        CancellationToken cancellationToken) =>
        source.ReadAsync(reader, destination, keyring, OptionsOf(keyring, options), progress, cancellationToken);

    /// <summary>Verifies the tag of a header; the body is not looked at.</summary>
    /// <param name="header">The header.</param>
    /// <param name="keyring">Of <see cref="NewKeyring"/>.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>When it is verified.</returns>
    public ValueTask<MessageHeader> AuthenticateAsync(MessageHeader header, TenantKeyring keyring, UnprotectOptions options, CancellationToken cancellationToken) =>
        reader.AuthenticateHeaderAsync(header, keyring, OptionsOf(keyring, options), cancellationToken);

    /// <summary>Reads a message in memory.</summary>
    public async ValueTask<(UnprotectedValue Value, MessageHeader Header)> ReadValueAsync(
        Operation operation, ReadOnlyMemory<byte> message, UnprotectOptions options, ReadIntents? intents, CancellationToken cancellationToken)
    {
        using TenantKeyring keyring = NewKeyring(operation, options, intents);
        OpenedValue opened = await reader.ReadValueAsync(message, keyring, OptionsOf(keyring, options), cancellationToken).ConfigureAwait(false);
        return (new UnprotectedValue(opened.Plaintext, keyring.Tenant?.TenantId, Convert.ToHexStringLower(opened.Header.MessageId.Span)), opened.Header);
    }

    /// <summary>Reads a message stream, frame by frame.</summary>
    /// <param name="operation">The operation that reads.</param>
    /// <param name="source">The message.</param>
    /// <param name="destination">Receives each frame that is verified.</param>
    /// <param name="options">How.</param>
    /// <param name="intents">Told before plaintext leaves.</param>
    /// <param name="opened">Is told how far it came, and whose message it is.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    public async Task<UnprotectedStream> ReadStreamAsync(
        Operation operation,
        Stream source,
        Stream destination,
        UnprotectOptions options,
        ReadIntents intents,
        OpenedBytes opened,
        CancellationToken cancellationToken)
    {
        using TenantKeyring keyring = NewKeyring(operation, options, intents);
        try
        {
            ReadMessage read = await reader.ReadFrameByFrameAsync(
                source, destination, keyring, OptionsOf(keyring, options), opened, cancellationToken).ConfigureAwait(false);
            return new UnprotectedStream(keyring.Tenant?.TenantId, Convert.ToHexStringLower(read.Header.MessageId.Span), read.PlaintextLength);
        }
        finally
        {
            opened.TenantId = keyring.Tenant?.TenantId;
        }
    }

    /// <summary>Verifies every byte of a message of a tenant.</summary>
    /// <exception cref="TenantEncryptionException">It does not verify, or is another message.</exception>
    public async Task VerifyAsync(Operation operation, string path, string tenantId, string messageId, CancellationToken cancellationToken)
    {
        var options = new UnprotectOptions { TenantId = tenantId };
        OpenMessage source = await OpenAsync(new FileRequest(path, path), cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable disposed = source.ConfigureAwait(false);
        using TenantKeyring keyring = NewKeyring(operation, options);
        ReadMessage read = await ReadAsync(source, null, keyring, options, null, cancellationToken).ConfigureAwait(false);
        if (Convert.ToHexStringLower(read.Header.MessageId.Span) != messageId)
        {
            throw new TenantEncryptionException(ErrorCodes.MessageSubstituted, $"'{path}' is another message than the one that was written there.");
        }
    }

    /// <summary>Opens a message file.</summary>
    /// <exception cref="TenantEncryptionException"><c>SOURCE_NOT_FOUND</c>, <c>INVALID_INPUT</c>, <c>STORAGE_FAILED</c>.</exception>
    public SafeFileHandle OpenFile(string path, bool followLink = true) => SourceFile.Open(effects, path, followLink);

    /// <summary>Opens a message that was planned.</summary>
    /// <exception cref="TenantEncryptionException"><c>SOURCE_NOT_FOUND</c>, <c>INVALID_INPUT</c>, <c>STORAGE_FAILED</c>, and a bucket's.</exception>
    public async ValueTask<OpenMessage> OpenAsync(FileRequest file, CancellationToken cancellationToken)
    {
        if (!ObjectAddress.IsOne(file.Source))
        {
            return new OpenMessage(OpenFile(file.Source, followLink: !file.IsListed));
        }

        ObjectAddress address = ObjectAddress.Parse(file.Source);
        return new OpenMessage(await spaces.Bucket(address.Bucket).Bucket.OpenAsync(address.Key, default, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Whether a message could not be judged at all, as opposed to being judged unreadable.</summary>
    public static bool IsInability(TenantEncryptionException exception) =>
        exception.Definition.Kind is ErrorKind.Storage or ErrorKind.Unavailable or ErrorKind.Authentication or ErrorKind.Unknown
        || exception.Code is ErrorCodes.TenantNotFound or ErrorCodes.ContextMismatch;

    /// <summary>
    /// Finds the files that are not the messages which the catalog knows at their paths. A message that another one took the place of by right, while it was
    /// read, is not one that somebody put there: it is read again.
    /// </summary>
    /// <param name="files">How many there are.</param>
    /// <param name="seen">What was read of the file of a number.</param>
    /// <param name="readAgain">Reads it again.</param>
    /// <returns>What is to be said of each file, or <see langword="null"/>.</returns>
    public async Task<string?[]> FindSubstitutionsAsync(int files, Func<int, SeenFile> seen, Func<int, ValueTask> readAgain)
    {
        string?[] found = await FindSubstitutionsAsync(files, seen).ConfigureAwait(false);
        for (int times = 0; times < MostReads; times++)
        {
            List<int> replaced = [];
            for (int index = 0; index < files; index++)
            {
                if (found[index] is not null && await MarkAtAsync(seen(index).Path).ConfigureAwait(false) != seen(index).Mark)
                {
                    replaced.Add(index);
                }
            }

            if (replaced.Count == 0)
            {
                break;
            }

            foreach (int index in replaced)
            {
                await readAgain(index).ConfigureAwait(false);
            }

            found = await FindSubstitutionsAsync(files, seen).ConfigureAwait(false);
        }

        return found;
    }

    /// <summary>A substitution as a warning, or, where the caller is strict, an error.</summary>
    /// <exception cref="TenantEncryptionException"><c>MESSAGE_SUBSTITUTED</c>.</exception>
    public static string? Judge(string? substitution, UnprotectOptions options) =>
        substitution is null ? null
        : options.Strict ? throw new TenantEncryptionException(ErrorCodes.MessageSubstituted, substitution)
        : $"{ErrorCodes.MessageSubstituted}: {substitution} {ErrorCatalog.Get(ErrorCodes.MessageSubstituted).Remedy}";

    /// <summary>How a message is read with a keyring.</summary>
    public static MessageReaderOptions OptionsOf(TenantKeyring keyring, UnprotectOptions options) => new()
    {
        Limits = options.Limits,
        AllowNonCommitting = options.AllowNonCommitting,
        RequiredEncryptionContext = options.EncryptionContext is null ? EncryptionContext.Empty : new EncryptionContext(options.EncryptionContext),
        DegreeOfParallelism = options.DegreeOfParallelism,
        OnHeader = keyring.OnHeaderAsync,
        BeforeFrames = keyring.BeforeFramesAsync,
    };

    private async ValueTask<MessageMark?> MarkAtAsync(string path)
    {
        if (!ObjectAddress.IsOne(path))
        {
            return new MessageMark(FileMark.At(path), null);
        }

        ObjectAddress address = ObjectAddress.Parse(path);
        try
        {
            ObjectState? there = await spaces.Bucket(address.Bucket).Bucket.FindAsync(address.Key, null, CancellationToken.None).ConfigureAwait(false);
            return there is null ? null : new MessageMark(null, there.ETag);
        }
        catch (TenantEncryptionException)
        {
            // It can't be told, so that it is read again, which says why.
            return null;
        }
    }

    private Task<string?[]> FindSubstitutionsAsync(int files, Func<int, SeenFile> seen) =>
        work.ReadAsync(
            async transaction =>
            {
                var found = new string?[files];
                int[] read = [.. Enumerable.Range(0, files).Where(index => seen(index).MessageId is not null)];
                foreach (IGrouping<IObjectSpace, int> some in read.GroupBy(index => spaces.Of(seen(index).Path)))
                {
                    IObjectSpace space = some.Key;
                    (int Index, string Key)[] keys = [.. some.Select(index => (index, space.KeyOf(space.NameOf(seen(index).Path))))];
                    IReadOnlyDictionary<string, string> known = await transaction.Catalog.FindMessageIdsAsync(
                        space.Address, Array.ConvertAll(keys, one => one.Key)).ConfigureAwait(false);
                    foreach ((int index, string key) in keys)
                    {
                        (string path, string? messageId, _) = seen(index);
                        if (known.TryGetValue(key, out string? there)
                            && there != messageId
                            && (await transaction.Catalog.FindPendingAsync([messageId!]).ConfigureAwait(false)).Count == 0)
                        {
                            found[index] = $"'{path}' is message {messageId}, but the catalog knows message {there} there.";
                        }
                    }
                }

                return found;
            },
            CancellationToken.None);
}

/// <summary>What was read of a file.</summary>
/// <param name="Path">The file.</param>
/// <param name="MessageId">The message id; <see langword="null"/> when it could not be read.</param>
/// <param name="Mark">Which file it was, and when it was last written.</param>
internal readonly record struct SeenFile(string Path, string? MessageId, MessageMark? Mark);
