using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Changes;
using TenantEncryption.Data.Cataloguing;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
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
    private readonly ReachableSpaces _spaces;
    private readonly ConcurrentDictionary<DataSession, bool> _sessions = new();

    internal TenantDataProtector(UnitOfWork work, ContextKeys contextKeys, FileWork files, ValueWork values, CatalogWork catalog, ReachableSpaces spaces) =>
        (_work, _contextKeys, _files, _values, _catalog, _spaces) = (work, contextKeys, files, values, catalog, spaces);

    /// <summary>Begins a session: one command, or a service's work. The caller disposes it; one that is left open ends with the service.</summary>
    /// <returns>The session.</returns>
    public DataSession BeginSession()
    {
        var session = new DataSession(_work, _files, _values, ended => _sessions.TryRemove(ended, out _));
        _sessions[session] = true;
        return session;
    }

    /// <summary>Reads the header of a message. It is not authenticated: anyone could have written what it says.</summary>
    /// <param name="path">The full path of a file, or the address of an object.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>What the header says.</returns>
    /// <exception cref="TenantEncryptionException"><c>SOURCE_NOT_FOUND</c>, <c>NOT_A_MESSAGE</c>, <c>MESSAGE_TRUNCATED</c>, <c>LIMIT_EXCEEDED</c>.</exception>
    public async Task<MessageInfo> ReadHeaderAsync(string path, CancellationToken cancellationToken = default)
    {
        MessageHeader header = await ReadMessageHeaderAsync(path, cancellationToken).ConfigureAwait(false);
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
                    Path = _spaces.PathOf(entry.Space, entry.Name),
                    Space = entry.Space,
                    Name = entry.Name,
                    Version = entry.Version.Length == 0 ? null : entry.Version,
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
    /// Links are not followed. Or addresses of one bucket: of a prefix (<c>s3://bucket/prefix/</c>), the objects below it whose keys end so; of an object, whatever its key.
    /// </param>
    /// <param name="options">How; <see langword="null"/> for the default.</param>
    /// <returns>The update.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: files and objects, objects of several buckets, or what is no address.</exception>
    public CatalogUpdate BeginCatalogUpdate(IReadOnlyList<string> paths, CatalogUpdateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        string[] buckets = [.. paths.Where(ObjectAddress.IsOne).Select(path => ObjectAddress.Parse(path).Bucket).Distinct(StringComparer.Ordinal)];
        CatalogWork work = buckets.Length == 0 ? _catalog
            : buckets.Length == 1 && paths.All(ObjectAddress.IsOne) ? _catalog with { Space = _spaces.Bucket(buckets[0]) }
            : throw new TenantEncryptionException(ErrorCodes.InvalidInput, "The catalog is brought up to date with files, or with the objects of one bucket, at a time.");
        return new CatalogUpdate(work, paths, options ?? CatalogUpdateOptions.Default);
    }

    /// <summary>
    /// Plans the reading of files, folders and objects, as <see cref="FilePlanner.ForUnprotect"/> does for files and folders. An address that ends with a slash
    /// means the objects below it whose keys end with <see cref="FilePlanner.Extension"/>.
    /// </summary>
    /// <param name="sources">Full paths, and addresses of objects.</param>
    /// <param name="destination">The folder for the outputs, or <see langword="null"/> for beside their sources, which objects can't have.</param>
    /// <param name="outFile">The one output's full path, for one input, or <see langword="null"/>.</param>
    /// <param name="recurse">Whether folders are walked whole, and keys with further slashes are taken.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <returns>The plan: files first, then objects.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: destination and output file together, or an output file for other than one input.</exception>
    public async Task<IReadOnlyList<FileRequest>> PlanUnprotectAsync(
        IReadOnlyList<string> sources, string? destination, string? outFile, bool recurse, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sources);
        List<string> objects = [.. sources.Where(ObjectAddress.IsOne).Distinct(StringComparer.Ordinal)];
        if (objects.Count == 0)
        {
            return FilePlanner.ForUnprotect(sources, destination, outFile, recurse, cancellationToken);
        }

        if (outFile is not null && (sources.Count != 1 || ObjectAddress.Parse(objects[0]).IsPrefix))
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "An output file is for one input.");
        }

        PlanRules rules = PlanRules.Unprotecting(isNamed: destination is not null || outFile is not null);
        var plan = new List<FileRequest>();
        List<string> files = [.. sources.Where(source => !ObjectAddress.IsOne(source))];
        if (files.Count > 0 || (destination is not null && outFile is not null))
        {
            plan.AddRange(FilePlanner.ForUnprotect(files, destination, outFile, recurse, cancellationToken));
        }

        foreach (string source in objects)
        {
            plan.AddRange(await ObjectPlanner.PlanAsync(_spaces, source, Output, recurse, cancellationToken).ConfigureAwait(false));
        }

        FilePlanner.RefuseTakenTargets(plan, file => ObjectAddress.IsOne(file.Source) || FilePlanner.ClaimsToUnprotect(_files.Effects)(file));
        return plan;

        string Output(string name) => outFile ?? (destination is null
            ? throw new TenantEncryptionException(ErrorCodes.InvalidInput, "What comes of an object needs a place on this machine: name the output or its folder.")
            : Path.Join(destination, rules.Rename(name.Replace('/', Path.DirectorySeparatorChar))));
    }

    /// <summary>Plans the verification of files, folders and objects.</summary>
    /// <param name="sources">Full paths, and addresses of objects.</param>
    /// <param name="recurse">Whether folders are walked whole, and keys with further slashes are taken.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <returns>The plan, as that of <see cref="PlanUnprotectAsync"/>; nothing is written.</returns>
    public async Task<IReadOnlyList<FileRequest>> PlanTestAsync(IReadOnlyList<string> sources, bool recurse, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sources);
        var plan = new List<FileRequest>(FilePlanner.ForTest([.. sources.Where(source => !ObjectAddress.IsOne(source))], recurse, cancellationToken));
        foreach (string source in sources.Where(ObjectAddress.IsOne).Distinct(StringComparer.Ordinal))
        {
            plan.AddRange(await ObjectPlanner.PlanAsync(_spaces, source, output: null, recurse, cancellationToken).ConfigureAwait(false));
        }

        return plan;
    }

    /// <summary>Ends the sessions that are open.</summary>
    internal async ValueTask EndSessionsAsync()
    {
        foreach (DataSession session in _sessions.Keys)
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<MessageHeader> ReadMessageHeaderAsync(string path, CancellationToken cancellationToken)
    {
        if (ObjectAddress.IsOne(path))
        {
            ObjectAddress address = ObjectAddress.Parse(path);
            return (await _spaces.Bucket(address.Bucket).ReadHeaderAsync(address.Key, null, MessageLimits.OfHeader, cancellationToken).ConfigureAwait(false)).Header;
        }

        using SafeFileHandle source = _values.Reader.OpenFile(path);
        return await MessageReader.ReadHeaderAsync(source, MessageLimits.OfHeader, cancellationToken).ConfigureAwait(false);
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
