using System.Collections.Concurrent;
using System.Diagnostics;
using TenantEncryption.Changes;
using TenantEncryption.Data.Batches;
using TenantEncryption.Data.Reading;
using TenantEncryption.Data.Wraps;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Telemetry;
using TenantEncryption.Tenants;

namespace TenantEncryption.Data;

/// <summary>
/// One command's work on data, or a service's for as long as it likes. What is read is told before the first plaintext leaves; values and
/// reads are counted and become events when the session is disposed; files become events batch by batch, with their catalog entries. Thread-safe.
/// </summary>
public sealed class DataSession : IAsyncDisposable
{
    // How many values are told of before they are read: few at first, and many where many are read.
    private const long FirstValues = 16;
    private const long MostValues = 65_536;

    private readonly Operation _operation;
    private readonly FileWork _files;
    private readonly ValueWork _values;
    private readonly ReadTally _tally;
    private readonly ReadIntents _intents;
    private readonly Action<DataSession> _onEnded;
    private readonly ConcurrentDictionary<string, EncryptionContext> _contexts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, WrapBudget> _budgets = new(StringComparer.Ordinal);
    private Task? _ended;

    internal DataSession(UnitOfWork work, FileWork files, ValueWork values, Action<DataSession> onEnded)
    {
        (_operation, _files, _values, _onEnded) = (work.Begin("Data"), files, values, onEnded);
        (_tally, _intents) = (new ReadTally(work), new ReadIntents(work, "values", FirstValues, MostValues, isOneCommand: false));
    }

    /// <summary>
    /// Protects files, in batches: as many as are written in about a second, and not more than 512. Outcomes come in the order of the files, batch by
    /// batch; a file that fails does not stop the rest.
    /// </summary>
    /// <param name="tenantId">Whose data it is.</param>
    /// <param name="files">Inputs and outputs, as <see cref="FilePlanner"/> plans them. An output may be the address of an object; outcomes of such come last.</param>
    /// <param name="options">How; <see langword="null"/> for the default.</param>
    /// <param name="progress">Told of bytes and files, from any thread.</param>
    /// <param name="cancellationToken">Stops; the batch that is being written leaves nothing behind, those before it stay.</param>
    /// <returns>How each file went.</returns>
    /// <exception cref="TenantEncryptionException"><c>TENANT_NOT_FOUND</c>, <c>CONTEXT_MISMATCH</c>, <c>LEASE_LOST</c>, what the provider answers, or the store's.</exception>
    public IAsyncEnumerable<FileOutcome<ProtectedFile>> ProtectFilesAsync(
        string tenantId,
        IReadOnlyList<FileRequest> files,
        ProtectOptions? options = null,
        IProgress<DataProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        RequireOpen();
        ProtectOptions how = options ?? ProtectOptions.Default;
        FileRequest[] objects = [.. files.Where(PlannedObjects.IsOne)];
        FileRequest[] whole = PlannedFiles.Prepare(
            _files.Effects,
            objects.Length == 0 ? files : [.. files.Where(file => !PlannedObjects.IsOne(file))],
            FilePlanner.ClaimsToProtect(_files.Effects),
            how.Force,
            how.SkipExisting,
            _files.Time.GetUtcNow(),
            _operation.WarnOnce);
        IAsyncEnumerable<FileOutcome<ProtectedFile>> outcomes = PlannedFiles.RunAsync(
            _files.Effects, whole, work => _files.Protector.ProtectAsync(_operation, tenantId, work, how, SumOf(progress, work), cancellationToken), cancellationToken);
        if (objects.Length > 0)
        {
            outcomes = outcomes.Concat(PlannedFiles.RunAsync(
                _files.Effects,
                PlannedObjects.Prepare(objects, FilePlanner.ClaimsToProtect(_files.Effects)),
                work => _files.ObjectProtector.ProtectAsync(_operation, tenantId, work, how, SumOf(progress, work), cancellationToken),
                cancellationToken));
        }

        return FileActivity.AroundAsync(DataTelemetry.Protect, tenantId, outcomes, file => file.Length, cancellationToken);
    }

