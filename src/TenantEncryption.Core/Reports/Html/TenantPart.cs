using System.Globalization;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Migration;
using TenantEncryption.Prices;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Reports.Html;

/// <summary>The tenants of a report: a table of all, and a part for each.</summary>
internal sealed class TenantPart(EncryptionReport report, PageWriter page)
{
    private const int MostInFigure = 20;

    /// <summary>What a provider stands on.</summary>
    public static string KindOf(KeyProviderType type) => type == KeyProviderType.Internal ? "Internal KMS" : "AWS KMS";

    /// <summary>Events as a table; nothing where there are none.</summary>
    public static void Events(PageWriter page, string caption, IEnumerable<ReportedEvent> events, bool withTenant = false)
    {
        ReportedEvent[] all = [.. events];
        if (all.Length == 0)
        {
            return;
        }

        page.Table(
            caption,
            ["When", .. withTenant ? (string[])["Chain"] : [], "No.", "Event", "By", "What it tells", "AWS request ids"],
            all.Select(one => (Cell[])
            [
                Cell.Of(one.Time),
                .. withTenant ? (Cell[])[Cell.Foreign(one.TenantId, "the store's own")] : [],
                Cell.Of(one.Sequence),
                one.Outcome == ErrorCodes.Success ? Cell.Dotted(one.Type) : Cell.All(Cell.Dotted(one.Type), Cell.Verdict(one.Outcome, isGood: false)),
                Cell.Foreign(one.Actor, Words.Unknown),
                Cell.Foreign(one.Detail),
                Cell.List(one.RequestIds),
            ]));
    }

    /// <summary>Writes all of them.</summary>
    public void Write()
    {
        if (report.Tenants.Count == 0)
        {
            page.Paragraph("There is no tenant.");
            return;
        }

        ILookup<string?, ReportedException> exceptions = report.Exceptions.ToLookup(one => one.TenantId);
        page.Table("All tenants", ["Tenant", "Name", "Platform", "Active key provider", "Its last test", "Messages", "To look at"], report.Tenants.Select((tenant, at) =>
        {
            ReportedProvider? active = tenant.Providers.FirstOrDefault(provider => provider.Status == KeyProviderStatus.Active);
            return (Cell[])
            [
                Cell.Link(tenant.TenantId, IdOf(at)),
                Cell.Foreign(tenant.DisplayName),
                Cell.Foreign(tenant.Platform, Words.Unknown),
                active is null ? Cell.Own(Words.Unknown) : Cell.All(Cell.Foreign(active.Name), Cell.Own($"({KindOf(active.Type)})")),
                LastTest(active?.LastTest),
                Cell.Of(tenant.Messages),
                Cell.Of(exceptions[tenant.TenantId].Count()),
            ];
        }));
        for (int at = 0; at < report.Tenants.Count; at++)
        {
            (ReportedTenant tenant, string id) = (report.Tenants[at], IdOf(at));
            page.Line();
            page.Element("article", () => Tenant(tenant, id), ("id", id), ("aria-labelledby", id + "-title"));
        }
    }

    private static string CostOf(ListCost? cost) => cost is null
        ? "at prices that this software does not know"
        : string.Create(CultureInfo.InvariantCulture, $"{cost.Currency} {cost.Amount} at AWS's list prices of {cost.PricesOf:yyyy-MM-dd}");

    private static string IdOf(int at) => string.Create(CultureInfo.InvariantCulture, $"tenant-{at + 1}");

    private static Cell LastTest(ReportedValidation? test) => test is null
        ? Cell.Own("none that the log tells of")
        : Cell.All(Cell.Verdict(test.Code, test.Code == ErrorCodes.Success), Cell.Of(test.Time));

