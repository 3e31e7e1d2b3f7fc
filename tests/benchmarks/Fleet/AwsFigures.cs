using TenantEncryption.Prices;

namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>What AWS documents of its limits and prices.</summary>
internal static class AwsFigures
{
    /// <summary>"At least 3,500 PUT/COPY/POST/DELETE … requests per second per partitioned prefix" (docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html).</summary>
    public const double PutsOfPartition = 3_500;

    /// <summary>"… or 5,500 GET/HEAD", of the same page. That GetObjectTagging counts among these is our reading: the page does not name it.</summary>
    public const double GetsOfPartition = 5_500;

    /// <summary>
    /// The same page says that scaling "happens gradually and is not instantaneous", and no more. 30 to 60 minutes is what a comment on AWS's knowledge center says
    /// (repost.aws, s3-object-key-naming-pattern); that each such time doubles the partitions, and only while they are at their limit, is assumed.
    /// </summary>
    public const double RampMinutes = 60;

    /// <summary>"Roughly 100–200 milliseconds" for small objects, and to the first byte of larger ones, of the same page: the lesser.</summary>
    public const double S3Milliseconds = 100;

    /// <summary>From memory; AWS documents none.</summary>
    public const double KmsMilliseconds = 10;

    /// <summary>"Single-flow traffic is limited to 5 Gbps" (docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-network-bandwidth.html). Its bandwidth is each way.</summary>
    public const double GigabitsOfFlow = 5;

    /// <summary>$0.005 for 1,000, S3 Standard in us-east-1. As c3x.dev/blog/s3-request-fees-explained quotes aws.amazon.com/s3/pricing, whose text has no figures without its scripts.</summary>
    public const decimal Put = 0.005m / 1_000;

    /// <summary>$0.0004 for 1,000 of GET "and all other requests", GetObjectTagging among them; of the same source.</summary>
    public const decimal Get = 0.0004m / 1_000;

    /// <summary>What a call of KMS costs.</summary>
    public const decimal KmsCall = KmsPrices.Request;

    /// <summary>The seconds of a month, as prices count it: 730 hours.</summary>
    public const double MonthSeconds = 730 * 3600;
}
