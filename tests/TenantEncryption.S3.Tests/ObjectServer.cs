using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using TenantEncryption.Aws;
using TenantEncryption.Keys;
using TenantEncryption.S3.Tests.Faults;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.S3.Tests;

/// <summary>A <c>moto_server</c> for all tests of a class, and a client of its administrator.</summary>
public sealed class ObjectServer : IAsyncLifetime, IDisposable
{
    private readonly Sandbox _sandbox = new();
    private MotoServer? _moto;

    /// <summary>Where the server listens.</summary>
    public string Url => _moto!.Url;

    /// <summary>Who owns the buckets.</summary>
    public AmazonS3Client Administrator { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (ProgramNames.Find(ProgramNames.MotoServer) is not null)
        {
            _moto = await MotoServer.StartAsync(_sandbox);
            Administrator = new AmazonS3Client(
                new BasicAWSCredentials("local", "local"),
                new AmazonS3Config { ServiceURL = _moto.Url, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
        }
    }

    public void Dispose() => _sandbox.Dispose();

    public async Task DisposeAsync()
    {
        if (_moto is not null)
        {
            Administrator.Dispose();
            await _moto.DisposeAsync();
        }
    }

    /// <summary>Makes a bucket and a store that goes to it through a proxy.</summary>
    /// <param name="options">Limits; endpoint and credentials are set.</param>
    /// <param name="versions">Whether the bucket keeps versions.</param>
    /// <param name="locks">Whether it takes locks, too.</param>
    internal async Task<TestBucket> NewBucketAsync(S3Options? options = null, bool versions = false, bool locks = false)
    {
        string name = "b-" + Guid.NewGuid().ToString("N");
        await Administrator.PutBucketAsync(new PutBucketRequest { BucketName = name, ObjectLockEnabledForBucket = locks });
        if (versions || locks)
        {
            await Administrator.PutBucketVersioningAsync(new PutBucketVersioningRequest { BucketName = name, VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled } });
        }

        FaultProxy proxy = await FaultProxy.StartAsync(Url);
        return new TestBucket(name, proxy, NewStore(options, proxy.Url), Administrator);
    }

    /// <summary>Makes a store.</summary>
    internal static S3ObjectStore NewStore(S3Options? options, string url) => new((options ?? new S3Options()) with
    {
        EndpointUrl = url,
        SessionCredentials = new AwsSessionCredentials("local", new SecretBytes(Encoding.UTF8.GetBytes("local"))),
    });
}
