namespace TenantEncryption.Spaces;

/// <summary>An open object. Disposing it ends reading.</summary>
/// <param name="state">The object.</param>
/// <param name="settings">What it has beside its content, without the tags.</param>
/// <param name="stream">Its content, or the part that was asked for.</param>
internal sealed class ObjectContent(ObjectState state, ObjectSettings settings, Stream stream) : IAsyncDisposable
{
    /// <summary>The object; its length is the whole object's.</summary>
    public ObjectState State => state;

    /// <summary>What it has beside its content, without the tags (<see cref="IBucket.ReadTagsAsync"/>).</summary>
    public ObjectSettings Settings => settings;

    /// <summary>
    /// Its content from the first byte that was asked for. It throws <c>OBJECT_CHANGED</c> when another object took its place before it was read to its end.
    /// </summary>
    public Stream Stream => stream;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
