using TenantEncryption.Files;

namespace TenantEncryption.Data.Protecting;

/// <summary>A file of a batch and how far it is. One thread works on it at a time.</summary>
/// <param name="request">Input and output.</param>
/// <param name="number">Its number among those of the command.</param>
internal sealed class BatchFile(FileRequest request, int number) : IDisposable
{
    private string? _skipped;
    private bool _isPassedOver;
    private string? _warning;

    /// <summary>Input and output.</summary>
    public FileRequest Request => request;

    /// <summary>Its number among those of the command.</summary>
    public int Number => number;

    /// <summary>What its source was when it was opened, where that matters.</summary>
    public SourceState? Source { get; set; }

    /// <summary>The message that it takes the place of, where it may take that of no other.</summary>
    public string? Replaces { get; set; }

    /// <summary>Its temporary file, once there is one.</summary>
    public OutputFile? Output { get; set; }

    /// <summary>Removes what took its name and is no file.</summary>
    public Func<Task>? Remove { get; set; }

    /// <summary>The version that stays of the object whose place it takes, where the space keeps older ones.</summary>
    public string? StayingVersion { get; set; }

    /// <summary>Whether nobody knows if the message has its name: its entry stays pending, and is settled later.</summary>
    public bool IsUnsettled { get; set; }

    /// <summary>Whether another message took its place as soon as it was there: it is not catalogued.</summary>
    public bool IsOvertaken { get; set; }

    /// <summary>Its message, once it is complete and on the disk; of an object, once it is known what will be written.</summary>
    public WrittenFile? Written { get; set; }

    /// <summary>Whether the message has its name.</summary>
    public bool IsNamed { get; set; }

    /// <summary>Why it failed.</summary>
    public TenantEncryptionException? Error { get; private set; }

    /// <summary>Whether the message keeps its name even if the power fails.</summary>
    public bool IsDurable => IsNamed && Error is null;

    /// <summary>Notes that the file is left alone.</summary>
    public void Skip(string why) => _skipped = why;

    /// <summary>Notes that the file is left alone, as its output exists.</summary>
    public void PassOver() => _isPassedOver = true;

    /// <summary>Notes that the file failed.</summary>
    public void Fail(TenantEncryptionException error) => Error = error;

    /// <summary>Notes what the user should know of a file that went well.</summary>
    public void Warn(string warning) => _warning = warning;

    /// <summary>Gives up a complete message that has no name yet.</summary>
    public void Drop()
    {
        Written = null;
        Output?.Dispose();
    }

    /// <summary>Gives the message's name back.</summary>
    /// <returns>What stood in the way.</returns>
    public TenantEncryptionException? Withdraw()
    {
        IsNamed = false;
        return FileFailure.Catch(request.Destination, "removed", Output!.Withdraw);
    }

    /// <summary>The same for what is no file.</summary>
    /// <returns>What stood in the way.</returns>
    public async ValueTask<TenantEncryptionException?> WithdrawAsync()
    {
        if (Remove is null)
        {
            return Withdraw();
        }

        IsNamed = false;
        return await FileFailure.CatchAsync(request.Destination, "removed", () => new ValueTask(Remove()), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>How it went.</summary>
    /// <param name="tenantId">Whose message it is.</param>
    /// <param name="kekId">The key that wraps its data key; <see langword="null"/> for a Direct tenant.</param>
    public FileOutcome<ProtectedFile> Outcome(string tenantId, string? kekId) =>
        Error is not null ? FileOutcome<ProtectedFile>.Failed(request.Source, Error)
        : _skipped is not null || _isPassedOver ? new FileOutcome<ProtectedFile> { Source = request.Source, Skipped = _skipped, PassedOver = _isPassedOver }
        : new FileOutcome<ProtectedFile>
        {
            Source = request.Source,
            Warning = _warning,
            Result = new ProtectedFile
            {
                Path = request.Destination,
                Source = request.Source,
                TenantId = tenantId,
                MessageId = Written!.MessageId,
                KekId = kekId,
                Length = Written.Length,
                Elapsed = Written.Elapsed,
            },
        };

    /// <inheritdoc/>
    public void Dispose() => Output?.Dispose();
}

/// <summary>A complete message on the disk.</summary>
/// <param name="MessageId">Its id, in lower-case hexadecimal.</param>
/// <param name="Length">The plaintext's length, in bytes.</param>
/// <param name="Elapsed">How long it took.</param>
internal sealed record WrittenFile(string MessageId, long Length, TimeSpan Elapsed);
