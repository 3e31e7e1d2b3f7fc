using System.Text;
using Newtonsoft.Json;
using TenantEncryption.Errors;
using TenantEncryption.Files;

namespace TenantEncryption.Tenants;

/// <summary>
/// What a shredding destroyed, and what it could not reach. All of it is in the event that <see cref="Head"/> names: the log of the store confirms it
/// (<c>EventLog.VerifyAsync</c> with the head).
/// </summary>
public sealed record ShreddingProof
{
    /// <summary>The tenant.</summary>
    public required string TenantId { get; init; }

    /// <summary>The store.</summary>
    public required string StoreId { get; init; }

    /// <summary>When it was done.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Who did it.</summary>
    public required string Actor { get; init; }

    /// <summary>The keys whose records were overwritten.</summary>
    public required IReadOnlyList<ShreddedKey> Keys { get; init; }

    /// <summary>How many key providers were removed.</summary>
    public required int Providers { get; init; }

    /// <summary>How many catalogued messages depended on the keys.</summary>
    public required long Messages { get; init; }

    /// <summary>The most values outside the catalog that depended on them.</summary>
    public required long Values { get; init; }

    /// <summary>The id of the root key that is kept no longer; <see langword="null"/> where the internal KMS never had a part in the tenant's keys.</summary>
    public required string? PreviousRootKeyId { get; init; }

    /// <summary>The id of the root key in its place.</summary>
    public required string? RootKeyId { get; init; }

    /// <summary>The number and MAC of the event, with the tenant: what a test of the event log takes as a head.</summary>
    public required string Head { get; init; }

    /// <summary>By what data of the tenant may still be read.</summary>
    public required IReadOnlyList<UnreachedCopy> NotReached { get; init; }

    /// <summary>Writes it as JSON into a file that only its owner may read, whole or not at all.</summary>
    /// <param name="path">The full path, at which nothing is.</param>
    /// <exception cref="TenantEncryptionException"><c>OUTPUT_EXISTS</c>, <c>STORAGE_FAILED</c>.</exception>
    public void Save(string path)
    {
        RequireFree(path);
        string text = JsonConvert.SerializeObject(this, Formatting.Indented).ReplaceLineEndings("\n") + "\n";
        FileFailure.Translate(path, "written", () =>
        {
            OwnerFile.Write(new FileEffects(), path, Encoding.UTF8.GetBytes(text), replace: false);
            return true;
        });
    }

    /// <summary>Refuses a path at which no proof could be written.</summary>
    /// <param name="path">The full path.</param>
    /// <exception cref="TenantEncryptionException"><c>OUTPUT_EXISTS</c>: something is there; <c>SOURCE_NOT_FOUND</c>: its folder is not.</exception>
    public static void RequireFree(string path)
    {
        OwnerFile.RequireFree(path, replace: false, "Use another name: a proof replaces nothing.");
        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            throw new TenantEncryptionException(ErrorCodes.SourceNotFound, $"There is no folder for '{path}'.");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{TenantId}, shredded {Time:u}";
}
