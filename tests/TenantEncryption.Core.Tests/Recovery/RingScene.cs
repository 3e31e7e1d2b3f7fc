using System.Text;
using Newtonsoft.Json.Linq;
using TenantEncryption.Keys;
using TenantEncryption.Kms;
using TenantEncryption.Recovery;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Recovery;

/// <summary>A store whose key rings are exported, and others into which they are imported.</summary>
internal static class RingScene
{
    public const string Right = "correct horse";

    public static SecretBytes Passphrase(string text = Right) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>Exports a tenant's ring.</summary>
    /// <returns>The file.</returns>
    public static async Task<string> ExportAsync(this TestService service, string? passphrase = null, string tenantId = "acme")
    {
        string path = service.Folders.At($"ring-{Guid.NewGuid():N}.json");
        using SecretBytes? secret = passphrase is null ? null : Passphrase(passphrase);
        await service.Service.KeyRings.ExportAsync(tenantId, path, secret, 10, false, default);
        return path;
    }

    /// <summary>Imports a ring; of one under no passphrase the master keys that it names are said to be the tenant's.</summary>
    public static async Task<KeyRingImport> ImportAsync(this TestService service, string path, string? passphrase = null, KeyRingImportOptions? options = null)
    {
        using KeyRing ring = Read(path, passphrase);
        return await service.Service.KeyRings.ImportAsync(ring, options ?? service.Trusting(path));
    }

    /// <summary>What it would do.</summary>
    public static async Task<KeyRingImportPlan> PlanAsync(this TestService service, string path, string? passphrase = null, KeyRingImportOptions? options = null)
    {
        using KeyRing ring = Read(path, passphrase);
        return await service.Service.KeyRings.PlanImportAsync(ring, options ?? service.Trusting(path));
    }

    /// <summary>The code of the refusal that must come.</summary>
    public static string CodeOf(Action operation) => Assert.ThrowsAny<TenantEncryptionException>(operation).Code;

    public static KeyRing Read(string path, string? passphrase = null)
    {
        using SecretBytes? secret = passphrase is null ? null : Passphrase(passphrase);
        return KeyRing.Read(path, secret);
    }

    /// <summary>The administrator says that each master key in a ring is the tenant's, and how KMS is reached.</summary>
    public static KeyRingImportOptions Trusting(this TestService service, string path) => new()
    {
        KeyArns = [.. JObject.Parse(File.ReadAllText(path))["providers"]!.Select(provider => (string?)provider["keyArn"]).OfType<string>()],
        Connection = new KmsConnection { EndpointUrl = service.Keys.Url },
    };

    /// <summary>Another ring, as who can write the file makes it of one.</summary>
    public static string Edit(string path, Action<JObject> edit)
    {
        using var reader = new Newtonsoft.Json.JsonTextReader(new StringReader(File.ReadAllText(path))) { DateParseHandling = Newtonsoft.Json.DateParseHandling.None };
        var json = JObject.Load(reader);
        edit(json);
        string edited = path + "." + Guid.NewGuid().ToString("N")[..8];
        File.WriteAllText(edited, json.ToString(Newtonsoft.Json.Formatting.Indented).ReplaceLineEndings("\n") + "\n");
        return edited;
    }
}
