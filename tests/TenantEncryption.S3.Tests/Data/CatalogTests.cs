using System.Net;
using Amazon.S3.Model;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.S3.Tests.Faults;
using TenantEncryption.Testing;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.S3.Tests.Data;

/// <summary>The catalog is brought up to date with a bucket.</summary>
public sealed class CatalogTests(ObjectServer server) : IClassFixture<ObjectServer>
{
    [InteropFact(ProgramNames.MotoServer)]
    public async Task What_others_put_there_is_new_what_was_copied_is_told_and_what_was_moved_is_followed()
    {
        await using ProductOnBucket product = await StartAsync();
        await product.ProtectAsync(product.Write("a", 3000).Path, "in/a.tenc");
        await product.ProtectAsync(product.Write("b", 10).Path, "in/b.tenc");
        await CopyAsync(product, "in/a.tenc", "in/copy.tenc");
        await CopyAsync(product, "in/b.tenc", "in/moved.tenc");
        await product.Bucket.Administrator.DeleteObjectAsync(product.Bucket.Name, "in/b.tenc");
        await product.Bucket.Administrator.PutObjectAsync(new PutObjectRequest { BucketName = product.Bucket.Name, Key = "in/none.tenc", ContentBody = "no message" });

        List<CatalogChange> changes = await UpdateAsync(product, "in/");

        Assert.Equal(
            [("in/copy.tenc", CatalogChangeStatus.Copied, "in/a.tenc"), ("in/moved.tenc", CatalogChangeStatus.Moved, "in/b.tenc"), ("in/none.tenc", CatalogChangeStatus.Foreign, null)],
            changes.Select(change => (NameOf(product, change.Path)!, change.Status, NameOf(product, change.PreviousPath))));
        Assert.Equal(["in/a.tenc", "in/moved.tenc"], (await product.CatalogAsync()).Select(message => message.Name).Order(StringComparer.Ordinal));
        Assert.Null((await product.ReadAsync("in/moved.tenc")).Outcome.Warning);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_catalog_that_lost_its_rows_has_them_back_with_lengths_and_keys()
    {
        await using ProductOnBucket product = await StartAsync();
        ProtectedFile file = await product.ProtectAsync(product.Write("a", 700_000).Path, "a.tenc");
        await product.ProtectAsync(product.Write("b", 10).Path, "b.tenc");
        await CopyAsync(product, "a.tenc", "elsewhere");
        await product.Bucket.Administrator.DeleteObjectAsync(product.Bucket.Name, "a.tenc");
        Assert.Equal([("a.tenc", CatalogChangeStatus.Removed)], (await UpdateAsync(product, "", remove: true)).Select(change => (NameOf(product, change.Path)!, change.Status)));
        await CopyAsync(product, "elsewhere", "a.tenc");

        CatalogChange change = Assert.Single(await UpdateAsync(product, ""));

        Assert.Equal((CatalogChangeStatus.New, file.MessageId, file.KekId), (change.Status, change.MessageId, change.KekId));
        Assert.Equal(700_000, (await product.CatalogAsync()).Single(message => message.MessageId == file.MessageId).Length);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task What_was_deleted_is_missing_and_what_has_older_versions_is_not()
    {
        await using ProductOnBucket product = await StartAsync();
        await using ProductOnBucket versioned = await StartAsync(versions: true);
        foreach (ProductOnBucket one in (ProductOnBucket[])[product, versioned])
        {
            await one.ProtectAsync(one.Write("a", 10).Path, "in/a.tenc");
            await one.ProtectAsync(one.Write("b", 10).Path, "in/b.tenc");
            await one.Bucket.Administrator.DeleteObjectAsync(one.Bucket.Name, "in/a.tenc");
        }

        Assert.Equal([("in/a.tenc", CatalogChangeStatus.Missing)], (await UpdateAsync(product, "in/")).Select(change => (NameOf(product, change.Path)!, change.Status)));
        Assert.Empty(await UpdateAsync(versioned, "in/", remove: true));
        Assert.Equal(2, (await versioned.CatalogAsync()).Count);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_prefix_below_which_nothing_is_and_a_list_that_is_refused_make_nothing_missing()
    {
        await using ProductOnBucket product = await StartAsync();
        await product.ProtectAsync(product.Write("a", 10).Path, "in/a.tenc");
        product.Bucket.Proxy.Faults = FaultProxy.First(100, "ListObjectsV2", () => new Fault.Refuses(HttpStatusCode.Forbidden, "AccessDenied"));
        Assert.Equal(ErrorCodes.SpaceDenied, await Refusal.CodeOfAsync(() => UpdateAsync(product, "in/", remove: true)));

        product.Bucket.Proxy.Faults = _ => null;
        await product.Bucket.Administrator.DeleteObjectAsync(product.Bucket.Name, "in/a.tenc");
        Assert.Equal(ErrorCodes.SourceNotFound, await Refusal.CodeOfAsync(() => UpdateAsync(product, "in/", remove: true)));

        Assert.Single(await product.CatalogAsync());
        Assert.Equal([CatalogChangeStatus.Removed], (await UpdateAsync(product, "in/a.tenc", remove: true)).Select(change => change.Status));
        Assert.Equal(ErrorCodes.SourceNotFound, await Refusal.CodeOfAsync(() => UpdateAsync(product, "never.tenc")));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Files_and_objects_of_several_buckets_are_not_mixed()
    {
        await using ProductOnBucket product = await StartAsync();

        Refusal.Is(ErrorCodes.InvalidInput, () => product.Service.Data.BeginCatalogUpdate([product.AddressOf("a/"), product.PathOf("a")]));
        Refusal.Is(ErrorCodes.InvalidInput, () => product.Service.Data.BeginCatalogUpdate(["s3://one-bucket/", "s3://another-bucket/"]));
    }

    private static string? NameOf(ProductOnBucket product, string? path) => path?[product.AddressOf("").Length..];

    private static Task<CopyObjectResponse> CopyAsync(ProductOnBucket product, string from, string to) =>
        product.Bucket.Administrator.CopyObjectAsync(product.Bucket.Name, from, product.Bucket.Name, to);

    private static async Task<List<CatalogChange>> UpdateAsync(ProductOnBucket product, string key, bool remove = false)
    {
        await using CatalogUpdate update = product.Service.Data.BeginCatalogUpdate([product.AddressOf(key)]);
        var changes = new List<CatalogChange>();
        await TakeAsync(update.RunAsync());
        await TakeAsync(remove ? update.RemoveMissingAsync() : update.ListMissingAsync());
        return [.. changes.OrderBy(change => change.Path, StringComparer.Ordinal)];

        async Task TakeAsync(IAsyncEnumerable<FileOutcome<CatalogChange>> outcomes)
        {
            await foreach (FileOutcome<CatalogChange> outcome in outcomes)
            {
                if (outcome.Error is not null)
                {
                    throw outcome.Error;
                }

                if (outcome.Result is not null)
                {
                    changes.Add(outcome.Result);
                }
            }
        }
    }

    private async Task<ProductOnBucket> StartAsync(bool versions = false) => await ProductOnBucket.StartAsync(await server.NewBucketAsync(versions: versions));
}
