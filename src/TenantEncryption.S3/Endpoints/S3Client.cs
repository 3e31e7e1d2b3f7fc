using Amazon.Runtime;
using Amazon.S3;
using TenantEncryption.Aws.Credentials;
using TenantEncryption.Aws.Endpoints;
using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.S3.Endpoints;

/// <summary>A client of S3, and as whom it calls.</summary>
internal sealed class S3Client : IDisposable
{
    // The region in a signature, where an endpoint of one's own has none (AWS General Reference, "Signature Version 4").
    private const string AnyRegion = "us-east-1";

    private S3Client(IAmazonS3 calls, CallerIdentity identity, string region) => (Calls, Identity, Region) = (calls, identity, region);

    /// <summary>The operations.</summary>
    public IAmazonS3 Calls { get; }

    /// <summary>As whom it calls.</summary>
    public CallerIdentity Identity { get; }

    /// <summary>The region that is asked.</summary>
    public string Region { get; }

    /// <summary>Makes one; nothing is called yet.</summary>
    /// <param name="options">Where and as whom.</param>
    /// <param name="transport">Sends to S3.</param>
    /// <param name="sts">Sends to STS.</param>
    /// <returns>The client.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: no region is known, or the endpoint is not allowed. <c>CREDENTIALS_INVALID</c>.</exception>
    public static S3Client Create(S3Options options, Transport transport, Transport sts)
    {
        KmsConnection connection = options.Connection;
        string? known = CallRegion.Find(connection, null);
        var settings = new AmazonS3Config();
        ClientSettings.Apply(settings, connection, options.EndpointUrl, known ?? AnyRegion, options.Calls, transport, "S3Options.EndpointUrl");
        if (known is null && settings.ServiceURL is null)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "No AWS region is known for the bucket: set AWS_REGION, or give a region (S3Options.Region).");
        }

        // Most endpoints of one's own have no name for each bucket.
        settings.ForcePathStyle = settings.ServiceURL is not null;

        // What we send has its checksum; what we read is authenticated frame by frame.
        settings.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED;
        settings.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
        CallerIdentity identity = CallerIdentity.Create(connection, known ?? AnyRegion, options.Calls, sts);
        return new S3Client(new AmazonS3Client(identity.Credentials, settings), identity, known ?? AnyRegion);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Calls.Dispose();
        Identity.Dispose();
    }
}
