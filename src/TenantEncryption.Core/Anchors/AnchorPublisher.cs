using System.Globalization;
using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Kms;
using TenantEncryption.Stores;

namespace TenantEncryption.Anchors;

/// <summary>Puts anchors where who writes the store can't. An anchor is in the store before, so that nothing outside tells of one that was never made.</summary>
internal sealed class AnchorPublisher(UnitOfWork work, string storeId)
{
    /// <summary>Puts an anchor where it is not yet: into the file with those before it that the file lacks, and to KMS once.</summary>
    /// <exception cref="TenantEncryptionException">
    /// <c>STORE_ROLLED_BACK</c>: the file has an anchor that the store lacks; <c>INVALID_INPUT</c>: the file is another store's, or none of anchors;
    /// <c>STORAGE_FAILED</c>; a refusal of KMS. What can be done of the rest is done.
    /// </exception>
    public async Task PublishAsync(Operation operation, Anchor anchor, AnchorPlaces places, CancellationToken cancellationToken)
    {
        TenantEncryptionException? failed = null;
        if (places.Path is { } path)
        {
            try
            {
                await AnchorFile.AppendAsync(path, last => MissingAsync(path, last, anchor, cancellationToken)).ConfigureAwait(false);
            }
            catch (TenantEncryptionException exception)
            {
                failed = exception;
            }
        }

        if (places.KeyArn is { } keyArn && !await work.ReadAsync(transaction => IsPublishedAsync(transaction, anchor, keyArn), cancellationToken).ConfigureAwait(false))
        {
            await TellKmsAsync(operation, anchor, keyArn, places.Connection, cancellationToken).ConfigureAwait(false);
        }

        if (failed is not null)
        {
            throw failed;
        }
    }

    private async Task TellKmsAsync(Operation operation, Anchor anchor, string keyArn, KmsConnection connection, CancellationToken cancellationToken)
    {
        var context = new Dictionary<string, string>
        {
            ["StoreId"] = storeId,
            ["Anchor"] = anchor.Number.ToString(CultureInfo.InvariantCulture),
            ["Root"] = anchor.Root,
            ["AnchorHash"] = anchor.Hash,
        };
        KmsConnection there = connection with { Region = connection.Region ?? KeyIdentifier.Parse(keyArn).Region };
        await operation.Kms.DryRunAsync(there, DryRunOperation.Encrypt, keyArn, context, cancellationToken).ConfigureAwait(false);
        await work.RecordAsync(
            operation,
            StoreScope.Store,
            change =>
            {
                change.Record(EventTypes.AnchorPublished, null, new JObject { ["number"] = anchor.Number, ["keyArn"] = keyArn });
            }).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<Anchor>> MissingAsync(string path, Anchor? last, Anchor newest, CancellationToken cancellationToken)
    {
        if (last is null)
        {
            return [newest];
        }

        if (last.StoreId != storeId)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{path}' holds the anchors of another store, {last.StoreId}.");
        }

        return await work.ReadAsync(
            async transaction =>
            {
                if (await AnchorEvents.FindAsync(transaction, last.Number).ConfigureAwait(false) is not { } same || same.Hash != last.Hash)
                {
                    throw new TenantEncryptionException(
                        ErrorCodes.StoreRolledBack,
                        $"'{path}' ends with anchor {last.Number}, and the store lacks it or has another one.",
                        remedy: "If a backup was restored on purpose, keep that file, which shows what was lost, and let anchors go into a new one.");
                }

                var missing = new List<Anchor>();
                for (long number = last.Number + 1; number <= newest.Number; number++)
                {
                    missing.Add(await AnchorEvents.FindAsync(transaction, number).ConfigureAwait(false)
                        ?? throw new TenantEncryptionException(ErrorCodes.StoreAltered, $"The store lacks anchor {number}."));
                }

                return missing;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> IsPublishedAsync(IStoreTransaction transaction, Anchor anchor, string keyArn) =>
        await transaction.Events.FindLastAsync(StoredEvent.StoreChain, EventTypes.AnchorPublished).ConfigureAwait(false) is { } stored
        && EventText.Read(stored).Data is var data
        && data.GetValueOrDefault("number") is long number && number == anchor.Number && data.GetValueOrDefault("keyArn") as string == keyArn;
}
