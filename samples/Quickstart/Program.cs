// The main job, end to end, with nothing but the .NET SDK: files of two tenants are encrypted under per-tenant keys, one tenant moves
// from the internal KMS to a customer master key, everything still reads, and shutting that key shuts the data.
using System.Security.Cryptography;
using System.Text;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using TenantEncryption;
using TenantEncryption.Aws;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.LocalKms;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Quickstart;
using TenantEncryption.Sqlite;
using TenantEncryption.Tenants;

if (args.Length > 0 && !Directory.Exists(args[0]))
{
    Console.Error.WriteLine($"There is no folder '{args[0]}'. Name one with files in it, or none: then the sample makes some.");
    return 2;
}

using var scratch = new ScratchFolder();
string source = args.Length > 0 ? Path.GetFullPath(args[0]) : scratch.MakeSampleFiles();
var story = new Story();

// 1. A store, and a service on it. The root key of the internal KMS is kept outside the store's folder.
var credentials = new AwsSessionCredentials("local", new SecretBytes(Encoding.UTF8.GetBytes("local")));
await using TenantEncryptionService service = await TenantEncryptionService.OpenAsync(
    new SqliteStore(scratch.Folder("store")),
    new AwsKms(new AwsKmsOptions { SessionCredentials = credentials }),
    new TenantEncryptionOptions
    {
        RootKeyVault = new FileRootKeyVault(scratch.RootKeys),
        LogHeadFolder = scratch.RootKeys,
    });

// 2. Two tenants, whose files are protected. The second keeps no key in memory: each operation asks its provider.
await service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
await service.Tenants.CreateAsync(new NewTenant { TenantId = "globex", KeyLease = TimeSpan.Zero });
foreach (string tenant in new[] { "acme", "globex" })
{
    IReadOnlyList<FileRequest> plan = FilePlanner.ForProtect([source], scratch.Folder($"protected/{tenant}"), outFile: null, recurse: true);
    await using DataSession session = service.Data.BeginSession();
    int files = 0;
    await foreach (FileOutcome<ProtectedFile> outcome in session.ProtectFilesAsync(tenant, plan))
    {
        files += story.Holds($"{Path.GetFileName(outcome.Source)} is protected for {tenant}", outcome.Error is null && outcome.Skipped is null) ? 1 : 0;
    }

    Console.WriteLine($"{files} files protected for {tenant}, under {(await service.Providers.ResolveAsync("Internal", tenant)).Name}");
}

// 3. A local KMS stands in for AWS; the tenant's organisation makes a key there.
await using LocalKmsServer localKms = await LocalKmsServer.StartAsync(new LocalKmsOptions());
using var aws = new AmazonKeyManagementServiceClient(
    new BasicAWSCredentials("local", "local"),
    new AmazonKeyManagementServiceConfig { ServiceURL = localKms.Url, AuthenticationRegion = "eu-west-1" });
KeyMetadata cmk = (await aws.CreateKeyAsync(new CreateKeyRequest { Description = "globex master key" })).KeyMetadata;
Console.WriteLine($"customer master key {cmk.Arn}");

// 4. It is registered for one tenant, tested, and the tenant moves to it. No file is touched.
KeyProvider provider = await service.Providers.RegisterAsync(new NewKeyProvider
{
    TenantId = "globex",
    Name = "Globex CMK",
    KeyIdentifier = cmk.Arn,
    Connection = new KmsConnection { EndpointUrl = localKms.Url },
});
KeyProviderTestResult test = await service.Providers.TestAsync(provider.Id);
foreach (KeyProviderCheck check in test.Checks)
{
    Console.WriteLine($"  {check.Outcome,-8} {check.Name,-14} {check.Observed}");
}

story.Holds($"the key provider works: {test.Code}", test is { Success: true, Verdict: KeyProviderVerdict.SafeToActivate });
Console.WriteLine(await service.Migrations.MeasureAsync("globex", provider.Id));
KeyMigration migration = await service.Migrations.StartAsync("globex", provider.Id);
story.Holds($"the migration is {migration.State}: {migration.Done} of {migration.Total} keys", migration is { State: MigrationState.Completed, Failed: 0 });
story.Holds("the customer's key is Active", (await service.Providers.ResolveAsync("Globex CMK", "globex")).Current);

// 5. Everything reads, byte for byte.
foreach (string tenant in new[] { "acme", "globex" })
{
    string folder = scratch.Folder($"read/{tenant}");
    await foreach (FileOutcome<UnprotectedFile> outcome in ReadAsync(tenant, scratch.Folder($"protected/{tenant}"), folder))
    {
        string original = Path.Combine(source, Path.GetRelativePath(folder, outcome.Result?.Path ?? folder));
        story.Holds($"{Path.GetFileName(original)} of {tenant} reads as it was", outcome.Error is null && SameContent(original, outcome.Result!.Path));
    }
}

// 6. One tenant can't read the other's.
await foreach (FileOutcome<UnprotectedFile> outcome in ReadAsync("acme", scratch.Folder("protected/globex"), scratch.Folder("stolen")))
{
    story.Holds($"acme can't read {Path.GetFileName(outcome.Source)} of globex: {outcome.Error?.Code}", outcome.Error?.Code == ErrorCodes.WrongTenant);
}

story.Holds("nothing was written meanwhile", Directory.GetFiles(scratch.Folder("stolen"), "*", SearchOption.AllDirectories).Length == 0);

// 7. The organisation disables its key: the data is shut, for this tenant alone.
await aws.DisableKeyAsync(cmk.KeyId);
await foreach (FileOutcome<UnprotectedFile> outcome in ReadAsync("globex", scratch.Folder("protected/globex"), scratch.Folder("shut")))
{
    story.Holds($"{Path.GetFileName(outcome.Source)} of globex is shut: {outcome.Error?.Code}", outcome.Error?.Code == ErrorCodes.KeyDisabled);
}

await foreach (FileOutcome<UnprotectedFile> outcome in ReadAsync("acme", scratch.Folder("protected/acme"), scratch.Folder("open")))
{
    story.Holds($"{Path.GetFileName(outcome.Source)} of acme still reads", outcome.Error is null);
}

// 8. All of it is in the log, which nobody without the root key can rewrite.
await foreach (EncryptionEvent one in service.Events.ListAsync(new EventFilter()))
{
    Console.WriteLine($"{one.Sequence,3} {one.Time:HH:mm:ss} {one.Type,-58} {one.TenantId}");
}

EventLogTestResult log = await service.Events.VerifyAsync();
story.Holds($"the event log verifies: {log.Code}, {log.Records} records", log.Success);
return story.End();

async IAsyncEnumerable<FileOutcome<UnprotectedFile>> ReadAsync(string tenant, string from, string to)
{
    IReadOnlyList<FileRequest> plan = FilePlanner.ForUnprotect([from], to, outFile: null, recurse: true);
    await using DataSession session = service.Data.BeginSession();
    await foreach (FileOutcome<UnprotectedFile> outcome in session.UnprotectFilesAsync(plan, new UnprotectOptions { TenantId = tenant }))
    {
        yield return outcome;
    }
}

static bool SameContent(string one, string other) =>
    SHA256.HashData(File.ReadAllBytes(one)).AsSpan().SequenceEqual(SHA256.HashData(File.ReadAllBytes(other)));
