using System.Text.Json;

namespace TenantEncryption.Aws.Tests;

/// <summary>What a stub answers.</summary>
public sealed record StubAnswer(int Status, string Body)
{
    public const string RequestId = "0f1e2d3c-1111-2222-3333-444455556666";

    /// <summary>The type of the body; AWS JSON 1.1 unless told.</summary>
    public string ContentType { get; init; } = "application/x-amz-json-1.1";

    /// <summary>Further headers; AWS's request id unless told.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string> { ["x-amzn-RequestId"] = RequestId };

    /// <summary>Whether the body is sent again and again until the client leaves.</summary>
    public bool IsEndless { get; init; }

    /// <summary>A good answer of KMS.</summary>
    public static StubAnswer Ok(object body) => new(200, JsonSerializer.Serialize(body));

    /// <summary>An error as KMS answers it.</summary>
    public static StubAnswer Error(string name, int status, string message) =>
        new(status, JsonSerializer.Serialize(new Dictionary<string, string> { ["__type"] = name, ["message"] = message }));

    /// <summary>An error as STS answers it.</summary>
    public static StubAnswer StsError(string name, int status, string message) => new(
        status,
        $"<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{name}</Code>"
        + $"<Message>{message}</Message></Error><RequestId>{RequestId}</RequestId></ErrorResponse>")
    { ContentType = "text/xml" };

    /// <summary>Something that is no AWS service.</summary>
    public static StubAnswer Web(int status, string html) => new(status, html)
    {
        ContentType = "text/html",
        Headers = new Dictionary<string, string>(),
    };
}
