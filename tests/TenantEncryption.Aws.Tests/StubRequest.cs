namespace TenantEncryption.Aws.Tests;

/// <summary>A request that a stub got.</summary>
/// <param name="Action">The action, such as <c>Decrypt</c>.</param>
/// <param name="Body">The body.</param>
/// <param name="Headers">The headers.</param>
public sealed record StubRequest(string Action, string Body, IReadOnlyDictionary<string, string> Headers);
