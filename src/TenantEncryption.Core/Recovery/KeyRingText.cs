using System.Buffers;
using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Recovery;

/// <summary>
/// The text of an exported key ring: JSON, UTF-8, with line feeds. Under a passphrase its last member is the MAC over every byte before that line, so nothing
/// has to be brought into a canonical form to verify it. <c>docs/key-record.md</c> has the format.
/// </summary>
internal static class KeyRingText
{
    private const string Format = "TenantEncryption key ring v1";
    private const string Recipe = "TenantEncryption KEK wrap v1";
    private const string PassphraseFunction = "PBKDF2-HMAC-SHA-512";
    private const string BeforeMac = "  \"mac\": \"";
    private const string AfterMac = "\"\n}\n";
    private const string End = "\n}";

    // What KMS takes as CiphertextBlob (AWS KMS API Reference, Decrypt).
    private const int MostShare = 6144;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");
    private static readonly JsonLoadSettings Strict = new() { DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error };
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes a ring.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="seal">What its passphrase does; <see langword="null"/> without one.</param>
    public static byte[] Write(KeyRingContent ring, KeyRingSeal? seal)
    {
        var json = new JObject
        {
            ["format"] = Format,
            ["recipe"] = Recipe,
            ["storeId"] = ring.StoreId,
            ["exportedAt"] = Time(ring.ExportedAt),
        };
        if (seal is not null)
        {
            json["passphrase"] = new JObject { ["function"] = PassphraseFunction, ["iterations"] = seal.Iterations, ["salt"] = Convert.ToBase64String(seal.Salt) };
        }

        json["tenant"] = Describe(ring.Tenant, ring.Platform);
        json["providers"] = new JArray(ring.Providers.Select(Describe));
        json["keys"] = new JArray(ring.Keys.Select(Describe));
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using (var writer = new JsonTextWriter(text) { Formatting = Formatting.Indented, CloseOutput = false })
        {
            json.WriteTo(writer);
        }

        string body = text.ToString()[..^End.Length];
        if (seal is null)
        {
            return Utf8.GetBytes(body + End + "\n");
        }

        byte[] authenticated = Utf8.GetBytes(body + ",\n");
        return [.. authenticated, .. Utf8.GetBytes($"{BeforeMac}{Convert.ToBase64String(seal.Authenticate(authenticated))}{AfterMac}")];
    }

    /// <summary>Reads a ring. Nothing of one under a passphrase is given before its MAC was verified.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="passphrase">The passphrase in UTF-8, if there is one; the caller zeroes it.</param>
    /// <returns>The ring, and what its passphrase does, which the caller disposes; without one nothing in it is authenticated but the records, by who opens them.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>INVALID_INPUT</c>: it is none, or has no passphrase and one was given. <c>PASSPHRASE_REQUIRED</c>: it needs one, or another one; or it was altered.
    /// </exception>
    public static (KeyRingContent Ring, KeyRingSeal? Seal) Read(byte[] bytes, SecretBytes? passphrase)
    {
        KeyRingSeal? seal = null;
        try
        {
            JObject json = Parse(bytes);
            Require(Text(json, "format") == Format, "its format is not one that this version reads");
            Require(Text(json, "recipe") == Recipe, "its records follow another recipe");
            seal = Authenticate(json, bytes, passphrase);
            return (Read(json, isSealed: seal is not null), seal);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or ArgumentException or InvalidCastException or OverflowException)
        {
            seal?.Dispose();
            throw Refuse(exception.Message.TrimEnd('.'), exception);
        }
        catch
        {
            seal?.Dispose();
            throw;
        }
    }

    private static JObject Parse(byte[] bytes)
    {
        using var reader = new JsonTextReader(new StringReader(Utf8.GetString(bytes))) { DateParseHandling = DateParseHandling.None, MaxDepth = 16 };
        var json = JObject.Load(reader, Strict);
        Require(!reader.Read(), "more text follows it");
        return json;
    }

