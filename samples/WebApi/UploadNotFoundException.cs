namespace TenantEncryption.WebApi;

/// <summary>The tenant has no upload of that name.</summary>
internal sealed class UploadNotFoundException : Exception;
