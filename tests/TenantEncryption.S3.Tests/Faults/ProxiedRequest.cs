namespace TenantEncryption.S3.Tests.Faults;

/// <summary>A request as the proxy sees it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query, as they were sent.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Number">How many requests came before.</param>
internal sealed record ProxiedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, int Number)
{
    /// <summary>The operation, by what its target and headers have.</summary>
    public string Operation => (Method, HasQuery("uploadId"), HasQuery("uploads"), HasQuery("partNumber")) switch
    {
        ("POST", true, _, _) => "CompleteMultipartUpload",
        ("POST", _, true, _) => "CreateMultipartUpload",
        ("PUT", true, _, true) => "UploadPart",
        ("DELETE", true, _, _) => "AbortMultipartUpload",
        ("PUT", _, _, _) => "PutObject",
        ("GET", _, _, _) when HasQuery("list-type") => "ListObjectsV2",
        ("GET", _, _, _) when HasQuery("versions") => "ListObjectVersions",
        ("GET", _, _, _) when HasQuery("object-lock") => "GetObjectLockConfiguration",
        ("GET", _, _, _) when HasQuery("tagging") => "GetObjectTagging",
        ("GET", _, _, _) => "GetObject",
        ("HEAD", _, _, _) => "HeadObject",
        ("DELETE", _, _, _) => "DeleteObject",
        _ => Method,
    };

    /// <summary>Whether it is a probe for conditions.</summary>
    public bool IsProbe => Target.Contains(".probe-", StringComparison.Ordinal);

    private bool HasQuery(string name) => Target.Contains('?', StringComparison.Ordinal)
        && Target[(Target.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&').Any(one => one == name || one.StartsWith(name + "=", StringComparison.Ordinal));
}
