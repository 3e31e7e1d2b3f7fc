using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Kms;
using TenantEncryption.Stores;

namespace TenantEncryption.MasterKeys;

/// <summary>Makes what a plan says, and tells what exists when it can't finish.</summary>
internal sealed class MasterKeyMaker(UnitOfWork work, MasterKeyReader reader, KeyPropagation propagation)
{
    // What is cancelled shall end within a second.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Makes the key with its alias, rotation, policy and replicas.</summary>
    /// <exception cref="TenantEncryptionException">
    /// What KMS answers. When the key was made, the error's <see cref="TenantEncryptionException.Unfinished"/> is the <see cref="MasterKey"/>, and its
    /// remedy says how to go on and how to take it back.
    /// </exception>
    public async Task<MasterKey> MakeAsync(Operation operation, MasterKeyPlan plan, CancellationToken cancellationToken)
    {
        KmsKeyDescription key = await CreateAsync(operation, plan, cancellationToken).ConfigureAwait(false);
        await RecordAsync(operation, EventTypes.MasterKeyCreated, plan, key.KeyArn, null, null).ConfigureAwait(false);
        var making = new Making(new KeyWork(operation, propagation), plan, key.KeyArn);
        try
        {
            await making.FinishAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception)
        {
            await RecordAsync(operation, EventTypes.MasterKeyUpdated, plan, key.KeyArn, making.Doing, exception.Code).ConfigureAwait(false);
            throw await UnfinishedAsync(operation, plan, key, making, exception, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await RecordAsync(operation, EventTypes.MasterKeyUpdated, plan, key.KeyArn, making.Doing, ErrorCodes.Cancelled).ConfigureAwait(false);
            throw;
        }

        await RecordAsync(operation, EventTypes.MasterKeyUpdated, plan, key.KeyArn, null, null).ConfigureAwait(false);
        return await ReadAsync(operation, plan, key, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<KmsKeyDescription> CreateAsync(Operation operation, MasterKeyPlan plan, CancellationToken cancellationToken)
    {
        var wanted = new NewKmsKey { Description = plan.Request.Description, MultiRegion = plan.MultiRegion, Tags = plan.Request.Tags };
        cancellationToken.ThrowIfCancellationRequested();
        Task<KmsKeyDescription> creating = operation.Kms.CreateKeyAsync(plan.Home, wanted, CancellationToken.None);
        try
        {
            // Who gives up just now would leave a key of which nobody knows.
            using var patience = new CancellationTokenSource();
            using CancellationTokenRegistration _ = cancellationToken.Register(() => patience.CancelAfter(Patience));
            return await creating.WaitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.KmsUnreachable)
        {
            throw new TenantEncryptionException(
                exception.Code,
                $"{exception.Detail} Whether a key was made can't be told.",
                exception,
                "Look in CloudTrail, or with aws kms list-keys, for a key of this minute without an alias, and schedule its deletion; then try again.")
            {
                Operation = exception.Operation,
                Region = exception.Region,
                RequestId = exception.RequestId,
            };
        }
    }

    private async Task<TenantEncryptionException> UnfinishedAsync(
        Operation operation,
        MasterKeyPlan plan,
        KmsKeyDescription key,
        Making making,
        TenantEncryptionException cause,
        CancellationToken cancellationToken)
    {
        bool hasReplicas = making.Made.Count > 0;
        return new TenantEncryptionException(
            cause.Code,
            $"The key {key.KeyArn} exists, but {making.Doing} failed: {cause.Detail}",
            cause,
            $"Go on, when the cause is mended, with: {making.GoOn()}. Or take the key back with: {MasterKeyCalls.Remove(key.KeyArn, hasReplicas, plan.Request.Connection)}.")
        {
            Operation = cause.Operation,
            KeyArn = key.KeyArn,
            Region = cause.Region,
            RequestId = cause.RequestId,
            Unfinished = await ReadAsync(operation, plan, key, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>The key as it is now, or as it was made where KMS tells no more.</summary>
    private async Task<MasterKey> ReadAsync(Operation operation, MasterKeyPlan plan, KmsKeyDescription key, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(operation, plan.Home, key.KeyArn, cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception)
        {
            return new MasterKey
            {
                KeyArn = key.KeyArn,
                Region = plan.Region,
                State = key.KeyState,
                Spec = key.KeySpec,
                Usage = key.KeyUsage,
                Origin = key.Origin,
                Manager = key.KeyManager,
                Description = key.Description,
                MultiRegion = key.MultiRegion,
                IsPrimary = key.MultiRegion,
                CreatedAt = key.CreatedAt,
                Notes = [$"The key could not be looked at again: {exception.Code}, {exception.Detail}"],
                Connection = plan.Home,
            };
        }
    }

    private Task RecordAsync(Operation operation, string type, MasterKeyPlan plan, string keyArn, string? failedStep, string? code) => work.ChangeAsync(
        operation,
        StoreScope.Of(TenantOf(plan)),
        change =>
        {
            var data = new JObject
            {
                ["keyArn"] = keyArn,
                ["alias"] = plan.Alias,
                ["platform"] = plan.Platform.Name,
                ["multiRegion"] = plan.MultiRegion,
            };
            if (plan.ReplicaRegions.Count > 0)
            {
                data["replicaRegions"] = new JArray(plan.ReplicaRegions);
            }

            if (plan.Request.TenantIds.Count > 0)
            {
                data["tenants"] = new JArray(plan.Request.TenantIds);
            }

            if (code is not null)
            {
                data["failedStep"] = failedStep;
                data["code"] = code;
            }

            change.Record(type, TenantOf(plan), data);
        },
        CancellationToken.None);

    private static string? TenantOf(MasterKeyPlan plan) => plan.Tenants is [var only] ? only.TenantId : null;

    /// <summary>The steps after the key itself, and how far they are.</summary>
    private sealed class Making(KeyWork work, MasterKeyPlan plan, string keyArn)
    {
        private bool _hasPolicy;
        private MasterKeyUpdate _rest = new() { Alias = plan.Alias, Rotation = true, ReplicaRegions = plan.ReplicaRegions };

        /// <summary>What is being done, as the subject of a sentence.</summary>
        public string Doing { get; private set; } = "";

        /// <summary>The regions of the replicas that exist.</summary>
        public List<string> Made { get; } = [];

        public string GoOn()
        {
            string rest = MasterKeyCalls.Update(keyArn, _rest, plan.Request.Connection);
            return _hasPolicy ? rest : $"{rest}, and put its key policy with PolicyService.SetAsync when it is registered (KeyProviderService.RegisterAsync)";
        }

        public async Task FinishAsync(CancellationToken cancellationToken)
        {
            Doing = $"giving it the alias {plan.Alias}";
            await work.AliasAsync(plan.Home, keyArn, plan.Alias, cancellationToken).ConfigureAwait(false);
            if (plan.Policy.IsNeeded)
            {
                Doing = "putting its key policy";
                await work.PolicyAsync(plan.Home, keyArn, plan.Policy.Compose(keyArn), cancellationToken).ConfigureAwait(false);
            }

            _hasPolicy = true;
            Doing = "enabling rotation";
            await work.RotationAsync(plan.Home, keyArn, true, cancellationToken).ConfigureAwait(false);
            _rest = _rest with { Rotation = null };
            foreach (string region in plan.ReplicaRegions)
            {
                Doing = $"making its replica in {region}";
                var wanted = new NewKmsKey
                {
                    Policy = plan.Policy.IsNeeded ? plan.Policy.Compose(KeyIdentifier.Parse(keyArn).InRegion(region).ToString()) : null,
                    Description = plan.Request.Description,
                    Tags = plan.Request.Tags,
                };
                string replica = await work.ReplicaAsync(plan.Home, keyArn, region, wanted, cancellationToken).ConfigureAwait(false);
                Made.Add(region);
                Doing = $"giving its replica in {region} the alias {plan.Alias}";
                await work.AliasAsync(plan.Home with { Region = region }, replica, plan.Alias, cancellationToken).ConfigureAwait(false);
                _rest = _rest with { ReplicaRegions = [.. _rest.ReplicaRegions.Where(other => other != region)] };
            }
        }
    }
}
