namespace TenantEncryption.ModuleFiles;

/// <summary>What a source lacks or says wrongly; it stops the build.</summary>
internal sealed class SourceException : Exception
{
    public SourceException(string source, string message)
        : base(message) => Source = source;
}