    private static KeyRingSeal? Authenticate(JObject json, byte[] bytes, SecretBytes? passphrase)
    {
        if (json["passphrase"] is not JObject parameters)
        {
            // Whoever took the seal away wants it to be believed without.
            return passphrase is null ? null : throw new TenantEncryptionException(
                ErrorCodes.InvalidInput,
                "The key ring is under no passphrase, and one was given: it was altered, or is another one.",
                remedy: "Take the file that was exported under the passphrase.");
        }

        if (passphrase is null)
        {
            throw new TenantEncryptionException(ErrorCodes.PassphraseRequired, "The key ring is under a passphrase.");
        }

        byte[] salt = Bytes(parameters, "salt", KeyRingSeal.SaltLength, KeyRingSeal.SaltLength);
        long iterations = Number(parameters, "iterations");
        Require(Text(parameters, "function") == PassphraseFunction && iterations is > 0 and <= KeyRingSeal.MaxIterations, "its passphrase is used in a way that this version does not know");
        var seal = new KeyRingSeal(passphrase, salt, (int)iterations);
        int end = bytes.AsSpan().LastIndexOf(Utf8.GetBytes(BeforeMac));
        if (end > 0 && bytes.AsSpan(end).SequenceEqual(Utf8.GetBytes($"{BeforeMac}{Convert.ToBase64String(seal.Authenticate(bytes.AsSpan(0, end)))}{AfterMac}")))
        {
            return seal;
        }

        seal.Dispose();
        throw new TenantEncryptionException(ErrorCodes.PassphraseRequired, "The passphrase is wrong, or the key ring was altered.");
    }

    private static KeyRingContent Read(JObject json, bool isSealed)
    {
        (EncryptionTenant tenant, KeyRingPlatform platform) = ReadTenant(Member(json, "tenant"), isSealed);
        KeyProvider[] providers = [.. Members(json, "providers").Select(one => ReadProvider(one, tenant.TenantId))];
        KeyEncryptionKey[] keys = [.. Members(json, "keys").Select(one => ReadKey(one, tenant.TenantId))];
        Require(providers.DistinctBy(provider => provider.Id).Count() == providers.Length, "it has a key provider twice");
        Require(providers.Count(provider => provider.Type == KeyProviderType.Internal) <= 1, "it has two internal providers");
        Require(keys.DistinctBy(key => key.KekId).Count() == keys.Length, "it has a key twice");
        foreach (KeyEncryptionKey key in keys)
        {
            KeyProvider? provider = providers.FirstOrDefault(one => one.Id == key.ProviderId);
            Require(provider is not null && key.Record.KeyArn == (provider.KeyArn ?? InternalKms.KeyArn), $"the key {key.KekId} names a key provider or master key that it does not have");
            Require(provider.SecondLayer == key.Record.SealedInternalShare.Length > 0, $"the key {key.KekId} has not the layers of its key provider");
            Require(isSealed || provider is { Type: KeyProviderType.AwsKms, SecondLayer: false }, $"the key {key.KekId} needs the internal KMS, which a ring without a passphrase has no part of");
        }

        return new KeyRingContent(Text(json, "storeId"), ReadTime(json, "exportedAt"), tenant, platform, providers, keys);
    }

    private static JObject Describe(EncryptionTenant tenant, KeyRingPlatform platform)
    {
        var json = new JObject { ["tenantId"] = tenant.TenantId, ["platform"] = platform.Name };
        Add(json, "platformHash", platform.Hash);
        Add(json, "platformProfile", platform.Json);
        Add(json, "displayName", tenant.DisplayName);
        Add(json, "region", tenant.Region);
        Add(json, "edition", tenant.Edition);
        Add(json, "organization", tenant.Organization);
        Add(json, "parent", tenant.Parent);
        json["keyHierarchy"] = tenant.KeyHierarchy.ToString();
        json["keyLease"] = tenant.KeyLease.ToString("c", CultureInfo.InvariantCulture);
        return json;
    }

    private static (EncryptionTenant Tenant, KeyRingPlatform Platform) ReadTenant(JObject json, bool isSealed)
    {
        var tenant = new EncryptionTenant
        {
            TenantId = TenantIdRule.Check(Text(json, "tenantId")),
            Platform = Text(json, "platform"),
            DisplayName = Optional(json, "displayName"),
            Region = Optional(json, "region"),
            Edition = Optional(json, "edition"),
            Organization = Optional(json, "organization"),
            Parent = Optional(json, "parent"),
            KeyHierarchy = Name<KeyHierarchy>(json, "keyHierarchy"),
            KeyLease = TimeSpan.ParseExact(Text(json, "keyLease"), "c", CultureInfo.InvariantCulture),
        };
        LeaseRule.CheckOfTenant(tenant.KeyLease);
        return (tenant, new KeyRingPlatform(tenant.Platform, Optional(json, "platformHash"), isSealed ? Optional(json, "platformProfile") : null));
    }