    private void Tenant(ReportedTenant tenant, string id)
    {
        page.Element("h3", () => { page.Text("Tenant "); page.Foreign(tenant.TenantId); }, ("id", id + "-title"));
        if (tenant.Code is { } code)
        {
            page.Element("p", () => { page.Element("strong", code, ("class", "bad")); page.Text(" What the store says of this tenant does not verify, and so is not shown."); });
            return;
        }

        page.Facts("The tenant", [
            ("Name", Cell.Foreign(tenant.DisplayName)),
            ("Platform", Cell.Foreign(tenant.Platform)),
            ("Region", Cell.Foreign(tenant.Region)),
            ("Edition", Cell.Foreign(tenant.Edition)),
            ("Organisation", Cell.Foreign(tenant.Organization)),
            ("Inherits the provider of", Cell.Foreign(tenant.Parent, "nobody")),
            ("Key hierarchy", Cell.Own(tenant.KeyHierarchy == KeyHierarchy.Direct ? "Direct: master key, data key" : "Hierarchical: master key, key-encryption key, data key")),
            ("A revocation shuts the data within", Cell.Own(string.Create(CultureInfo.InvariantCulture, $"{tenant.KeyLeaseSeconds:0.###} s of KMS's first refusal (the key lease)"))),
            ("Reads without a record", Cell.Own(tenant.UntracedReads ? "are allowed" : "are refused")),
            ("Created", Cell.Of(tenant.CreatedAt)),
            ("Calls of AWS KMS that its events tell of", Cell.Own($"{Words.Of(tenant.KmsCalls)}, {CostOf(tenant.KmsCallsCost)}")),
            ("A month of its master keys, replicas included", Cell.Own($"{CostOf(tenant.MasterKeysMonthlyCost)}; versions made by rotation cost more")),
            ("Events in archives", Cell.Own(tenant.ArchivedUpTo == 0 ? "none" : $"1 to {Words.Of(tenant.ArchivedUpTo)}: what they tell is not here")),
        ]);
        Coverage(tenant, id);
        page.Element("h4", "Key providers and who may use their keys");
        foreach (ReportedProvider provider in tenant.Providers)
        {
            Provider(provider);
        }

        Migrations(tenant, id);
        Drills(tenant);
        page.Element("h4", "What happened to its keys");
        Events(page, "Life of keys and providers", tenant.History.Where(one => one.Topic == ReportTopic.Life));
        Events(page, "Policies and grants that were changed", tenant.History.Where(one => one.Topic == ReportTopic.Access));
        Events(page, "Keys and providers that were retired or destroyed", tenant.History.Where(one => one.Topic == ReportTopic.Retirement));
        if (tenant.History.All(one => one.Topic != ReportTopic.Retirement))
        {
            page.Paragraph("The log tells of no key or provider that was retired or destroyed.");
        }
    }

    private void Coverage(ReportedTenant tenant, string id)
    {
        page.Element("h4", "Key-encryption keys");
        if (tenant.Keys.Count == 0)
        {
            page.Paragraph("The tenant has none.");
            return;
        }

        // What data keys that KMS wrapped by itself protect is under no key of these.
        long direct = tenant.Messages - tenant.Keys.Sum(key => key.Messages);
        ReportedKey[] shown = [.. tenant.Keys.TakeLast(MostInFigure)];
        BarFigure.Write(
            page,
            id + "-coverage",
            shown.Length < tenant.Keys.Count ? $"Messages by key, the newest {MostInFigure} of {tenant.Keys.Count} keys" : "Messages by key",
            "messages",
            [.. shown.Select(key => ($"{key.Provider}, {key.KekId[..8]}…, {key.Status}", key.Messages)), .. direct > 0 ? ((string, long)[])[("Directly under the master key", direct)] : []]);
        Dictionary<string, string> owners = tenant.Providers.ToDictionary(provider => provider.Id, provider => provider.OwnerAccount is { } account ? $"AWS account {account}" : "the operator", StringComparer.Ordinal);
        page.Table(
            "Each key, with its use and its cryptoperiod",
            ["Key", "Sealed by", "Owner of the sealing key", "State", "Wraps since", "Wrapped until", "Wraps reserved, of the limit", "Messages"],
            tenant.Keys.Select(key => (Cell[])
            [
                Cell.Code(key.KekId),
                Cell.All(Cell.Foreign(key.Provider), Cell.Code(key.ProviderId)),
                Cell.Own(owners.GetValueOrDefault(key.ProviderId, Words.Unknown)),
                Cell.Own(key.Status.ToString()),
                Cell.Of(key.CreatedAt),
                Cell.Of(key.ReplacedAt, key.Status == KeyEncryptionKeyStatus.Current ? "it wraps now" : Words.Unknown),
                Cell.Own($"{Words.Of(key.ReservedWraps)} of {Words.Of(key.WrapLimit)}"),
                Cell.Of(key.Messages),
            ]));
        if (direct > 0)
        {
            page.Paragraph($"{Counted.Of(direct, "message")} {(direct == 1 ? "is" : "are")} directly under a master key, by data keys that KMS wrapped.");
        }
    }

