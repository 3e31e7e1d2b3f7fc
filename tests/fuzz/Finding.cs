namespace TenantEncryption.Fuzz;

/// <summary>A message on which the reader did what it must not.</summary>
/// <param name="Name">A name for its file.</param>
/// <param name="What">What it did.</param>
/// <param name="Message">The message.</param>
internal sealed record Finding(string Name, string What, byte[] Message);