    private static JObject Describe(KeyProvider provider)
    {
        var json = new JObject { ["id"] = provider.Id, ["name"] = provider.Name, ["type"] = provider.Type.ToString(), ["status"] = provider.Status.ToString() };
        Add(json, "description", provider.Description);
        Add(json, "keyIdentifier", provider.KeyIdentifier);
        Add(json, "keyArn", provider.KeyArn);
        Add(json, "contextValue", provider.ContextValue);
        json["secondLayer"] = provider.SecondLayer;
        json["replicaKeys"] = new JArray(provider.ReplicaKeys);
        json["refusedRegions"] = new JArray(provider.RefusedRegions);
        json["parameters"] = JObject.FromObject(provider.Parameters);
        json["grants"] = new JArray(provider.Grants.Select(grant => new JObject
        {
            ["grantId"] = grant.GrantId,
            ["keyArn"] = grant.KeyArn,
            ["tenantId"] = grant.TenantId,
            ["granteePrincipal"] = grant.GranteePrincipal,
        }));
        var connection = new JObject();
        Add(connection, "region", provider.Connection.Region);
        Add(connection, "profileName", provider.Connection.ProfileName);
        Add(connection, "endpointUrl", provider.Connection.EndpointUrl);
        Add(connection, "roleArn", provider.Connection.RoleArn);
        Add(connection, "externalId", provider.Connection.ExternalId);
        json["connection"] = connection;
        return json;
    }

    private static KeyProvider ReadProvider(JObject json, string tenantId)
    {
        KeyProviderType type = Name<KeyProviderType>(json, "type");
        KeyIdentifier? arn = type == KeyProviderType.Internal ? null : KeyIdentifier.Parse(Text(json, "keyArn"));
        Require(arn is null or { Form: KeyIdentifierForm.KeyArn }, "a key provider's master key is named by no key ARN");
        JObject connection = Member(json, "connection");
        return new KeyProvider
        {
            Id = Id(json, "id", Identifiers.ProviderPrefix),
            TenantId = tenantId,
            Name = type == KeyProviderType.Internal ? Text(json, "name") : ProviderNameRule.Check(Text(json, "name")),
            Description = Optional(json, "description"),
            Type = type,
            Status = Name<KeyProviderStatus>(json, "status"),
            KeyIdentifier = arn is null ? null : Optional(json, "keyIdentifier") ?? Text(json, "keyArn"),
            KeyArn = arn is null ? null : Text(json, "keyArn"),
            ArnFingerprint = arn?.Fingerprint,
            ContextValue = Optional(json, "contextValue"),
            SecondLayer = (bool)Value(json, "secondLayer", JTokenType.Boolean),
            MultiRegion = arn is { IsMultiRegion: true },
            ReplicaKeys = Texts(json["replicaKeys"]),
            RefusedRegions = Texts(json["refusedRegions"]),
            Parameters = Member(json, "parameters").Properties().ToDictionary(one => one.Name, one => Texts(one.Value), StringComparer.Ordinal),
            Grants = [.. Members(json, "grants").Select(grant => new ProviderGrant
            {
                GrantId = Text(grant, "grantId"),
                KeyArn = Text(grant, "keyArn"),
                TenantId = Text(grant, "tenantId"),
                GranteePrincipal = Text(grant, "granteePrincipal"),
            })],
            Connection = new KmsConnection
            {
                Region = Optional(connection, "region"),
                ProfileName = Optional(connection, "profileName"),
                EndpointUrl = Optional(connection, "endpointUrl"),
                RoleArn = Optional(connection, "roleArn"),
                ExternalId = Optional(connection, "externalId"),
            },
        };
    }

    // The names are those of docs/no-lock-in.md: its script reads one element as it stands.
    private static JObject Describe(KeyEncryptionKey key) => new()
    {
        ["kekId"] = key.KekId,
        ["tenantId"] = key.TenantId,
        ["providerId"] = key.ProviderId,
        ["keyArn"] = key.Record.KeyArn,
        ["encryptionContext"] = JObject.FromObject(key.Record.EncryptionContext),
        ["sealedShare"] = Convert.ToBase64String(key.Record.SealedShare),
        ["sealedInternalShare"] = Convert.ToBase64String(key.Record.SealedInternalShare),
        ["salt"] = Convert.ToBase64String(key.Record.Salt),
        ["iv"] = Convert.ToBase64String(key.Record.Iv),
        ["sealedKek"] = Convert.ToBase64String(key.Record.SealedKek),
        ["createdAt"] = Time(key.CreatedAt),
        ["reservedWraps"] = key.ReservedWraps,
    };

