using System.Collections.Concurrent;
using System.Globalization;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace TenantEncryption.ObjectEndpoint;

/// <summary>Answers S3's requests, by path-style addresses. Whoever asks is served: no signature is looked at.</summary>
internal sealed class Endpoint
{
    private static readonly XNamespace S3 = "http://s3.amazonaws.com/doc/2006-03-01/";

    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    /// <summary>Serves a request.</summary>
    public Task ServeAsync(HttpContext context)
    {
        string[] path = context.Request.Path.Value!.TrimStart('/').Split('/', 2);
        string key = path.Length == 2 ? path[1] : "";
        if (key.Length == 0 && HttpMethods.IsPut(context.Request.Method))
        {
            _buckets.TryAdd(path[0], new Bucket());
            return Task.CompletedTask;
        }

        return !_buckets.TryGetValue(path[0], out Bucket? bucket) ? RefuseAsync(context, 404, "NoSuchBucket")
            : key.Length == 0 ? ListAsync(context, bucket)
            : (context.Request.Method, context.Request.Query.ContainsKey("uploads"), context.Request.Query["uploadId"].ToString()) switch
            {
                ("POST", true, _) => BeginAsync(context, bucket, key),
                ("PUT", _, { Length: > 0 } upload) => PutPartAsync(context, bucket, upload),
                ("POST", _, { Length: > 0 } upload) => CompleteAsync(context, bucket, upload),
                ("DELETE", _, { Length: > 0 } upload) => AbortAsync(context, bucket, upload),
                ("PUT", _, _) => PutAsync(context, bucket, key),
                ("DELETE", _, _) => StatusAsync(context, bucket.Delete(key, IfMatch(context))),
                ("GET", _, _) when context.Request.Query.ContainsKey("tagging") => TagsAsync(context, bucket.Find(key)),
                ("GET" or "HEAD", _, _) => GetAsync(context, bucket.Find(key)),
                _ => RefuseAsync(context, 501, "NotImplemented"),
            };
    }

    private static string? IfMatch(HttpContext context) => context.Request.Headers.IfMatch is { Count: 1 } one ? one.ToString() : null;

    private static async Task PutAsync(HttpContext context, Bucket bucket, string key)
    {
        var put = new StoredObject([await ReadAsync(context)], HeadersOf(context));
        int status = bucket.Put(key, put, IfMatch(context), context.Request.Headers.IfNoneMatch == "*");
        context.Response.Headers.ETag = put.ETag;
        await StatusAsync(context, status);
    }