    private void Provider(ReportedProvider provider)
    {
        page.Element("h5", () => { page.Foreign(provider.Name); page.Text($", {provider.Status}"); });
        bool isInternal = provider.Type == KeyProviderType.Internal;
        List<(string, Cell)> facts =
        [
            ("Id", Cell.Code(provider.Id)),
            ("Description", Cell.Foreign(provider.Description)),
            ("Kind of KMS", Cell.Own(isInternal ? "Internal KMS of this software, in the operator's hands" : "AWS KMS, customer master key")),
            ("Owner of the master key", Cell.Foreign(provider.OwnerAccount is { } account ? $"AWS account {account}" : null, "the operator of the store")),
            ("Registered", Cell.Of(provider.CreatedAt)),
            ("Last became Active", Cell.Of(provider.PromotedToCurrentAt, "never that is on record")),
            ("Was last replaced", Cell.Of(provider.DemotedFromCurrentAt, "not since then")),
            ("Depends on it", Cell.Own($"{Counted.Of(provider.Keys, "key-encryption key")}, {Words.Of(provider.Messages)} messages, at most {Words.Of(provider.Values)} values outside the catalog")),
        ];
        if (!isInternal)
        {
            facts.AddRange(
            [
                ("Key ARN", Cell.Code(provider.KeyArn)),
                ("As it was given", Cell.Code(provider.KeyIdentifier)),
                ("Region", Cell.Foreign(provider.Region)),
                ("Multi-Region key", provider.MultiRegion ? Cell.All(Cell.Own("yes, with"), Cell.List(provider.ReplicaKeys, "no other key that is known")) : Cell.Own("no")),
                ("Regions that refused it", Cell.List(provider.RefusedRegions)),
                ("Endpoint", Cell.Foreign(provider.EndpointUrl, "AWS's own")),
                ("FIPS endpoint", provider.EndpointUrl is null ? Cell.Of(provider.FipsEndpoint) : Cell.Own($"{Words.Unknown}: the endpoint is one's own")),
                ("Called as", Cell.Foreign(provider.RoleArn, "the process's own AWS credentials")),
                ("Value in encryption contexts", Cell.Foreign(provider.ContextValue, "the tenant's id")),
                ("Second layer", Cell.Own(provider.SecondLayer ? "yes: the internal KMS's share is needed, too" : "no")),
                ("Grants without which it is not used", Cell.List(provider.RequiredGrants.Select(grant => $"{grant.GrantId} for {grant.GranteePrincipal}, made for tenant {grant.TenantId}, on {grant.KeyArn}"))),
                ("Last use that the log tells of", provider.LastUse is { } use
                    ? Cell.All(Cell.Of(use.Time), Cell.Own($"{use.Operation} in {use.Region ?? Words.Unknown}, event {Words.Of(use.Sequence)}, AWS request id"), Cell.Code(use.RequestId, Words.Unknown))
                    : Cell.Own("none")),
            ]);
        }

        if (provider.LastTest is { } test)
        {
            facts.AddRange(
            [
                ("Last test", Cell.All(Cell.Verdict(test.Code, test.Code == ErrorCodes.Success), Cell.Of(test.Time), Cell.Own($"event {Words.Of(test.Sequence)}, by"), Cell.Foreign(test.Actor, Words.Unknown))),
                .. test.Cause is null ? [] : ((string, Cell)[])[("Its cause", Cell.Foreign(test.Cause))],
                .. test.Code == ErrorCodes.Success ? [] : ((string, Cell)[])[("Checks that failed", Cell.List(test.FailedChecks, Words.Unknown))],
                ("It warned of", Cell.List(test.Warnings)),
                ("Its AWS request ids", Cell.List(test.RequestIds)),
            ]);
        }
        else
        {
            facts.Add(("Last test", Cell.Own("none that the log tells of")));
        }

        page.Facts($"Key provider, {KindOf(provider.Type)}", facts);
        if (isInternal)
        {
            return;
        }

        if (provider.Live is null)
        {
            page.Element("p", "Who may use the master key, its rotation and its last use: KMS was not asked.", ("class", "quiet"));
        }

        foreach (ReportedLiveKey live in provider.Live ?? [])
        {
            Live(live);
        }
    }

