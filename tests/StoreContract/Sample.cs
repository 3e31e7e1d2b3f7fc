using System.Globalization;
using TenantEncryption.Data;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Kms;
using TenantEncryption.Migration;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.StoreContract;

/// <summary>Rows with every column filled, so that a column that is lost is seen.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 14, 12, 0, 0, 123, 456, TimeSpan.Zero);

    public static EncryptionTenant Tenant(string id) => new()
    {
        TenantId = id,
        DisplayName = "Label of " + id,
        Platform = "standalone",
        Profile = PlatformCatalog.FindBuiltIn("standalone")!,
        Region = "eu-west-1",
        Edition = "Enterprise",
        Organization = "Group",
        KeyHierarchy = KeyHierarchy.Direct,
        KeyLease = TimeSpan.FromSeconds(7.5),
        UntracedReads = true,
        Epoch = 3,
        CreatedAt = Noon.AddTicks(1),
    };

    public static KeyProvider Provider(string id, string tenantId, string name, KeyProviderStatus status = KeyProviderStatus.Pending) => new()
    {
        Id = id,
        TenantId = tenantId,
        Name = name,
        Description = "A note",
        Type = KeyProviderType.AwsKms,
        KeyIdentifier = "alias/" + name,
        KeyArn = "arn:aws:kms:eu-west-1:111122223333:key/" + id,
        ArnFingerprint = "f00d",
        ContextValue = "value",
        SecondLayer = true,
        Status = status,
        MultiRegion = true,
        ReplicaKeys = ["arn:aws:kms:eu-west-2:111122223333:key/" + id, "2026-03-14T12:00:00+01:00"],
        RefusedRegions = ["eu-west-2"],
        Grants =
        [
            new ProviderGrant { GrantId = "g\"1", KeyArn = "arn:aws:kms:eu-west-1:111122223333:key/" + id, TenantId = "acme", GranteePrincipal = "2026-03-14" },
            new ProviderGrant { GrantId = "g2", KeyArn = "arn:aws:kms:eu-west-2:111122223333:key/" + id, TenantId = "{}", GranteePrincipal = "[]" },
        ],
        Parameters = new Dictionary<string, IReadOnlyList<string>> { ["SessionPrincipal"] = ["abc"], ["2026-03-14"] = ["\"{}", "2026-03-14", "a,b"], ["None"] = [] },
        Connection = new KmsConnection
        {
            Region = "eu-west-1",
            ProfileName = "profile",
            EndpointUrl = "http://127.0.0.1:1",
            FipsEndpoints = false,
            RoleArn = "arn:aws:iam::111122223333:role/r",
            ExternalId = "external",
        },
        CreatedAt = Noon,
        PromotedToCurrentAt = Noon.AddMinutes(1),
        DemotedFromCurrentAt = Noon.AddMinutes(2),
        LastTestedAt = Noon.AddMinutes(3),
        LastTest = "SUCCESS",
    };

    public static KeyRecord Record(string kekId, string tenantId, string providerId, byte fill = 1) => new()
    {
        KekId = kekId,
        TenantId = tenantId,
        ProviderId = providerId,
        KeyArn = "arn:aws:kms:eu-west-1:111122223333:key/" + providerId,
        EncryptionContext = new Dictionary<string, string> { ["TenantId"] = tenantId, ["KekId"] = kekId, ["Since"] = "2026-03-14T12:00:00+01:00" },
        SealedShare = [.. Enumerable.Repeat(fill, 184)],
        SealedInternalShare = [fill, 2],
        Salt = [.. Enumerable.Repeat(fill, 32)],
        Iv = [.. Enumerable.Repeat(fill, 12)],
        SealedKek = [.. Enumerable.Repeat(fill, 48)],
    };

    public static KeyEncryptionKey Key(
        string kekId,
        string tenantId,
        string providerId,
        KeyEncryptionKeyStatus status = KeyEncryptionKeyStatus.Current) => new()
        {
            Record = Record(kekId, tenantId, providerId),
            Status = status,
            CreatedAt = Noon,
        };

    public const string Space = "file://localhost";

    public static CatalogEntry Entry(string messageId, string tenantId, string path, string? kekId) => new()
    {
        MessageId = messageId,
        TenantId = tenantId,
        Space = Space,
        Key = path,
        Name = path,
        KekId = kekId,
        Length = 1L << 40,
        CreatedAt = Noon,
    };

    public static KeyMigration Migration(string id, string tenantId, MigrationState state = MigrationState.New) => new()
    {
        Id = id,
        TenantId = tenantId,
        State = state,
        MigratingFrom = "kp-1",
        MigratingTo = "kp-2",
        Actor = "someone",
        InitiatedAt = Noon,
        CompletedAt = Noon.AddHours(1),
        FailureCode = "KEY_DISABLED",
    };

    public static StoreSession Session(string id) => new(id, new RunningProcess("machine", RunningProcess.Current.Boot, 4711, 12));

    public static WrapReservation Reservation(string id, string tenantId, string? kekId, string providerId, long wraps = 100, string session = "s") =>
        new(id, tenantId, kekId, providerId, 3, wraps, session);

    public static StoredEvent Event(long sequence, string? tenantId = "acme", string? providerId = null, DateTimeOffset? time = null)
    {
        string at = TimeText(time ?? Noon.AddSeconds(sequence));
        string data = providerId is null ? "{}" : $$"""{"providerId":"{{providerId}}"}""";
        string of = tenantId is null ? "" : $"""
            "tenantid":"{tenantId}",
            """;
        string json = $$"""{"specversion":"1.0","type":"com.example.created","time":"{{at}}",{{of}}"data":{{data}}}""";
        return new StoredEvent(tenantId ?? StoredEvent.StoreChain, sequence, 1, json, [.. BitConverter.GetBytes(sequence)]);
    }

    /// <summary>A time as a record of the log has it.</summary>
    public static string TimeText(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);

    /// <summary>A tenant with an Active provider <c>kp-{tenant}</c>, a Current key <c>kek-{tenant}</c> and a session <c>s</c>.</summary>
    public static async Task AddTenantWithKeyAsync(IStoreTransaction transaction, string tenantId)
    {
        await transaction.Tenants.AddAsync(Tenant(tenantId));
        await transaction.Providers.AddAsync(Provider("kp-" + tenantId, tenantId, "main", KeyProviderStatus.Active));
        await transaction.Keys.AddAsync(Key("kek-" + tenantId, tenantId, "kp-" + tenantId));
        await transaction.Sessions.PutAsync(Session("s"));
    }
}
