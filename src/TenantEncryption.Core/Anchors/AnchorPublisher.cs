using System.Globalization;
using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Kms;
using TenantEncryption.Stores;

namespace TenantEncryption.Anchors;

/// <summary>Puts anchors where who writes the store can't. An anchor is in the store before, so that nothing outside tells of one that was never made.</summary>
internal sealed class AnchorPublisher(UnitOfWork work, AnchorBucketPublisher buckets, string storeId)
{
    /// <summary>Puts an anchor where it is not yet: into the file and the bucket with those before it that they lack, and to KMS once.</summary>
    /// <exception cref="TenantEncryptionException">
    /// <c>STORE_ROLLED_BACK</c>: file or bucket has an anchor that the store lacks; <c>INVALID_INPUT</c>: the file is another store's, or none of anchors;
    /// <c>STORAGE_FAILED</c>, <c>SPACE_UNLOCKED</c>, the codes of buckets; a refusal of KMS. What can be done of the rest is done; of several failures the first is thrown,
    /// and the others are warned of.
    /// </exception>
    public async Task PublishAsync(Operation operation, Anchor anchor, AnchorPlaces places, CancellationToken cancellationToken)
    {
        TenantEncryptionException? failed = null;
        if (places.Path is { } path)
        {
            await TryAsync(() => AnchorFile.AppendAsync(path, last => MissingAsync(path, last, anchor, cancellationToken))).ConfigureAwait(false);
        }

        if (places.KeyArn is { } keyArn && !await IsPublishedAsync(anchor, keyArn, cancellationToken).ConfigureAwait(false))
        {
            await TryAsync(() => TellKmsAsync(operation, anchor, keyArn, places.Connection, cancellationToken)).ConfigureAwait(false);
        }

        if (places.Bucket is { } bucket)
        {
            await TryAsync(() => PutAsync(operation, anchor, bucket, cancellationToken)).ConfigureAwait(false);
        }

        if (failed is not null)
        {
            throw failed;
        }

        async Task TryAsync(Func<Task> put)
        {
            try
            {
                await put().ConfigureAwait(false);
            }
            catch (TenantEncryptionException exception)
            {
                if (failed is not null)
                {
                    work.Warn($"Anchor {anchor.Number} is not where it shall be kept: {exception.Message}");
                }

                failed ??= exception;
            }
        }
    }

    /// <summary>Whether a place lacks the anchor before one, too, as the store tells: who shall put anchors there does not, or can't.</summary>
    public Task<bool> IsBehindAsync(Anchor last, AnchorPlaces places, CancellationToken cancellationToken) => work.ReadAsync(
        async transaction =>
        {
            string[] told = [.. places.Told];
            if (told.Length == 0)
            {
                return false;
            }

            IReadOnlyDictionary<string, (long Number, DateTimeOffset Time)> there = await AnchorPublications.ListAsync(transaction).ConfigureAwait(false);
            return told.Any(place => (there.TryGetValue(place, out (long Number, DateTimeOffset Time) one) ? one.Number : 0) < last.Number - 1);
        },
        cancellationToken);

    private async Task PutAsync(Operation operation, Anchor anchor, AnchorBucket bucket, CancellationToken cancellationToken)
    {
        string place = bucket.Place;
        long? told = await work.ReadAsync(transaction => AnchorPublications.FindAsync(transaction, place), cancellationToken).ConfigureAwait(false);
        await buckets.PublishAsync(anchor, bucket, told, cancellationToken).ConfigureAwait(false);
        if (told is null || told < anchor.Number)
        {
            await RecordAsync(operation, AnchorPublications.OfBucket(anchor.Number, place)).ConfigureAwait(false);
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
        await RecordAsync(operation, AnchorPublications.OfKey(anchor.Number, keyArn)).ConfigureAwait(false);
    }

    private Task RecordAsync(Operation operation, JObject data) => work.RecordAsync(
        operation,
        StoreScope.Store,
        change =>
        {
            change.Record(EventTypes.AnchorPublished, null, data);
        });

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

    private async Task<bool> IsPublishedAsync(Anchor anchor, string place, CancellationToken cancellationToken) =>
        await work.ReadAsync(transaction => AnchorPublications.FindAsync(transaction, place), cancellationToken).ConfigureAwait(false) >= anchor.Number;
}
