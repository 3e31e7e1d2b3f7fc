namespace TenantEncryption.WebApi;

/// <summary>An upload that is kept.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="MessageId">The id of its message.</param>
internal sealed record Upload(string Name, long Length, string MessageId);