    /// <summary>
    /// Unprotects files, in batches as <see cref="ProtectFilesAsync"/> does: every byte is verified, and on the disk, before a destination has its name.
    /// </summary>
    /// <param name="files">Inputs and outputs.</param>
    /// <param name="options">How; <see langword="null"/> for the default.</param>
    /// <param name="progress">Told of bytes and files, from any thread.</param>
    /// <param name="cancellationToken">Stops; the batch that is being read leaves nothing behind, those before it stay.</param>
    /// <returns>How each file went, in order.</returns>
    public IAsyncEnumerable<FileOutcome<UnprotectedFile>> UnprotectFilesAsync(
        IReadOnlyList<FileRequest> files,
        UnprotectOptions? options = null,
        IProgress<DataProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        RequireOpen();
        UnprotectOptions how = options ?? UnprotectOptions.Default;
        FileRequest[] whole = PlannedFiles.Prepare(_files.Effects, [.. files.Select(PlannedObjects.RefusePlaintext)], FilePlanner.ClaimsToUnprotect(_files.Effects), how.Force, how.SkipExisting, _files.Time.GetUtcNow(), _operation.WarnOnce);
        IAsyncEnumerable<FileOutcome<UnprotectedFile>> outcomes = PlannedFiles.RunAsync(
            _files.Effects, whole, work => _files.Unprotector.UnprotectAsync(_operation, work, how, _tally, SumOf(progress, work), cancellationToken), cancellationToken);
        return FileActivity.AroundAsync(DataTelemetry.Unprotect, how.TenantId, outcomes, file => file.Length, cancellationToken);
    }

    /// <summary>Verifies every byte of files and writes nothing. A file that does not verify is a result; one that can't be judged an error.</summary>
    /// <param name="paths">The full paths of messages.</param>
    /// <param name="options">How; <see langword="null"/> for the default.</param>
    /// <param name="progress">Told of bytes and files, from any thread.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>How each file went, in order.</returns>
    public IAsyncEnumerable<FileOutcome<MessageTestResult>> TestFilesAsync(
        IReadOnlyList<string> paths,
        UnprotectOptions? options = null,
        IProgress<DataProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return TestFilesAsync([.. paths.Select(path => new FileRequest(path, path))], options, progress, cancellationToken);
    }

    /// <summary>Verifies every byte of files and writes nothing. A file that does not verify is a result; one that can't be judged an error.</summary>
    /// <param name="files">Messages, as <see cref="FilePlanner.ForTest"/> plans them.</param>
    /// <param name="options">How; <see langword="null"/> for the default.</param>
    /// <param name="progress">Told of bytes and files, from any thread.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>How each file went, in order.</returns>
    public IAsyncEnumerable<FileOutcome<MessageTestResult>> TestFilesAsync(
        IReadOnlyList<FileRequest> files,
        UnprotectOptions? options = null,
        IProgress<DataProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        RequireOpen();
        UnprotectOptions how = options ?? UnprotectOptions.Default;
        return PlannedFiles.RunAsync(
            _files.Effects,
            [.. files.Select(PlannedFiles.Normalize)],
            work => _files.Tester.TestAsync(_operation, work, how, _tally, SumOf(progress, work), cancellationToken),
            cancellationToken);
    }

    /// <summary>Protects a value in memory.</summary>
    /// <param name="tenantId">Whose data it is.</param>
    /// <param name="plaintext">The value, of any length up to what an array holds; empty is valid.</param>
    /// <param name="options">How; <see langword="null"/> for the default.</param>
    /// <param name="cancellationToken">Ends waiting for the provider or the store.</param>
    /// <returns>The message.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="ProtectFilesAsync"/>.</exception>
    public async ValueTask<byte[]> ProtectValueAsync(
        string tenantId, ReadOnlyMemory<byte> plaintext, ProtectOptions? options = null, CancellationToken cancellationToken = default)
    {
        RequireOpen();
        options ??= ProtectOptions.Default;
        using Activity? activity = DataTelemetry.Protect.Begin(DataKind.Value, tenantId);
        try
        {
            TenantKeyState state = await TakeWrapAsync(tenantId, cancellationToken).ConfigureAwait(false);
            using MessageMaterials materials = await _values.Materials.MakeAsync(
                _operation, state, ContextOf(state.Tenant, options), cancellationToken).ConfigureAwait(false);
            byte[] message = _values.Writer.Write(plaintext.Span, materials, options.FrameLength ?? MessageWriterOptions.DefaultFrameLength);
            DataTelemetry.Protect.Count(DataKind.Value, plaintext.Length, activity);
            return message;
        }
        catch (Exception error)
        {
            DataTelemetry.Protect.Fail(DataKind.Value, error, activity);
            throw;
        }
    }

