using System.Globalization;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Migration;

namespace TenantEncryption.Reports.Html;

/// <summary>
/// A report as one page: it loads nothing, needs no script, and reads in any width, on paper, in the dark and aloud. It shows what the JSON has.
/// </summary>
internal static class ReportPage
{
    private const int MostMonths = 24;

    /// <summary>Writes the page.</summary>
    public static void Write(EncryptionReport report, TextWriter text)
    {
        using var page = new PageWriter(text);
        page.Begin();
        page.Element(
            "html",
            () =>
            {
                page.Element("head", () => Head(report, page));
                page.Line();
                page.Element("body", () =>
                {
                    page.Element("a", "Skip to the report", ("class", "skip"), ("href", "#report"));
                    page.Element("header", () => Introduction(report, page));
                    page.Element("nav", () => Contents(page), ("aria-label", "Contents"));
                    page.Element("main", () => Sections(report, page), ("id", "report"));
                });
            },
            ("lang", "en"));
        page.Line();
    }

    private static void Head(EncryptionReport report, PageWriter page)
    {
        page.Void("meta", ("charset", "utf-8"));
        page.Void("meta", ("http-equiv", "Content-Security-Policy"), ("content", PageStyle.Policy));
        page.Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
        page.Void("meta", ("name", "referrer"), ("content", "no-referrer"));
        page.Element("title", $"Encryption report, {Words.Of(report.CreatedAt)}");
        page.Element("style", () => page.Raw(PageStyle.Css));
    }

    private static void Introduction(EncryptionReport report, PageWriter page)
    {
        page.Element("h1", "Encryption report");
        page.Paragraph(
            report.IsLive
                ? "What the store, its event log and AWS KMS tell of the tenants' keys. It holds no key."
                : "What the store and its event log tell of the tenants' keys. AWS KMS was not asked. It holds no key.");
        page.Facts("This report", [
            ("Made at", Cell.Of(report.CreatedAt)),
            ("Made by", Cell.Foreign(report.CreatedBy)),
            ("Software", Cell.Foreign($"TenantEncryption {report.SoftwareVersion}, report format {report.FormatVersion}")),
            ("Scope", report.Scope is null ? Cell.Own("all tenants of the store") : Cell.List(report.Scope, "no tenant")),
            ("KMS was asked", Cell.Of(report.IsLive)),
            ("Tenants", Cell.Own(Words.Of(report.Tenants.Count))),
            ("Key-encryption keys", Cell.Own(Words.Of(report.Tenants.Sum(tenant => tenant.Keys.Count)))),
            ("Catalogued messages", Cell.Own(Words.Of(report.Tenants.Sum(tenant => tenant.Messages)))),
            ("Event log", Verdict(report)),
            ("To look at", report.Exceptions.Count == 0 ? Cell.Own("nothing") : Cell.Link(Counted.Of(report.Exceptions.Count, "thing"), ReportSections.Exceptions)),
        ]);
    }

    private static Cell Verdict(EncryptionReport report) => report.Verification.Count == 0
        ? Cell.Own("could not be verified")
        : report.Verification.FirstOrDefault(result => !result.Success) is { } bad
            ? Cell.Verdict(bad.Code, isGood: false)
            : Cell.All(Cell.Verdict(ErrorCodes.Success, isGood: true), Cell.Own($"{Counted.Of(report.Verification.Sum(result => result.Records), "event")} verified"));

    private static void Contents(PageWriter page) => page.Element("ol", () =>
    {
        foreach ((string id, string title) in ReportSections.All)
        {
            page.Element("li", () => page.Element("a", title, ("href", "#" + id)));
        }
    });

    private static void Sections(EncryptionReport report, PageWriter page)
    {
        var tenants = new TenantPart(report, page);
        var write = new Dictionary<string, Action>(StringComparer.Ordinal)
        {
            [ReportSections.Exceptions] = () => Exceptions(report, page),
            [ReportSections.Coverage] = () => Coverage(report, page),
            [ReportSections.Migrations] = () => Migrations(report, page),
            [ReportSections.Cryptography] = () => Cryptography(report.Cryptography, page),
            [ReportSections.EachTenant] = tenants.Write,
            [ReportSections.History] = () => History(report, page),
            [ReportSections.Log] = () => Log(report, page),
            [ReportSections.Limits] = () => page.Table("What is not covered, and what follows", ["What", "What follows"], report.Limits.Select(limit => (Cell[])[Cell.Own(limit.What), Cell.Own(limit.Why)])),
            [ReportSections.Controls] = () => Controls(report, page),
        };
        foreach ((string id, string title) in ReportSections.All)
        {
            page.Line();
            page.Element(
                "section",
                () =>
                {
                    page.Element("h2", title, ("id", id + "-title"));
                    write[id]();
                },
                ("id", id),
                ("aria-labelledby", id + "-title"));
        }
    }

