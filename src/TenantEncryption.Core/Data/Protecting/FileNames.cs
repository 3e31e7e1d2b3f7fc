using TenantEncryption.Files;

namespace TenantEncryption.Data.Protecting;

/// <summary>Gives the complete messages of a batch their names, and sees that the names outlast a loss of power.</summary>
internal sealed class FileNames(IFileEffects effects)
{
    /// <summary>Names the messages; one that can't have its name fails alone.</summary>
    public void Give(ProtectBatch batch)
    {
        foreach (BatchFile file in batch.Written)
        {
            // What is not foreseen here leaves open whether the file has its name: its pending entry then stays, and recovery settles it.
            try
            {
                file.Output!.TakeName();
                file.IsNamed = true;
            }
            catch (TenantEncryptionException exception)
            {
                file.Fail(exception);
            }
        }

        foreach (string folder in batch.Named.Select(file => file.Output!.Folder).Distinct(StringComparer.Ordinal).ToArray())
        {
            try
            {
                FileFailure.Translate(folder, "flushed to disk", () =>
                {
                    effects.FlushFolder(folder);
                    return true;
                });
            }
            catch (TenantEncryptionException exception)
            {
                batch.FailNamesIn(folder, exception);
            }
        }
    }
}