    /// <summary>Unprotects a value in memory.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="options">How; <see langword="null"/> for the default.</param>
    /// <param name="cancellationToken">Ends waiting for the provider.</param>
    /// <returns>The value, verified to its last byte.</returns>
    /// <exception cref="TenantEncryptionException">Why it can't be read.</exception>
    public async ValueTask<UnprotectedValue> UnprotectValueAsync(
        ReadOnlyMemory<byte> message, UnprotectOptions? options = null, CancellationToken cancellationToken = default)
    {
        RequireOpen();
        options ??= UnprotectOptions.Default;
        using Activity? activity = DataTelemetry.Unprotect.Begin(DataKind.Value, options.TenantId);
        try
        {
            (UnprotectedValue value, _) = await _values.Reader.ReadValueAsync(_operation, message, options, _intents, cancellationToken).ConfigureAwait(false);
            _tally.Value(EventTypes.DataUnprotected, value.TenantId, value.Plaintext.Length, failed: false);
            DataTelemetry.Unprotect.Count(DataKind.Value, value.Plaintext.Length, activity);
            activity?.SetTag(TelemetryTags.TenantId, value.TenantId);
            return value;
        }
        catch (Exception error)
        {
            if (error is TenantEncryptionException)
            {
                _tally.Value(EventTypes.DataUnprotected, options.TenantId, 0, failed: true);
            }

            DataTelemetry.Unprotect.Fail(DataKind.Value, error, activity);
            throw;
        }
    }

