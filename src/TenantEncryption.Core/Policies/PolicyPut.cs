using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Kms;
using TenantEncryption.Policies.Merging;
using TenantEncryption.Stores;

namespace TenantEncryption.Policies;

/// <summary>Puts a plan's policies into KMS, one region after the other, and records what came of it.</summary>
internal sealed class PolicyPut(UnitOfWork work, TimeProvider time, KeyPolicyPlan plan)
{
    // KMS shows a change within seconds as a rule (AWS KMS Developer Guide, "Eventual consistency"): 0.1 + 0.2 + … + 3.2 s.
    private const int ReadsBack = 7;

    private readonly List<RegionalPolicyChange> _put = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Operation operation = work.Begin("PolicyService.SetAsync", plan.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        RegionalPolicyChange? current = null;
        try
        {
            foreach (RegionalPolicyChange region in plan.Regions.Where(region => region.IsChanged))
            {
                cancellationToken.ThrowIfCancellationRequested();
                current = region;
                await PutAsync(operation.Kms, region, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (TenantEncryptionException exception)
        {
            await RecordAsync(operation, current, exception.Code).ConfigureAwait(false);
            throw Explain(exception, current!);
        }
        catch (OperationCanceledException)
        {
            await RecordAsync(operation, null, null).ConfigureAwait(false);
            throw;
        }

        await RecordAsync(operation, null, null).ConfigureAwait(false);
    }

    private async Task PutAsync(IKmsChannel kms, RegionalPolicyChange region, CancellationToken cancellationToken)
    {
        string now = await ReadAsync(kms, region, cancellationToken).ConfigureAwait(false);
        if (!PolicyForm.AreSame(now, region.Before))
        {
            throw new TenantEncryptionException(
                ErrorCodes.PolicyChanged, $"The key policy in {region.Region} is no longer the one that the change was made for; it was left as it is.")
            {
                KeyArn = region.KeyArn,
                Region = region.Region,
            };
        }

        await kms.PutKeyPolicyAsync(region.Connection, region.KeyArn, region.After, cancellationToken).ConfigureAwait(false);
        _put.Add(region);
        await ReadBackAsync(kms, region, cancellationToken).ConfigureAwait(false);
    }

    private async Task ReadBackAsync(IKmsChannel kms, RegionalPolicyChange region, CancellationToken cancellationToken)
    {
        for (int i = 0; i < ReadsBack; i++)
        {
            string now = await ReadAsync(kms, region, cancellationToken).ConfigureAwait(false);
            if (PolicyForm.AreSame(now, region.After))
            {
                return;
            }

            if (!PolicyForm.AreSame(now, region.Before))
            {
                throw new TenantEncryptionException(
                    ErrorCodes.PolicyChanged, $"The key policy in {region.Region} was put, and somebody else put another one right after it.")
                {
                    KeyArn = region.KeyArn,
                    Region = region.Region,
                };
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100 << i), time, cancellationToken).ConfigureAwait(false);
        }

        work.Warn($"KMS took the key policy in {region.Region} and does not show it yet; PolicyService.GetLiveAsync tells when it does.");
    }

    private static async Task<string> ReadAsync(IKmsChannel kms, RegionalPolicyChange region, CancellationToken cancellationToken) =>
        (await kms.GetKeyPolicyAsync(region.Connection, region.KeyArn, cancellationToken).ConfigureAwait(false)).Value;

    private TenantEncryptionException Explain(TenantEncryptionException cause, RegionalPolicyChange failed)
    {
        RegionalPolicyChange[] rest = [.. plan.Regions.Where(region => region.IsChanged && !_put.Contains(region) && region != failed)];
        if (_put.Count == 0 && rest.Length == 0)
        {
            return cause;
        }

        string done = _put.Count == 0 ? "no region has the new policy" : $"{Names(_put)} {(_put.Count == 1 ? "has" : "have")} the new policy";
        string left = rest.Length == 0 ? "" : $", {Names(rest)} {(rest.Length == 1 ? "was" : "were")} not tried";
        return new TenantEncryptionException(
            cause.Code,
            $"{failed.Region} failed: {cause.Detail} So far {done}{left}.",
            cause,
            $"{cause.Remedy} Then run the command again: it does the rest.")
        {
            Operation = cause.Operation,
            KeyArn = cause.KeyArn ?? failed.KeyArn,
            Region = cause.Region ?? failed.Region,
            RequestId = cause.RequestId,
        };
    }

    private static string Names(IEnumerable<RegionalPolicyChange> regions) => string.Join(", ", regions.Select(region => region.Region));

    private async Task RecordAsync(Operation operation, RegionalPolicyChange? failed, string? code)
    {
        if (_put.Count == 0)
        {
            // The calls alone are recorded when the operation ends.
            return;
        }

        var data = new JObject
        {
            ["providerId"] = plan.ProviderId,
            ["platform"] = plan.Platform,
            ["forTenants"] = new JArray(plan.ForTenants),
            ["regions"] = new JArray(_put.Select(region => new JObject
            {
                ["region"] = region.Region,
                ["key"] = region.KeyArn,
                ["changes"] = new JArray(region.Changes.Select(change => change.ToString())),
            })),
        };
        if (failed is not null)
        {
            data["failedRegion"] = failed.Region;
            data["error"] = code;
        }

        await work.ChangeAsync(
            operation, StoreScope.Of(plan.TenantId), change => change.Record(EventTypes.KeyPolicyUpdated, plan.TenantId, data), CancellationToken.None).ConfigureAwait(false);
    }
}