    private static void Exceptions(EncryptionReport report, PageWriter page)
    {
        if (report.Exceptions.Count == 0)
        {
            page.Paragraph("Nothing in this report asks to be looked at.");
            return;
        }

        page.Table("What failed, what is out of the ordinary, and what could not be seen", ["What", "Tenant", "Code", "What was seen"], report.Exceptions.Select(one => (Cell[])
        [
            Cell.Foreign(one.Subject), Cell.Foreign(one.TenantId, "the store"), Cell.Verdict(one.Code, isGood: false), Cell.Foreign(one.Detail),
        ]));
    }

    private static void Coverage(EncryptionReport report, PageWriter page)
    {
        var groups = report.Tenants.SelectMany(tenant => tenant.Providers)
            .GroupBy(provider => (provider.Type, provider.Status))
            .OrderBy(group => group.Key.Type).ThenBy(group => group.Key.Status)
            .Select(group => (Name: $"{TenantPart.KindOf(group.Key.Type)}, {group.Key.Status}", Providers: group.LongCount(), Keys: group.Sum(one => one.Keys), Messages: group.Sum(one => one.Messages), Values: group.Sum(one => one.Values)))
            .ToArray();
        if (groups.Length == 0)
        {
            page.Paragraph("There is no key provider to show.");
            return;
        }

        page.Paragraph("Catalogued messages by the kind and state of the key provider on which they depend. Active ones are written and read, Archived ones read, Deactivated ones shut. Each tenant has the same by key.");
        BarFigure.Write(page, "coverage-figure", "Messages by kind and state of key provider", "messages", [.. groups.Select(group => (group.Name, group.Messages))]);
        page.Table("What depends on which kind of key provider", ["Kind and state", "Providers", "Key-encryption keys", "Messages", "Values, at most"], groups.Select(group => (Cell[])
        [
            Cell.Own(group.Name), Cell.Of(group.Providers), Cell.Of(group.Keys), Cell.Of(group.Messages), Cell.Of(group.Values),
        ]));
    }