    private static async Task GetAsync(HttpContext context, StoredObject? there)
    {
        if (there is null)
        {
            await RefuseAsync(context, 404, "NoSuchKey");
            return;
        }

        if (IfMatch(context) is { } tag && tag != there.ETag)
        {
            await RefuseAsync(context, 412, "PreconditionFailed");
            return;
        }

        (long from, long length) = (0, there.Length);
        if (context.Request.Headers.Range.ToString() is { Length: > 0 } range)
        {
            string[] ends = range["bytes=".Length..].Split('-');
            from = long.Parse(ends[0], CultureInfo.InvariantCulture);
            length = Math.Min(there.Length, ends[1].Length == 0 ? long.MaxValue : long.Parse(ends[1], CultureInfo.InvariantCulture) + 1) - from;
            if (length <= 0)
            {
                await RefuseAsync(context, 416, "InvalidRange");
                return;
            }

            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{from + length - 1}/{there.Length}";
        }

        foreach ((string name, string value) in there.Headers)
        {
            context.Response.Headers[name] = value;
        }

        context.Response.Headers.ETag = there.ETag;
        context.Response.Headers.LastModified = there.ModifiedAt.ToString("R", CultureInfo.InvariantCulture);
        context.Response.ContentLength = length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await there.CopyAsync(context.Response.Body, from, length, context.RequestAborted);
        }
    }

    private static Task BeginAsync(HttpContext context, Bucket bucket, string key)
    {
        string id = Guid.NewGuid().ToString("N");
        bucket.Uploads[id] = new Upload(key, HeadersOf(context));
        return XmlAsync(context, new XElement(S3 + "InitiateMultipartUploadResult", new XElement(S3 + "Key", key), new XElement(S3 + "UploadId", id)));
    }

    private static async Task PutPartAsync(HttpContext context, Bucket bucket, string upload)
    {
        int number = int.Parse(context.Request.Query["partNumber"].ToString(), CultureInfo.InvariantCulture);
        bucket.Uploads[upload].Parts[number] = await ReadAsync(context);
        context.Response.Headers.ETag = $"\"{number}\"";
    }

    private static async Task CompleteAsync(HttpContext context, Bucket bucket, string id)
    {
        await ReadAsync(context);
        Upload upload = bucket.Uploads[id];
        var put = new StoredObject([.. upload.Parts.OrderBy(part => part.Key).Select(part => part.Value)], upload.Headers);
        int status = bucket.Put(upload.Key, put, IfMatch(context), context.Request.Headers.IfNoneMatch == "*");
        if (status != 200)
        {
            await StatusAsync(context, status);
            return;
        }

        bucket.Uploads.TryRemove(id, out _);
        await XmlAsync(context, new XElement(S3 + "CompleteMultipartUploadResult", new XElement(S3 + "Key", upload.Key), new XElement(S3 + "ETag", put.ETag)));
    }

    private static Task AbortAsync(HttpContext context, Bucket bucket, string upload)
    {
        bucket.Uploads.TryRemove(upload, out _);
        return StatusAsync(context, 204);
    }

    private static Task TagsAsync(HttpContext context, StoredObject? there) => there is null
        ? RefuseAsync(context, 404, "NoSuchKey")
        : XmlAsync(context, new XElement(S3 + "Tagging", new XElement(S3 + "TagSet")));

    private static Task ListAsync(HttpContext context, Bucket bucket)
    {
        IQueryCollection query = context.Request.Query;
        string after = query["continuation-token"].ToString() is { Length: > 0 } token ? token : query["start-after"].ToString();
        (IReadOnlyList<(string Key, StoredObject Object)> page, bool isTruncated) = bucket.List(query["prefix"].ToString(), after);
        return XmlAsync(context, new XElement(
            S3 + "ListBucketResult",
            new XElement(S3 + "IsTruncated", isTruncated),
            new XElement(S3 + "KeyCount", page.Count),
            isTruncated ? new XElement(S3 + "NextContinuationToken", page[^1].Key) : null,
            page.Select(one => new XElement(
                S3 + "Contents",
                new XElement(S3 + "Key", one.Key),
                new XElement(S3 + "ETag", one.Object.ETag),
                new XElement(S3 + "Size", one.Object.Length),
                new XElement(S3 + "LastModified", one.Object.ModifiedAt.UtcDateTime)))));
    }

    private static Dictionary<string, string> HeadersOf(HttpContext context) => context.Request.Headers
        .Where(header => header.Key.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase) || header.Key is "x-amz-storage-class" or "Content-Type")
        .ToDictionary(header => header.Key, header => header.Value.ToString());

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        byte[] content = GC.AllocateUninitializedArray<byte>(checked((int)(context.Request.ContentLength ?? 0)));
        await context.Request.Body.ReadExactlyAsync(content, context.RequestAborted);
        return content;
    }

    private static Task StatusAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return status switch
        {
            404 => RefuseAsync(context, status, "NoSuchKey"),
            412 => RefuseAsync(context, status, "PreconditionFailed"),
            _ => Task.CompletedTask,
        };
    }

    private static Task RefuseAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : XmlAsync(context, new XElement("Error", new XElement("Code", code), new XElement("Message", code), new XElement("RequestId", "0")));
    }

    private static Task XmlAsync(HttpContext context, XElement answer)
    {
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync(new XDocument(answer).ToString(SaveOptions.DisableFormatting));
    }
}
