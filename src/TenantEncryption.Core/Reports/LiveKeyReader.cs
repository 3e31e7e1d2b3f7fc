using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;

namespace TenantEncryption.Reports;

/// <summary>Asks KMS for what it knows of master keys. Each question fails alone, and a key that several tenants use is asked once.</summary>
internal sealed class LiveKeyReader(TimeProvider time)
{
    private readonly Dictionary<KeyRegion, ReportedLiveKey> _known = [];

    /// <summary>What KMS knows of a key in a region.</summary>
    public async Task<ReportedLiveKey> ReadAsync(Operation operation, KeyRegion key, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(key, out ReportedLiveKey? known))
        {
            return known;
        }

        IKmsChannel kms = operation.Kms;
        (string keyArn, KmsConnection there) = (key.KeyArn, key.Connection);
        var failures = new List<string>();
        Task<KmsKeyDescription?> describing = LookAsync(failures, "DescribeKey", async () => await kms.DescribeKeyAsync(there, keyArn, cancellationToken).ConfigureAwait(false));
        Task<KmsRotation?> rotating = LookAsync(failures, "GetKeyRotationStatus", async () => (await kms.GetRotationAsync(there, keyArn, cancellationToken).ConfigureAwait(false)).Value);
        Task<KmsLastUsage?> using_ = LookAsync(failures, "GetKeyLastUsage", async () => (await kms.GetLastUsageAsync(there, keyArn, cancellationToken).ConfigureAwait(false)).Value);
        Task<IReadOnlyList<ReportedStatement>?> deciding = LookAsync(
            failures, "GetKeyPolicy", async () => StatementsOf((await kms.GetKeyPolicyAsync(there, keyArn, cancellationToken).ConfigureAwait(false)).Value));
        Task<IReadOnlyList<KmsGrant>?> granting = LookAsync(failures, "ListGrants", async () => (await kms.ListGrantsAsync(there, keyArn, cancellationToken).ConfigureAwait(false)).Value);

        KmsKeyDescription? described = await describing.ConfigureAwait(false);
        KmsRotation? rotation = await rotating.ConfigureAwait(false);
        KmsLastUsage? usage = await using_.ConfigureAwait(false);
        var read = new ReportedLiveKey
        {
            KeyArn = keyArn,
            Region = key.Region,
            AskedAt = time.GetUtcNow(),
            State = described?.KeyState,
            Spec = described?.KeySpec,
            Origin = described?.Origin,
            Manager = described?.KeyManager,
            CreatedAt = described?.CreatedAt,
            DeletionDate = described?.DeletionDate,
            Rotation = rotation?.Enabled,
            RotationPeriodInDays = rotation?.PeriodInDays,
            NextRotation = rotation?.NextRotation,
            LastUsedAt = usage?.Time,
            LastOperation = usage?.Operation,
            LastEventId = usage?.EventId,
            UsageTrackedSince = usage?.TrackedSince,
            Policy = await deciding.ConfigureAwait(false),
            Grants = (await granting.ConfigureAwait(false))?.Select(GrantOf).ToArray(),
            Failures = [.. failures.Order(StringComparer.Ordinal)],
        };
        _known.Add(key, read);
        return read;
    }

    private static async Task<T?> LookAsync<T>(List<string> failures, string operation, Func<Task<T>> look)
        where T : class
    {
        try
        {
            return await look().ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code != ErrorCodes.Cancelled)
        {
            lock (failures)
            {
                failures.Add($"{operation}: {exception.Code}: {exception.Detail}");
            }

            return null;
        }
    }

    private static ReportedGrant GrantOf(KmsGrant grant) => new()
    {
        GrantId = grant.GrantId,
        Name = string.IsNullOrEmpty(grant.Name) ? null : grant.Name,
        Grantee = grant.Grantee,
        Retiring = grant.RetiringPrincipal ?? grant.RetiringServicePrincipal,
        Operations = grant.Operations,
        Constraint = grant.EncryptionContextEquals is { } all ? $"encryption context is {JsonConvert.SerializeObject(all)}"
            : grant.EncryptionContextSubset is { } some ? $"encryption context has {JsonConvert.SerializeObject(some)}"
            : grant.SourceArn is { } source ? $"source is {source}"
            : null,
        CreatedAt = grant.CreatedAt,
    };

    // In the policy's own words: it is shown, and not judged.
    private static IReadOnlyList<ReportedStatement> StatementsOf(string policy)
    {
        try
        {
            JToken? statements = JObject.Parse(policy)["Statement"];
            return [.. (statements is JArray many ? many : statements is null ? [] : new JArray(statements)).OfType<JObject>().Select(statement => new ReportedStatement(
                (string?)statement["Sid"],
                (string?)statement["Effect"] ?? "",
                Words(statement, "Principal", "NotPrincipal"),
                Words(statement, "Action", "NotAction"),
                statement["Condition"]?.ToString(Formatting.None)))];
        }
        catch (JsonException exception)
        {
            throw new TenantEncryptionException(ErrorCodes.MalformedPolicy, $"The key policy is not JSON: {exception.Message}", exception);
        }
    }

    private static string Words(JObject statement, string name, string negated) =>
        statement[name] is { } value ? Text(value) : statement[negated] is { } others ? $"all but {Text(others)}" : "";

    private static string Text(JToken token) => token switch
    {
        JObject kinds => string.Join(", ", kinds.Properties().Select(kind => $"{kind.Name} {Text(kind.Value)}")),
        JArray many => string.Join(", ", many.Select(Text)),
        _ => (string?)token ?? "",
    };
}