    private static KeyEncryptionKey ReadKey(JObject json, string tenantId)
    {
        var record = new KeyRecord
        {
            KekId = Id(json, "kekId", Identifiers.KekPrefix),
            TenantId = Text(json, "tenantId"),
            ProviderId = Id(json, "providerId", Identifiers.ProviderPrefix),
            KeyArn = Text(json, "keyArn"),
            EncryptionContext = Member(json, "encryptionContext").Properties().ToDictionary(one => one.Name, one => Text(one.Value), StringComparer.Ordinal),
            SealedShare = Bytes(json, "sealedShare", 1, MostShare),
            SealedInternalShare = Bytes(json, "sealedInternalShare", 0, KeyRingSeal.SealedShareLength),
            Salt = Bytes(json, "salt", 32, 32),
            Iv = Bytes(json, "iv", 12, 12),
            SealedKek = Bytes(json, "sealedKek", 48, 48),
        };
        Require(record.TenantId == tenantId, $"the key {record.KekId} is another tenant's");
        return new KeyEncryptionKey
        {
            Record = record,
            Status = KeyEncryptionKeyStatus.Previous,
            CreatedAt = ReadTime(json, "createdAt"),
            ReservedWraps = Number(json, "reservedWraps"),
        };
    }

    private static void Add(JObject json, string name, string? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString(EventText.TimeFormat, CultureInfo.InvariantCulture);

    // What passes a ring on writes the same time with fewer digits, as PowerShell's ConvertTo-Json does: any of RFC 3339 is one.
    private static DateTimeOffset ReadTime(JObject json, string name) => DateTimeOffset.ParseExact(
        Text(json, name), "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    private static JToken Value(JObject json, string name, JTokenType type) => json[name] is { } value && value.Type == type ? value : throw Refuse($"its '{name}' is missing or malformed");

    private static JObject Member(JObject json, string name) => (JObject)Value(json, name, JTokenType.Object);

    private static IEnumerable<JObject> Members(JObject json, string name) =>
        Value(json, name, JTokenType.Array).Select(one => one as JObject ?? throw Refuse($"its '{name}' are malformed"));

    private static string Text(JObject json, string name) => (string)Value(json, name, JTokenType.String)!;

    private static string Text(JToken value) => value.Type == JTokenType.String ? (string)value! : throw Refuse("a text in it is none");

    private static string? Optional(JObject json, string name) => json[name] is null ? null : Text(json, name);

    private static IReadOnlyList<string> Texts(JToken? values) => values is JArray array ? [.. array.Select(Text)] : throw Refuse("a list in it is none");

    private static long Number(JObject json, string name) => (long)Value(json, name, JTokenType.Integer) is >= 0 and var number ? number : throw Refuse($"its '{name}' is negative");

    private static T Name<T>(JObject json, string name)
        where T : struct, Enum => Enum.GetNames<T>().Contains(Text(json, name)) ? Enum.Parse<T>(Text(json, name)) : throw Refuse($"its '{name}' is none that this version knows");

    private static byte[] Bytes(JObject json, string name, int least, int most)
    {
        byte[] bytes = Convert.FromBase64String(Text(json, name));
        return bytes.Length >= least && bytes.Length <= most ? bytes : throw Refuse($"a '{name}' in it has {bytes.Length} bytes");
    }

    private static string Id(JObject json, string name, string prefix)
    {
        string id = Text(json, name);
        Require(id.Length == prefix.Length + 20 && id.StartsWith(prefix, StringComparison.Ordinal) && id.AsSpan(prefix.Length).IndexOfAnyExcept(LowerHex) < 0, $"its '{name}' is no id");
        return id;
    }

    private static void Require([System.Diagnostics.CodeAnalysis.DoesNotReturnIf(false)] bool holds, string fault)
    {
        if (!holds)
        {
            throw Refuse(fault);
        }
    }

    private static TenantEncryptionException Refuse(string fault, Exception? cause = null) => new(ErrorCodes.InvalidInput, $"This is no key ring: {fault}.", cause);
}