    /// <summary>
    /// Protects a stream of any length, in memory that does not grow with it. The message is the caller's to keep, as that of a value is: the catalog does not
    /// know it, so a migration that writes messages anew does not find it, and in the log it counts as a value.
    /// </summary>
    /// <param name="tenantId">Whose data it is.</param>
    /// <param name="source">The plaintext, from its position to its end; it need not be seekable, and is not closed.</param>
    /// <param name="destination">Receives the message; not closed. When this throws, it holds an unfinished message, which the caller discards: none that is cut anywhere opens whole.</param>
    /// <param name="options">How; <see langword="null"/> for the default. What concerns files is not looked at.</param>
    /// <param name="cancellationToken">Ends waiting, and stops between frames.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="ProtectFilesAsync"/>; <c>LIMIT_EXCEEDED</c>: more than 2³²−1 frames.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    public async Task<ProtectedStream> ProtectStreamAsync(
        string tenantId, Stream source, Stream destination, ProtectOptions? options = null, CancellationToken cancellationToken = default)
    {
        RequireOpen();
        options ??= ProtectOptions.Default;
        using Activity? activity = DataTelemetry.Protect.Begin(DataKind.Stream, tenantId);
        try
        {
            TenantKeyState state = await TakeWrapAsync(tenantId, cancellationToken).ConfigureAwait(false);
            using MessageMaterials materials = await _values.Materials.MakeAsync(
                _operation, state, ContextOf(state.Tenant, options), cancellationToken).ConfigureAwait(false);
            var how = new MessageWriterOptions
            {
                FrameLength = options.FrameLength ?? MessageWriterOptions.DefaultFrameLength,
                DegreeOfParallelism = options.DegreeOfParallelism,
            };
            WrittenMessage written = await _values.Writer.WriteAsync(source, destination, materials, how, null, cancellationToken).ConfigureAwait(false);
            DataTelemetry.Protect.Count(DataKind.Stream, written.PlaintextLength, activity);
            return new ProtectedStream(tenantId, Convert.ToHexStringLower(written.MessageId.Span), written.PlaintextLength, written.MessageLength);
        }
        catch (Exception error)
        {
            DataTelemetry.Protect.Fail(DataKind.Stream, error, activity);
            throw;
        }
    }

    /// <summary>
    /// Unprotects a stream, in memory that does not grow with it. <b>Each frame is given out when it is verified, which is before the frames after it
    /// are</b>; the last one, only when the end of the message is verified, too. So nothing that was altered comes out, but what was cut or altered further
    /// on is known later: when this throws, the caller undoes what it did with what it got. Who can't (an HTTP response that has begun can only be
    /// aborted) verifies first (<see cref="TestFilesAsync(IReadOnlyList{string}, UnprotectOptions?, IProgress{DataProgress}?, CancellationToken)"/>), or writes to a temporary file.
    /// <para>That it is read is on record before the first byte is given out.</para>
    /// </summary>
    /// <param name="source">The message, from its position to its end; it need not be seekable, and is not closed.</param>
    /// <param name="destination">Receives the plaintext; not closed.</param>
    /// <param name="options">How; <see langword="null"/> for the default. Without a tenant's id, it is the tenant that the message names: a service that serves many gives the id.</param>
    /// <param name="cancellationToken">Ends waiting, and stops between frames.</param>
    /// <returns>What was read, verified to its last byte.</returns>
    /// <exception cref="TenantEncryptionException">Why it can't be read.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    public async Task<UnprotectedStream> UnprotectStreamAsync(
        Stream source, Stream destination, UnprotectOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        RequireOpen();
        options ??= UnprotectOptions.Default;
        using Activity? activity = DataTelemetry.Unprotect.Begin(DataKind.Stream, options.TenantId);
        var opened = new OpenedBytes();
        try
        {
            UnprotectedStream read = await _values.Reader.ReadStreamAsync(
                _operation, source, destination, options, _intents, opened, cancellationToken).ConfigureAwait(false);
            _tally.Value(EventTypes.DataUnprotected, read.TenantId, read.Length, failed: false);
            DataTelemetry.Unprotect.Count(DataKind.Stream, read.Length, activity);
            activity?.SetTag(TelemetryTags.TenantId, read.TenantId);
            return read;
        }
        catch (Exception error)
        {
            // Of what failed half-way, a part was given out: it counts, whoever was at fault.
            _tally.Value(EventTypes.DataUnprotected, opened.TenantId ?? options.TenantId, opened.Most, failed: true);
            DataTelemetry.Unprotect.Fail(DataKind.Stream, error, activity);
            throw;
        }
    }

    /// <summary>Verifies every byte of a value. One that does not verify is a result, not an exception.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="options">How; <see langword="null"/> for the default.</param>
    /// <param name="cancellationToken">Ends waiting for the provider.</param>
    /// <returns>The result.</returns>
    public async ValueTask<MessageTestResult> TestValueAsync(
        ReadOnlyMemory<byte> message, UnprotectOptions? options = null, CancellationToken cancellationToken = default)
    {
        RequireOpen();
        options ??= UnprotectOptions.Default;
        MessageTestResult result;
        try
        {
            (UnprotectedValue value, _) = await _values.Reader.ReadValueAsync(_operation, message, options, null, cancellationToken).ConfigureAwait(false);
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(value.Plaintext);
            result = new MessageTestResult
            {
                Code = ErrorCodes.Success,
                TenantId = value.TenantId,
                MessageId = value.MessageId,
                Length = value.Plaintext.Length,
            };
        }
        catch (TenantEncryptionException exception) when (!TenantMessageReader.IsInability(exception))
        {
            result = new MessageTestResult { Code = exception.Code, Detail = exception.Detail, TenantId = options.TenantId };
        }

        _tally.Value(EventTypes.DataTested, result.TenantId, result.Length, !result.Success);
        return result;
    }

    /// <summary>Gives back unused reservations and records what was done. Only the first call does, and each returns when it is done.</summary>
    public ValueTask DisposeAsync()
    {
        var ending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return Interlocked.CompareExchange(ref _ended, ending.Task, null) is { } ended ? new ValueTask(ended) : EndAsync(ending);
    }

    private async ValueTask EndAsync(TaskCompletionSource ending)
    {
        try
        {
            await EndAsync().ConfigureAwait(false);
        }
        finally
        {
            // What went wrong is the first caller's to know; for all others the session has ended.
            _onEnded(this);
            ending.SetResult();
        }
    }

    // One that can't be written now must not keep the others from it.
    private async Task EndAsync()
    {
        var failures = new List<TenantEncryptionException>();
        foreach (WrapBudget budget in _budgets.Values)
        {
            await TryAsync(budget.CloseAsync(_operation).AsTask(), failures).ConfigureAwait(false);
            await budget.DisposeAsync().ConfigureAwait(false);
        }

        await TryAsync(_tally.RecordAsync(_operation), failures).ConfigureAwait(false);
        _intents.Dispose();
        await _operation.DisposeAsync().ConfigureAwait(false);
        if (failures.Count > 0)
        {
            throw failures[0];
        }
    }

    private static async Task TryAsync(Task ending, List<TenantEncryptionException> failures)
    {
        try
        {
            await ending.ConfigureAwait(false);
        }
        catch (TenantEncryptionException failure)
        {
            failures.Add(failure);
        }
    }

    private void RequireOpen() => ObjectDisposedException.ThrowIf(_ended is not null, this);

    private async ValueTask<TenantKeyState> TakeWrapAsync(string tenantId, CancellationToken cancellationToken)
    {
        TenantKeyState state = await _values.Leases.StateAsync(tenantId, cancellationToken).ConfigureAwait(false);
        WrapBudget budget = _budgets.GetOrAdd(tenantId, static (one, values) => new WrapBudget(values.Work, values.Reservations, one), _values);
        return await budget.TakeAsync(_operation, state, cancellationToken).ConfigureAwait(false);
    }

    // Most values add no pairs: their context is the tenant's own, made once.
    private EncryptionContext ContextOf(EncryptionTenant tenant, ProtectOptions options) =>
        options.EncryptionContext is { Count: > 0 }
            ? TenantContext.Of(tenant, options.EncryptionContext)
            : _contexts.GetOrAdd(tenant.TenantId, static (_, one) => TenantContext.Of(one, null), tenant);

    private static FileProgress SumOf(IProgress<DataProgress>? progress, FileRequest[] files) =>
        new(progress, progress is null ? [] : Array.ConvertAll(files, file => file.Source));
}