    private static void Migrations(EncryptionReport report, PageWriter page)
    {
        KeyMigration[] all = [.. report.Tenants.SelectMany(tenant => tenant.Migrations)];
        if (all.Length == 0)
        {
            page.Paragraph("No migration is on record.");
            return;
        }

        var months = all.GroupBy(one => one.InitiatedAt.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture)).OrderByDescending(month => month.Key).ToArray();
        page.Paragraph("Migrations by the month in which they began. Each tenant has its own, one by one.");
        BarFigure.Write(
            page,
            "migrations-figure",
            months.Length > MostMonths ? $"Migrations begun, the last {MostMonths} months that had any" : "Migrations begun, by month",
            "migrations",
            [.. months.Take(MostMonths).Select(month => (month.Key, month.LongCount()))]);
        page.Table("Migrations by month", ["Month", "Begun", "Completed", "Unfinished", "Stopped", "Items done", "Items failed"], months.Select(month => (Cell[])
        [
            Cell.Own(month.Key),
            Cell.Of(month.LongCount()),
            Cell.Of(month.LongCount(one => one.State == MigrationState.Completed)),
            Cell.Of(month.LongCount(one => one.State is not (MigrationState.Completed or MigrationState.Stopped))),
            Cell.Of(month.LongCount(one => one.State == MigrationState.Stopped)),
            Cell.Of(month.Sum(one => one.Done)),
            Cell.Of(month.Sum(one => one.Failed)),
        ]));
    }

    private static void Cryptography(ReportedCryptography facts, PageWriter page)
    {
        page.Table("Keys, from the master key down to the data", ["Key", "Purpose", "Algorithm", "Bits", "Cryptoperiod", "Source of the rule"], facts.Algorithms.Select(one => (Cell[])
        [
            Cell.Own(one.Key), Cell.Own(one.Purpose), Cell.Own(one.Algorithm), Cell.Of(one.KeyBits), Cell.Own(one.Cryptoperiod), Cell.Own(one.Source),
        ]));
        page.Facts("Where the cryptography was done when this report was made", [
            ("Cryptographic library", Cell.Foreign(facts.Library)),
            ("That library is in a FIPS mode", facts.LibraryFipsMode is null ? Cell.Own($"{Words.Unknown}: the library does not tell") : Cell.Of(facts.LibraryFipsMode)),
            ("Operating system", Cell.Foreign(facts.OperatingSystem)),
            ("The operating system is in FIPS mode", Cell.Of(facts.OperatingSystemFipsMode)),
            ("TLS key exchange with AWS KMS", Cell.Foreign(facts.TlsKeyExchange, $"{Words.Unknown} here: CloudTrail has it for each request id, as tlsDetails")),
        ]);
    }

    private static void History(EncryptionReport report, PageWriter page)
    {
        ReportedStore store = report.Store;
        page.Facts("The store", [
            ("Where it is", Cell.Code(store.Location)),
            ("Store id", Cell.Code(store.StoreId)),
            ("Version of its schema", Cell.Own(Words.Of(store.SchemaVersion))),
            ("Used by several machines", Cell.Of(store.SharedByMachines)),
            ("Replaced key records are overwritten", Cell.Of(store.OverwritesReplacedRecords)),
            ("Root key of the internal KMS", Cell.All(Cell.Code(store.RootKeyId), Cell.Own($"(kept: {store.RootKeyProtection}{(store.RootKeyArn is null ? null : $", {store.RootKeyArn}")})"))),
        ]);
        TenantPart.Events(page, "Events of the store, and of tenants that were removed", report.History, withTenant: true);
    }

    private static void Log(EncryptionReport report, PageWriter page)
    {
        page.Paragraph("Every event is chained to the one before it by a keyed MAC. A head is the number and MAC of a chain's last event: noted elsewhere, it shows later whether events were cut off.");
        page.Table("What verifying the log showed", ["Chain", "Verdict", "Chains", "Events", "In archives", "What it excludes"], report.Verification.Select(result => (Cell[])
        [
            result.Head is { TenantId: { } id } && report.Scope is not null ? Cell.Foreign(id) : Cell.Own("all"),
            Cell.Verdict(result.Code, result.Success),
            Cell.Of(result.Chains),
            Cell.Of(result.Records),
            Cell.Of(result.Archived),
            Cell.Foreign($"{result.Detail} {result.Excludes}".Trim()),
        ]));
        page.Table("Heads", ["Chain", "Events", "MAC of the last event", "Kept on this machine"], Heads(report));
        if (report.Anchors is { } anchors)
        {
            page.Facts("Anchors that the store tells", [
                ("How many", Cell.Own(Words.Of(anchors.Count))),
                ("The first one", Describe(anchors.First)),
                ("The last one", Describe(anchors.Last)),
            ]);
            page.Table("Where they went, as the store tells it", ["Bucket or key", "The last one there", "Since", "Anchors that it lacks"], anchors.Publications.Select(one => (Cell[])
            [
                Cell.Code(one.Place),
                Cell.Of(one.Number),
                one.Time is { } time ? Cell.Of(time) : Cell.Own("never"),
                Cell.Of(one.Behind),
            ]));
        }
        else
        {
            page.Paragraph("The store tells of no anchor: what was cut off the end of a chain shows by heads alone.");
        }
    }

    private static IEnumerable<Cell[]> Heads(EncryptionReport report)
    {
        foreach (EventLogHeadState one in report.Heads)
        {
            yield return
            [
                one.TenantId is { } removed ? Cell.All(Cell.Foreign(removed), Cell.Own("(removed)")) : Cell.Own("the store's own"),
                Cell.Of(one.Head.Sequence),
                Cell.Code(one.Head.Mac),
                Kept(one.Kept),
            ];
        }

        foreach (ReportedTenant tenant in report.Tenants)
        {
            if (tenant.Head is { } head)
            {
                yield return [Cell.Foreign(tenant.TenantId), Cell.Of(head.Sequence), Cell.Code(head.Mac), Kept(tenant.KeptHead)];
            }
        }
    }

    private static Cell Kept(long? number) => number is { } kept ? Cell.Of(kept) : Cell.Own("none");

    private static Cell Describe(Anchors.Anchor anchor) => Cell.All(
        Cell.Own($"{Words.Of(anchor.Number)}, over {Counted.Of(anchor.Chains, "chain")},"),
        Cell.Of(anchor.Time),
        Cell.Own("root"),
        Cell.Code(anchor.Root),
        Cell.Own("hash"),
        Cell.Code(anchor.Hash),
        Cell.Own("after"),
        Cell.Code(anchor.Previous, "none"));

    private static void Controls(EncryptionReport report, PageWriter page)
    {
        page.Paragraph("Which part of this report is evidence for what a standard asks for. It is a help to find it, and no statement of conformity.");
        Dictionary<string, string> titles = ReportSections.All.ToDictionary(section => section.Id, section => section.Title, StringComparer.Ordinal);
        foreach (IGrouping<string, ReportedControl> standard in report.Controls.GroupBy(control => control.Standard))
        {
            page.Table(standard.Key, ["Control", "What it asks for", "Here", "Where", "What is shown, and what is left"], standard.Select(control => (Cell[])
            [
                Cell.Own(control.Control),
                Cell.Own(control.Requirement),
                Cell.Own(control.Coverage switch { ReportCoverage.Shown => "shown", ReportCoverage.InPart => "in part", _ => "not covered by this product" }),
                control.Sections.Count == 0 ? Cell.Own("nowhere") : Cell.All([.. control.Sections.Select((id, at) => new Cell(cell =>
                {
                    Cell.Link(titles[id], id).Write(cell);
                    cell.Text(at + 1 < control.Sections.Count ? "," : "");
                }))]),
                Cell.Own(control.Note),
            ]));
        }
    }
}
