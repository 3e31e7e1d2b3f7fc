using Newtonsoft.Json.Linq;
using TenantEncryption.Events;
using TenantEncryption.Kms;
using TenantEncryption.Stores;

namespace TenantEncryption.Changes;

/// <summary>
/// Puts on record what the vault of the root keys asked of a KMS, for which no operation of a caller stands: one event of all calls since, when the store can
/// take it.
/// </summary>
internal sealed class RootCallRecorder(UnitOfWork work, RecordingChannel kms)
{
    private const string Command = "IRootKeyVault.OpenAsync";

    private int _owed;

    /// <summary>Owes the record. To write it may need the root key itself, whose vault then answers once more: that is part of the same record, or of the next.</summary>
    public void Owe()
    {
        if (kms.HasCalls && Interlocked.Exchange(ref _owed, 1) == 0)
        {
            IReadOnlyList<KmsCall>? calls = null;
            work.Owe(() => RecordAsync(calls ??= kms.TakeCalls()));
        }
    }

    private async Task RecordAsync(IReadOnlyList<KmsCall> calls)
    {
        Operation operation = work.Begin(Command);
        await using var _ = operation.ConfigureAwait(false);
        try
        {
            await work.ChangeAsync(
                operation,
                StoreScope.Store,
                change => change.Record(EventTypes.KmsCalled, null, new JObject { ["command"] = Command, ["kmsCalls"] = Operation.Describe(calls) }),
                CancellationToken.None).ConfigureAwait(false);
            Volatile.Write(ref _owed, 0);
        }
        catch (TenantEncryptionException failure) when (!SessionKeeper.IsOfStore(failure))
        {
            // It is owed no more.
            Volatile.Write(ref _owed, 0);
            work.Warn($"{Counted.Of(calls.Count, "KMS call")} for the root key could not be recorded in the event log: {failure.Message}");
        }
    }
}