    private void Live(ReportedLiveKey live)
    {
        page.Facts($"What KMS answered in {live.Region}", [
            ("Asked at", Cell.Of(live.AskedAt)),
            ("Key", Cell.Code(live.KeyArn)),
            ("State", Cell.Foreign(live.State, Words.Unknown)),
            ("Spec, origin, manager", Cell.Foreign(live.Spec is null ? null : $"{live.Spec}, {live.Origin}, {live.Manager}", Words.Unknown)),
            ("Made", Cell.Of(live.CreatedAt)),
            ("Will be deleted", Cell.Of(live.DeletionDate, live.State is null ? Words.Unknown : "no")),
            ("KMS rotates the material", live.Rotation is true && live.RotationPeriodInDays is { } days
                ? Cell.All(Cell.Own($"every {days} days, next"), Cell.Of(live.NextRotation))
                : Cell.Of(live.Rotation)),
            ("Last use on record in KMS", live.LastUsedAt is { } used
                ? Cell.All(Cell.Of(used), Cell.Foreign(live.LastOperation), Cell.Own("CloudTrail event"), Cell.Code(live.LastEventId, Words.Unknown))
                : Cell.Own(live.UsageTrackedSince is null ? Words.Unknown : "none")),
            ("KMS records uses since", Cell.Of(live.UsageTrackedSince)),
            ("Could not be seen", Cell.List(live.Failures)),
        ]);
        if (live.Policy is { } policy)
        {
            page.Table($"Key policy in {live.Region}", ["Statement", "Effect", "Principals", "Actions", "Condition"], policy.Select(one => (Cell[])
            [
                Cell.Foreign(one.Sid, "without a name"), Cell.Foreign(one.Effect), Cell.Foreign(one.Principals), Cell.Foreign(one.Actions), Cell.Foreign(one.Condition),
            ]));
        }

        if (live.Grants is { Count: > 0 } grants)
        {
            page.Table($"Grants in {live.Region}", ["Grant", "For", "May be given back by", "Operations", "Only if", "Made"], grants.Select(one => (Cell[])
            [
                Cell.All(Cell.Code(one.GrantId), Cell.Foreign(one.Name, "")),
                Cell.Foreign(one.Grantee, Words.Unknown),
                Cell.Foreign(one.Retiring, "nobody"),
                Cell.Foreign(string.Join(", ", one.Operations)),
                Cell.Foreign(one.Constraint, "always"),
                Cell.Of(one.CreatedAt),
            ]));
        }
        else if (live.Grants is not null)
        {
            page.Paragraph($"There is no grant on the key in {live.Region}, to an AWS service or to anybody else.");
        }
    }

