using System.Net;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.S3.Tests.Faults;
using TenantEncryption.Spaces;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.S3.Tests.Data;

public sealed class ProtectTests(ObjectServer server) : IClassFixture<ObjectServer>
{
    [InteropTheory(ProgramNames.MotoServer)]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(3_000_000)]
    [InlineData((64 << 20) + 1)]
    public async Task A_file_becomes_an_object_and_a_file_again(int length)
    {
        await using ProductOnBucket product = await StartAsync();
        (string path, byte[] content) = product.Write("plain", length);

        ProtectedFile file = await product.ProtectAsync(path, "a/plain.tenc");
        (FileOutcome<UnprotectedFile> read, byte[]? plain) = await product.ReadAsync("a/plain.tenc", new UnprotectOptions { TenantId = ProductOnBucket.Tenant });

        Assert.Equal((product.AddressOf("a/plain.tenc"), (long)length), (file.Path, file.Length));
        Assert.Null(read.Error);
        Assert.Equal(content, plain);
        Assert.Equal((file.MessageId, file.Path), (read.Result!.MessageId, read.Result.Source));
        MessageInfo known = Assert.Single(await product.CatalogAsync());
        Assert.Equal(
            (file.MessageId, $"s3://{product.Bucket.Name}", "a/plain.tenc", file.Path, (long?)length),
            (known.MessageId, known.Space, known.Name, known.Path, known.Length));
        MessageInfo header = await product.Service.Data.ReadHeaderAsync(file.Path);
        Assert.Equal((file.MessageId, ProductOnBucket.Tenant, file.KekId), (header.MessageId, header.TenantId, header.KekId));
        ObjectState state = (await product.Bucket.Bucket.FindAsync("a/plain.tenc", null, CancellationToken.None))!;
        Assert.Equal((file.MessageId, file.KekId), (state.Metadata["te-message"], state.Metadata["te-kek"]));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_folder_keeps_its_tree_below_a_prefix_and_comes_back_from_there()
    {
        await using ProductOnBucket product = await StartAsync();
        Dictionary<string, byte[]> plain = new()
        {
            ["x"] = product.Write("tree/x", 10).Content,
            ["sub/y"] = product.Write("tree/sub/y", 20).Content,
        };

        IReadOnlyList<FileRequest> plan = FilePlanner.ForProtect([product.PathOf("tree")], product.AddressOf("in/voices"), null, recurse: true);
        Assert.All(await product.ProtectAsync(plan), outcome => Assert.Null(outcome.Error));
        IReadOnlyList<FileRequest> back = await product.Service.Data.PlanUnprotectAsync([product.AddressOf("in/")], product.PathOf("back"), null, recurse: true);
        await using DataSession session = product.Service.Data.BeginSession();
        await foreach (FileOutcome<UnprotectedFile> outcome in session.UnprotectFilesAsync(back))
        {
            Assert.Null(outcome.Error);
        }

        Assert.All(plain, file => Assert.Equal(file.Value, File.ReadAllBytes(product.PathOf($"back/voices/{file.Key}"))));
        Assert.Equal(["in/voices/sub/y.tenc", "in/voices/x.tenc"], (await product.CatalogAsync()).Select(message => message.Name).Order(StringComparer.Ordinal));
        FileRequest none = Assert.Single(await product.Service.Data.PlanUnprotectAsync([product.AddressOf("in/")], product.PathOf("back"), null, recurse: false));
        Assert.Contains("no object", none.LeftOut, StringComparison.Ordinal);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task An_object_that_is_there_stays_unless_it_is_to_be_replaced()
    {
        await using ProductOnBucket product = await StartAsync();
        (string path, _) = product.Write("plain", 100);
        ProtectedFile first = await product.ProtectAsync(path, "key");

        FileOutcome<ProtectedFile> refused = Assert.Single(await product.ProtectAsync([new FileRequest(path, product.AddressOf("key"))]));
        FileOutcome<ProtectedFile> passed = Assert.Single(await product.ProtectAsync([new FileRequest(path, product.AddressOf("key"))], new ProtectOptions { SkipExisting = true }));
        Assert.Equal((ErrorCodes.OutputExists, true), (refused.Error?.Code, passed.PassedOver));
        Assert.Equal(first.MessageId, Assert.Single(await product.CatalogAsync()).MessageId);

        ProtectedFile second = await product.ProtectAsync(path, "key", new ProtectOptions { Force = true });
        Assert.Equal(second.MessageId, Assert.Single(await product.CatalogAsync()).MessageId);
        Assert.NotEqual(first.MessageId, second.MessageId);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_version_that_stays_behind_stays_catalogued()
    {
        await using ProductOnBucket product = await StartAsync(versions: true);
        (string path, _) = product.Write("plain", 100);
        ProtectedFile first = await product.ProtectAsync(path, "key");
        ProtectedFile second = await product.ProtectAsync(path, "key", new ProtectOptions { Force = true });

        Assert.Equal([first.MessageId, second.MessageId], (await product.CatalogAsync()).Select(message => message.MessageId).OrderBy(id => id == second.MessageId));
        Assert.Empty((await product.ReadAsync("key")).Outcome.Warning ?? "");
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Files_that_fail_leave_no_entry_and_do_not_stop_the_others()
    {
        await using ProductOnBucket product = await StartAsync();
        FileRequest[] files = [.. Enumerable.Range(0, 20).Select(number => new FileRequest(product.Write($"f{number}", 1000 + number).Path, product.AddressOf($"f{number}")))];
        product.Bucket.Proxy.Faults = request => request.Operation == "PutObject" && request.Target.EndsWith("/f7", StringComparison.Ordinal) ? new Fault.Refuses(HttpStatusCode.Forbidden, "AccessDenied") : null;

        List<FileOutcome<ProtectedFile>> outcomes = await product.ProtectAsync([.. files, new FileRequest(product.PathOf("none"), product.AddressOf("none"))]);

        Assert.Equal(["f7", "none"], outcomes.Where(outcome => outcome.Error is not null).Select(outcome => Path.GetFileName(outcome.Source)));
        Assert.Equal([ErrorCodes.SpaceDenied, ErrorCodes.SourceNotFound], outcomes.Select(outcome => outcome.Error?.Code).OfType<string>());
        Assert.Equal(19, (await product.CatalogAsync()).Count);
        Assert.Equal(0, await product.PendingAsync());
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task One_whose_fate_is_not_known_stays_pending_until_somebody_finds_out()
    {
        await using ProductOnBucket product = await StartAsync();
        (string path, byte[] content) = product.Write("plain", 100);

        // The object is there, and nobody hears of it.
        product.Bucket.Proxy.Faults = request => request.IsProbe ? null : request.Operation switch
        {
            "PutObject" => new Fault.CutAfter(),
            "HeadObject" => new Fault.CutBefore(),
            _ => null,
        };
        FileOutcome<ProtectedFile> outcome = Assert.Single(await product.ProtectAsync([new FileRequest(path, product.AddressOf("key"))]));
        Assert.Equal(ErrorCodes.SpaceUnreachable, outcome.Error?.Code);
        Assert.Equal(1, await product.PendingAsync());

        product.Bucket.Proxy.Faults = _ => null;
        await product.ProtectAsync(product.Write("another", 1).Path, "another");

        Assert.Equal(0, await product.PendingAsync());
        Assert.Equal(["another", "key"], (await product.CatalogAsync()).Select(message => message.Name));
        Assert.Equal(content, (await product.ReadAsync("key")).Content);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Of_two_that_write_to_one_key_the_catalog_knows_the_one_that_is_there()
    {
        await using ProductOnBucket product = await StartAsync();
        (string path, _) = product.Write("plain", 100);
        (string other, byte[] content) = product.Write("other", 200);
        ProtectedFile? last = null;
        int times = 0;
        product.Bucket.Proxy.Faults = request => request.Operation == "PutObject" && !request.IsProbe && Interlocked.Increment(ref times) == 1
            ? new Fault.Meanwhile(async () => last = await ReplaceAsync(), After: true)
            : null;

        // The first has put its object, and is told so only when the second has put and catalogued its own.
        FileOutcome<ProtectedFile> first = Assert.Single(await product.ProtectAsync([new FileRequest(path, product.AddressOf("key"))]));

        Assert.Null(first.Error);
        Assert.Contains("Another message took its place", first.Warning, StringComparison.Ordinal);
        Assert.Equal(last!.MessageId, Assert.Single(await product.CatalogAsync()).MessageId);
        Assert.Equal(content, (await product.ReadAsync("key", new UnprotectOptions { Strict = true })).Content);
        Assert.Equal(0, await product.PendingAsync());

        // The proxy lets one writer of a key pass at a time.
        async Task<ProtectedFile> ReplaceAsync()
        {
            await using TenantEncryptionService service = await product.OpenAsync(options => options with { ObjectStore = () => ObjectServer.NewStore(null, server.Url) });
            return await ProductOnBucket.ProtectAsync(service, other, product.AddressOf("key"), new ProtectOptions { Force = true });
        }
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Who_settles_what_a_dead_writer_left_does_not_undo_what_was_written_meanwhile()
    {
        await using ProductOnBucket product = await StartAsync();
        (string path, _) = product.Write("plain", 100);
        (string other, byte[] content) = product.Write("other", 200);

        // Who was at the bucket before has settled what was to be settled, and does not look again.
        await using TenantEncryptionService busy = await product.OpenAsync();
        await ProductOnBucket.ProtectAsync(busy, other, product.AddressOf("before"));
        product.Bucket.Proxy.Faults = request => request.IsProbe ? null : request.Operation switch
        {
            "PutObject" => new Fault.CutAfter(),
            "HeadObject" => new Fault.CutBefore(),
            _ => null,
        };
        Assert.Equal(ErrorCodes.SpaceUnreachable, Assert.Single(await product.ProtectAsync([new FileRequest(path, product.AddressOf("key"))])).Error?.Code);

        // Another one looks at the object, and before it can say that it is there, another object takes its place.
        ProtectedFile? last = null;
        product.Bucket.Proxy.Faults = FaultProxy.First(1, "GetObject", () => new Fault.Meanwhile(
            async () => last = await ProductOnBucket.ProtectAsync(busy, other, product.AddressOf("key"), new ProtectOptions { Force = true }), After: true));
        await using TenantEncryptionService settling = await product.OpenAsync();
        await ProductOnBucket.ProtectAsync(settling, other, product.AddressOf("another"));

        Assert.Equal(last!.MessageId, (await product.CatalogAsync()).Single(message => message.Name == "key").MessageId);
        Assert.Equal(content, (await product.ReadAsync("key", new UnprotectOptions { Strict = true })).Content);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Who_stops_leaves_no_object_that_the_catalog_does_not_know()
    {
        await using ProductOnBucket product = await StartAsync();
        FileRequest[] files = [.. Enumerable.Range(0, 30).Select(number => new FileRequest(product.Write($"f{number}", 1000).Path, product.AddressOf($"f{number}")))];
        using var stop = new CancellationTokenSource();
        product.Bucket.Proxy.Faults = request => request.Operation == "PutObject" && request.Target.EndsWith("/f15", StringComparison.Ordinal)
            ? new Fault.Meanwhile(() => stop.CancelAsync())
            : null;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => product.ProtectAsync(files, cancellationToken: stop.Token));

        product.Bucket.Proxy.Faults = _ => null;
        await product.ProtectAsync(product.Write("last", 1).Path, "last");
        var there = new List<string>();
        await foreach (ListedObject one in product.Bucket.Bucket.ListAsync("", null, CancellationToken.None))
        {
            there.Add(one.Key);
        }

        Assert.Equal(there, (await product.CatalogAsync()).Select(message => message.Name).Order(StringComparer.Ordinal));
        Assert.Equal(0, await product.PendingAsync());
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_source_goes_once_its_object_was_read_again()
    {
        await using ProductOnBucket product = await StartAsync();
        (string path, byte[] content) = product.Write("plain", 1000);

        await product.ProtectAsync(path, "key", new ProtectOptions { RemoveSource = true });

        Assert.False(File.Exists(path));
        Assert.Equal(content, (await product.ReadAsync("key")).Content);
    }

    [InteropTheory(ProgramNames.MotoServer)]
    [InlineData("s3://UPPER/key")]
    [InlineData("s3://ab/key")]
    [InlineData("s3://bucket/../key")]
    [InlineData("s3://bucket/")]
    public async Task What_is_no_address_of_an_object_is_refused(string address)
    {
        await using ProductOnBucket product = await StartAsync();

        FileOutcome<ProtectedFile> outcome = Assert.Single(await product.ProtectAsync([new FileRequest(product.Write("plain", 1).Path, address)]));

        Assert.Equal(ErrorCodes.InvalidInput, outcome.Error?.Code);
    }

    private async Task<ProductOnBucket> StartAsync(bool versions = false) => await ProductOnBucket.StartAsync(await server.NewBucketAsync(versions: versions));
}
