using System.Text;
using Amazon.S3.Model;
using TenantEncryption.Anchors;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.S3.Tests.Data;

namespace TenantEncryption.S3.Tests.Anchors;

/// <summary>A store whose anchors go to a bucket: after each of some changes once.</summary>
internal sealed class AnchorsOnBucket : IAsyncDisposable
{
    private AnchorsOnBucket(ProductOnBucket product) => (Product, Place) = (product, new AnchorBucket
    {
        Address = product.AddressOf("audit/anchors"),
        RetentionMode = AnchorRetentionMode.Compliance,
        Retention = TimeSpan.FromDays(30),
    });

    public ProductOnBucket Product { get; }

    public TestBucket Bucket => Product.Bucket;

    /// <summary>Where they go.</summary>
    public AnchorBucket Place { get; init; }

    public string StoreId { get; private set; } = "";

    public static async Task<AnchorsOnBucket> StartAsync(ObjectServer server, int anchors = 0, bool locks = true)
    {
        ProductOnBucket product = await ProductOnBucket.StartAsync(await server.NewBucketAsync(new S3Options { MaxAttempts = 2 }, locks: locks));
        var scene = new AnchorsOnBucket(product);
        scene = locks ? scene : new AnchorsOnBucket(product) { Place = new AnchorBucket { Address = scene.Place.Address, AllowUnlocked = true } };
        scene.StoreId = (await product.Service.DescribeAsync()).StoreId;
        for (int number = 1; number <= anchors; number++)
        {
            Assert.Equal(number, (await scene.MakeAsync()).Number);
        }

        return scene;
    }

    /// <summary>Writes an event, and makes an anchor over it.</summary>
    public async Task<Anchor> MakeAsync(AnchorBucket? place = null)
    {
        await ChangeAsync();
        return await PublishAsync(place);
    }

    public Task ChangeAsync() => Product.Service.Keys.RotateAsync(ProductOnBucket.Tenant);

    /// <summary>Makes an anchor if something was written.</summary>
    public Task<Anchor> PublishAsync(AnchorBucket? place = null, TenantEncryptionService? service = null) =>
        (service ?? Product.Service).Anchors.MakeAsync(new AnchorPlaces { Bucket = place ?? Place });

    public string KeyOf(long number) => $"audit/anchors/{StoreId}/{number:D12}.json";

    /// <summary>What lies there, markers and older versions included, as the owner sees it: number, whether it is the latest, whether it is a marker.</summary>
    public async Task<List<string>> KeysAsync() =>
        [.. ((await Bucket.Administrator.ListVersionsAsync(Bucket.Name)).Versions ?? []).Select(one => one.Key).Order(StringComparer.Ordinal)];

    /// <summary>An anchor as it lies there.</summary>
    public async Task<string> TextAsync(long number) => Encoding.UTF8.GetString(await Bucket.ReadAsync(KeyOf(number)));

    /// <summary>Puts something there as who may write the bucket can.</summary>
    public Task<PutObjectResponse> PutAsync(string key, string text) => Bucket.Administrator.PutObjectAsync(new PutObjectRequest { BucketName = Bucket.Name, Key = key, ContentBody = text });

    /// <summary>What the log shows against the bucket, in a process that opens the store now.</summary>
    public async Task<EventLogTestResult> TestAsync(params AnchorEvidence[] more)
    {
        await using TenantEncryptionService next = await Product.OpenAsync();
        return await next.Events.VerifyAsync(anchors: [AnchorEvidence.OfBucket(Place.Address), .. more]);
    }

    /// <summary>The same, which must be refused.</summary>
    public async Task<string> RefusedAsync()
    {
        EventLogTestResult result = await TestAsync();
        Assert.Equal(ErrorCodes.EventLogAltered, result.Code);
        return result.Detail!;
    }

    /// <summary>The store as it is now, to be put back later, as from a backup on a machine that has no heads.</summary>
    public Action Backup()
    {
        string store = Product.PathOf("store");
        string copy = Product.PathOf("copy");
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.GetFiles(store))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return () =>
        {
            foreach (string file in Directory.GetFiles(store))
            {
                File.Delete(file);
            }

            foreach (string file in Directory.GetFiles(copy))
            {
                File.Copy(file, Path.Combine(store, Path.GetFileName(file)));
            }

            foreach (string head in Directory.GetFiles(Product.PathOf("roots"), "*.head", SearchOption.AllDirectories))
            {
                File.Delete(head);
            }
        };
    }

    public ValueTask DisposeAsync() => Product.DisposeAsync();
}