    private void Migrations(ReportedTenant tenant, string id)
    {
        page.Element("h4", "Migrations");
        if (tenant.Migrations.Count == 0)
        {
            page.Paragraph("None is on record.");
            return;
        }

        KeyMigration[] shown = [.. tenant.Migrations.TakeLast(MostInFigure)];
        TimelineFigure.Write(
            page,
            id + "-migrations",
            shown.Length < tenant.Migrations.Count ? $"Migrations over time, the last {MostInFigure} of {tenant.Migrations.Count}" : "Migrations over time",
            report.CreatedAt,
            [.. shown.Select(one => ($"{one.Mode}, {one.State}, to {one.MigratingToName ?? one.MigratingTo}", one.InitiatedAt, one.CompletedAt))]);
        page.Table("Each migration", ["Migration", "What", "From", "To", "State", "Done, failed, total", "Begun", "Ended", "By"], tenant.Migrations.Select(one => (Cell[])
        [
            Cell.Code(one.Id),
            Cell.Own($"{one.Mode}{(one.LowPriority ? ", low priority" : "")}{(one.Mode == MigrationMode.Reencrypt ? $", {Words.Of(one.Bytes)} bytes written anew" : "")}"),
            Cell.All(Cell.Foreign(one.MigratingFromName, "removed since:"), Cell.Code(one.MigratingFrom)),
            Cell.All(Cell.Foreign(one.MigratingToName, "removed since:"), Cell.Code(one.MigratingTo)),
            Cell.All(
                Cell.Own($"{one.State}, {one.Progress} %{(one.Requested is { } requested ? $", asked to be {requested}" : "")}"),
                one.FailureCode is null ? Cell.Own("") : Cell.Verdict(one.FailureCode, isGood: false)),
            Cell.Own($"{Words.Of(one.Done)}, {Words.Of(one.Failed)}, {Words.Of(one.Total)}"),
            Cell.Of(one.InitiatedAt),
            Cell.Of(one.CompletedAt, "not yet"),
            Cell.Foreign(one.Actor, Words.Unknown),
        ]));
    }

    private void Drills(ReportedTenant tenant)
    {
        page.Element("h4", "Drills");
        if (tenant.Drills.Count == 0)
        {
            page.Paragraph("The log tells of none.");
            return;
        }

        foreach (ReportedDrill drill in tenant.Drills)
        {
            page.Table(
                $"{drill.Drill} drill, {(drill.FinishedAt ?? drill.StartedAt) switch { { } time => Words.Of(time), null => Words.Unknown }}",
                ["Step", "Where", "Outcome", "Time it took"],
                [
                    [Cell.Own("The drill"), Cell.All(Cell.Own("key provider"), Cell.Foreign(drill.Provider, Words.Unknown)), Cell.Verdict(drill.Code, drill.Code == ErrorCodes.Success, "no end is told"),
                        Cell.All(
                            Cell.Own("begun"), Cell.Of(drill.StartedAt, "at a time that is not on record"), Cell.Own("and ended"), Cell.Of(drill.FinishedAt, "at none that is told"),
                            Cell.Own($"(event {Words.Of(drill.Sequence)}), by"), Cell.Foreign(drill.Actor, Words.Unknown))],
                    .. TimesOf(drill),
                    .. drill.Steps.Select(step => (Cell[])
                    [
                        Cell.Foreign(step.Name),
                        Cell.Foreign(step.Region, "everywhere"),
                        step.Code is null or ErrorCodes.Success ? Cell.Foreign(step.Outcome) : Cell.All(Cell.Foreign(step.Outcome), Cell.Verdict(step.Code, isGood: false)),
                        Cell.Own(Words.OfMilliseconds(step.Milliseconds)),
                    ]),
                ]);
        }
    }

    private static IEnumerable<Cell[]> TimesOf(ReportedDrill drill)
    {
        if (drill.ShutAfterMilliseconds is { } shut)
        {
            yield return [Cell.Own("Withdrawn, until KMS refused"), Cell.Own("everywhere"), Cell.Own("then the key lease"), Cell.Own(Words.OfMilliseconds(shut))];
        }

        if (drill.ReadAgainAfterMilliseconds is { } readAgain)
        {
            yield return [Cell.Own("Given again, until the first read"), Cell.Own("everywhere"), Cell.Own("the way back"), Cell.Own(Words.OfMilliseconds(readAgain))];
        }
    }
}
