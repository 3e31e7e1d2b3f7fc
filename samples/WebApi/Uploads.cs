using System.Security.Cryptography;
using System.Text;
using TenantEncryption.Data;

namespace TenantEncryption.WebApi;

/// <summary>
/// Tenants' uploads, each a message in a file. Who may use which tenant is for the application to decide before it calls; what is given here is decided by
/// the message: it opens for its tenant and its name alone, wherever its file was copied.
/// </summary>
internal sealed class Uploads(TenantEncryptionService encryption, IConfiguration configuration) : IAsyncDisposable
{
    // One session for as long as the service runs: what is read is told of in growing blocks, and counted when it ends.
    private readonly DataSession _session = encryption.Data.BeginSession();
    private readonly string _folder = configuration["Uploads"] ?? throw new InvalidOperationException("Configuration: Uploads is the folder of the uploads.");

    /// <summary>Protects an upload as it comes in. A file has its name when its message is whole.</summary>
    public async Task<Upload> PutAsync(string tenantId, string name, Stream content, CancellationToken cancelled)
    {
        string path = PathOf(tenantId, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string unfinished = path + "." + Guid.NewGuid().ToString("N");
        try
        {
            ProtectedStream written;
            await using (FileStream message = File.Create(unfinished))
            {
                written = await _session.ProtectStreamAsync(tenantId, content, message, new ProtectOptions { EncryptionContext = BoundTo(name) }, cancelled);
            }

            File.Move(unfinished, path, overwrite: true);
            return new Upload(name, written.Length, written.MessageId);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>
    /// Gives an upload out as it is verified. What is found to be altered after the response has begun aborts it: the client sees that it has not all.
    /// </summary>
    public async Task GetAsync(string tenantId, string name, Stream response, CancellationToken cancelled)
    {
        await using FileStream message = Open(PathOf(tenantId, name));
        await _session.UnprotectStreamAsync(
            message, response, new UnprotectOptions { TenantId = tenantId, EncryptionContext = BoundTo(name) }, cancelled);
    }

    /// <summary>Records what was read.</summary>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    // The name is authenticated with the message, and readable in it.
    private static Dictionary<string, string> BoundTo(string name) => new() { ["upload"] = name };

    private static FileStream Open(string path) => File.Exists(path) ? File.OpenRead(path) : throw new UploadNotFoundException();

    // Neither a tenant's id nor a name is ever part of a path.
    private string PathOf(string tenantId, string name) => Path.Combine(_folder, Hash(tenantId), Hash(name));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
