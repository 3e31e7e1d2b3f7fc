using Amazon.S3.Model;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.S3.Tests.Faults;
using TenantEncryption.Testing;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.S3.Tests.Data;

public sealed class ReadTests(ObjectServer server) : IClassFixture<ObjectServer>
{
    [InteropFact(ProgramNames.MotoServer)]
    public async Task An_altered_object_is_refused_and_nothing_of_it_has_a_name()
    {
        await using ProductOnBucket product = await StartAsync();
        await product.ProtectAsync(product.Write("plain", 1_000_000).Path, "key");
        byte[] message = await product.Bucket.ReadAsync("key");
        message[^100_000] ^= 1;
        await product.Bucket.Administrator.PutObjectAsync(new PutObjectRequest { BucketName = product.Bucket.Name, Key = "key", InputStream = new MemoryStream(message) });

        (FileOutcome<UnprotectedFile> outcome, byte[]? content) = await product.ReadAsync("key");
        MessageTestResult test = await TestAsync(product, "key");

        Assert.Equal((ErrorCodes.MessageAltered, null, ErrorCodes.MessageAltered), (outcome.Error?.Code, content, test.Code));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_cut_object_and_one_that_is_no_message_are_told_apart()
    {
        await using ProductOnBucket product = await StartAsync();
        await product.ProtectAsync(product.Write("plain", 1_000_000).Path, "key");
        byte[] message = await product.Bucket.ReadAsync("key");
        await PutAsync(product, "cut", message[..^1]);
        await PutAsync(product, "none", [1, 2, 3]);
        await PutAsync(product, "empty", []);

        Assert.Equal(ErrorCodes.MessageTruncated, (await TestAsync(product, "cut")).Code);
        Assert.Equal(ErrorCodes.NotAMessage, (await TestAsync(product, "none")).Code);
        await Refusal.IsAsync(ErrorCodes.NotAMessage, () => product.Service.Data.ReadHeaderAsync(product.AddressOf("none")));
        Assert.False((await TestAsync(product, "empty")).Success);
        Assert.NotEqual(ErrorCodes.Unknown, await Refusal.CodeOfAsync(() => product.Service.Data.ReadHeaderAsync(product.AddressOf("empty"))));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Another_message_of_the_tenant_in_its_place_is_told_of()
    {
        await using ProductOnBucket product = await StartAsync();
        await product.ProtectAsync(product.Write("a", 10).Path, "a");
        await product.ProtectAsync(product.Write("b", 10).Path, "b");
        await PutAsync(product, "a", await product.Bucket.ReadAsync("b"));

        Assert.Contains(ErrorCodes.MessageSubstituted, (await product.ReadAsync("a")).Outcome.Warning, StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.MessageSubstituted, (await product.ReadAsync("a", new UnprotectOptions { Strict = true })).Outcome.Error?.Code);
        Assert.Null((await product.ReadAsync("b")).Outcome.Warning);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_connection_that_breaks_in_the_middle_does_no_harm()
    {
        await using ProductOnBucket product = await StartAsync();
        (string path, byte[] content) = product.Write("plain", 5_000_000);
        await product.ProtectAsync(path, "key");
        product.Bucket.Proxy.Faults = FaultProxy.First(3, "GetObject", () => new Fault.CutIn(1_000_000));

        Assert.Equal(content, (await product.ReadAsync("key")).Content);
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task Plaintext_is_not_written_into_a_bucket()
    {
        await using ProductOnBucket product = await StartAsync();
        ProtectedFile file = await product.ProtectAsync(product.Write("plain", 10).Path, "key.tenc");
        await using DataSession session = product.Service.Data.BeginSession();

        var codes = new List<string?>();
        await foreach (FileOutcome<UnprotectedFile> outcome in session.UnprotectFilesAsync([new FileRequest(file.Path, product.AddressOf("plain"))]))
        {
            codes.Add(outcome.Error?.Code);
        }

        FileRequest planned = Assert.Single(await product.Service.Data.PlanUnprotectAsync([file.Path], null, null, recurse: false));
        Assert.Equal([ErrorCodes.InvalidInput, ErrorCodes.InvalidInput], codes.Append(planned.Refusal?.Code));
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_key_that_would_lead_out_of_the_folder_is_refused()
    {
        await using ProductOnBucket product = await StartAsync();
        await PutAsync(product, "in/a//b.tenc", [1]);
        await PutAsync(product, "in/c\\..\\d.tenc", [1]);

        IReadOnlyList<FileRequest> plan = await product.Service.Data.PlanUnprotectAsync([product.AddressOf("in/")], product.PathOf("out"), null, recurse: true);

        Assert.Equal(2, plan.Count(file => file.Refusal?.Code == ErrorCodes.InvalidInput));
    }

    private static Task<PutObjectResponse> PutAsync(ProductOnBucket product, string key, byte[] content) =>
        product.Bucket.Administrator.PutObjectAsync(new PutObjectRequest { BucketName = product.Bucket.Name, Key = key, InputStream = new MemoryStream(content) });

    private static async Task<MessageTestResult> TestAsync(ProductOnBucket product, string key)
    {
        await using DataSession session = product.Service.Data.BeginSession();
        var results = new List<MessageTestResult>();
        await foreach (FileOutcome<MessageTestResult> outcome in session.TestFilesAsync(await product.Service.Data.PlanTestAsync([product.AddressOf(key)], recurse: false)))
        {
            Assert.True(outcome.Error is null, outcome.Error?.ToString());
            results.Add(outcome.Result!);
        }

        return Assert.Single(results);
    }

    private async Task<ProductOnBucket> StartAsync() => await ProductOnBucket.StartAsync(await server.NewBucketAsync());
}
