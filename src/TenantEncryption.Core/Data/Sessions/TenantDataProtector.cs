using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Changes;
using TenantEncryption.Data.Cataloguing;
using TenantEncryption.Envelope;
using TenantEncryption.Files;
using TenantEncryption.Spaces;

namespace TenantEncryption.Data;

/// <summary>Protects and reads tenants' data, and tells what is known of messages.</summary>
public sealed class TenantDataProtector
{
    private const int PageSize = 512;

    private readonly UnitOfWork _work;
    private readonly ContextKeys _contextKeys;
    private readonly FileWork _files;
    private readonly ValueWork _values;
    private readonly CatalogWork _catalog;
    private readonly IObjectSpace _space;
    private readonly ConcurrentDictionary<DataSession, bool> _sessions = new();

    internal TenantDataProtector(UnitOfWork work, ContextKeys contextKeys, FileWork files, ValueWork values, CatalogWork catalog, IObjectSpace space) =>
        (_work, _contextKeys, _files, _values, _catalog, _space) = (work, contextKeys, files, values, catalog, space);

    /// <summary>Begins a session: one command, or a service's work. The caller disposes it; one that is left open ends with the service.</summary>
    /// <returns>The session.</returns>
    public DataSession BeginSession()
    {
        var session = new DataSession(_work, _files, _values, ended => _sessions.TryRemove(ended, out _));
        _sessions[session] = true;
        return session;
    }

    /// <summary>Reads the header of a message file. It is not authenticated: anyone could have written what it says.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>What the header says.</returns>
    /// <exception cref="TenantEncryptionException"><c>SOURCE_NOT_FOUND</c>, <c>NOT_A_MESSAGE</c>, <c>MESSAGE_TRUNCATED</c>, <c>LIMIT_EXCEEDED</c>.</exception>
    public async Task<MessageInfo> ReadHeaderAsync(string path, CancellationToken cancellationToken = default)
    {
        using SafeFileHandle source = _values.Reader.OpenMessage(path);
        MessageHeader header = await MessageReader.ReadHeaderAsync(source, MessageLimits.OfHeader, cancellationToken).ConfigureAwait(false);
        if (!_contextKeys.Named(header.Context).Any())
        {
            await _contextKeys.LearnAsync(cancellationToken).ConfigureAwait(false);
        }

        return Describe(header, _contextKeys.Named(header.Context)) with { Path = path };
    }

    /// <summary>Reads the headers of message files, none of which is authenticated; one that can't be read does not stop the rest.</summary>
    /// <param name="paths">The full paths.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    /// <returns>What each header says, in order.</returns>
    public async IAsyncEnumerable<FileOutcome<MessageInfo>> ReadHeadersAsync(
        IReadOnlyList<string> paths, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (string path in paths)
        {
            MessageInfo? header = null;
            TenantEncryptionException? failure = await FileFailure.CatchAsync(
                path, "read", async () => header = await ReadHeaderAsync(path, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            yield return failure is null
                ? new FileOutcome<MessageInfo> { Source = path, Result = header }
                : FileOutcome<MessageInfo>.Failed(path, failure);
        }
    }

    /// <summary>Reads the header of a message in memory, without a store: the tenant is told where its platform is built in. It is not authenticated.</summary>
    /// <param name="message">The message, or its start.</param>
    /// <returns>What the header says.</returns>
    /// <exception cref="TenantEncryptionException"><c>NOT_A_MESSAGE</c>, <c>MESSAGE_TRUNCATED</c>, <c>LIMIT_EXCEEDED</c>.</exception>
    public static MessageInfo ReadHeader(ReadOnlyMemory<byte> message)
    {
        MessageHeader header = MessageReader.ReadHeader(message.Span, MessageLimits.OfHeader);
        return Describe(header, ContextKeys.NamedOnBuiltIn(header.Context));
    }

    /// <summary>Lists the catalog space by space in the order of names, from a catalog of any size.</summary>
    /// <param name="tenantId">Of this tenant.</param>
    /// <param name="providerId">Depending on this provider.</param>
    /// <param name="kekId">Under this key.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <returns>The messages.</returns>
    public async IAsyncEnumerable<MessageInfo> ListCatalogAsync(
        string? tenantId = null, string? providerId = null, string? kekId = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        CatalogEntry? after = null;
        while (true)
        {
            IReadOnlyList<CatalogEntry> page = await _work.ReadAsync(
                transaction => transaction.Catalog.ListAsync(tenantId, kekId, providerId, after, PageSize), cancellationToken).ConfigureAwait(false);
            foreach (CatalogEntry entry in page)
            {
                yield return new MessageInfo
                {
                    Path = entry.Space == _space.Address ? entry.Name : null,
                    Space = entry.Space,
                    Name = entry.Name,
                    TenantId = entry.TenantId,
                    MessageId = entry.MessageId,
                    KekId = entry.KekId,
                    Length = entry.Length,
                    CreatedAt = entry.CreatedAt,
                };
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            after = page[^1];
        }
    }

    /// <summary>
    /// Begins to bring the catalog up to date: after a database was restored, or files were copied in, moved or deleted. The caller disposes it.
    /// </summary>
    /// <param name="paths">
    /// Full paths of files and folders: of a folder, the files below it whose names end with <see cref="FilePlanner.Extension"/>; of a file, whatever its name.
    /// Links are not followed.
    /// </param>
    /// <param name="options">How; <see langword="null"/> for the default.</param>
    /// <returns>The update.</returns>
    public CatalogUpdate BeginCatalogUpdate(IReadOnlyList<string> paths, CatalogUpdateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return new CatalogUpdate(_catalog, paths, options ?? CatalogUpdateOptions.Default);
    }

    /// <summary>Ends the sessions that are open.</summary>
    internal async ValueTask EndSessionsAsync()
    {
        foreach (DataSession session in _sessions.Keys)
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static MessageInfo Describe(MessageHeader header, IEnumerable<string> namedTenants)
    {
        string? kekId = null;
        string? keyArn = null;
        foreach (EncryptedDataKey one in header.EncryptedDataKeys)
        {
            if (one.ProviderId == RawAesKeyWrap.TenantEncryptionProviderId && RawAesKeyWrap.TryReadKeyName(one, out string? name))
            {
                kekId ??= name;
            }
            else if (one.ProviderId == EncryptedDataKey.AwsKmsProviderId)
            {
                keyArn ??= System.Text.Encoding.UTF8.GetString(one.ProviderInfo.Span);
            }
        }

        string[] named = [.. namedTenants];
        return new MessageInfo
        {
            TenantId = named.Length == 1 ? named[0] : null,
            MessageId = Convert.ToHexStringLower(header.MessageId.Span),
            KekId = kekId,
            KeyArn = keyArn,
            FormatVersion = header.Version,
            AlgorithmSuite = $"0x{header.Suite.Id:X4}",
            FrameLength = header.FrameLength,
            EncryptionContext = header.Context,
            EncryptedDataKeys = header.EncryptedDataKeys.Count,
            Authenticated = false,
        };
    }
}
