using System.Text;
using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Providers;
using TenantEncryption.Recovery;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Recovery;

/// <summary>What who can write the file of a key ring gains by it: denial, and nothing that decides who reads and writes.</summary>
public sealed partial class BadRingTests
{
    [Fact]
    public async Task No_byte_of_a_sealed_ring_can_be_another_one_and_none_can_be_missing()
    {
        await using TestService old = await TestService.WithTenantAsync();
        string ring = await old.ExportAsync(RingScene.Right);
        byte[] whole = await File.ReadAllBytesAsync(ring);
        string altered = old.Folders.At("altered.json");
        foreach (int at in Enumerable.Range(0, whole.Length))
        {
            byte[] changed = [.. whole];
            changed[at] ^= 1;
            Refused(changed, $"byte {at} of {whole.Length}");
            if (at % 7 == 0)
            {
                Refused(whole[..at], $"cut at {at}");
                Refused([.. whole[..at], .. " "u8, .. whole[at..]], $"a space at {at}");
            }
        }

        Refused([.. whole, .. "\n"u8], "a line more");
        Refused(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(whole).ReplaceLineEndings("\r\n")), "other line ends");
        using KeyRing right = RingScene.Read(ring, RingScene.Right);
        Assert.Equal("acme", right.TenantId);

        void Refused(byte[] content, string what)
        {
            File.WriteAllBytes(altered, content);
            string code = RingScene.CodeOf(() => RingScene.Read(altered, RingScene.Right).Dispose());
            Assert.True(code is ErrorCodes.PassphraseRequired or ErrorCodes.InvalidInput or ErrorCodes.InvalidArn, $"{what}: {code}");
        }
    }

    [Theory]
    [InlineData("2026-11-28T20:10:25.12915Z")]
    [InlineData("2026-11-28T20:10:25Z")]
    [InlineData("2026-11-28T21:10:25.1+01:00")]
    public async Task A_time_is_read_with_as_many_digits_as_other_programs_leave_it(string time)
    {
        await using TestService old = await MovedAsync();
        string ring = RingScene.Edit(await old.ExportAsync(), json => json["exportedAt"] = time);

        using KeyRing read = RingScene.Read(ring);

        Assert.Equal(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture), read.ExportedAt);
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2026-11-28")]
    [InlineData("28.11.2026 20:10:25")]
    public async Task What_is_no_time_is_refused(string time)
    {
        await using TestService old = await MovedAsync();
        string ring = RingScene.Edit(await old.ExportAsync(), json => json["exportedAt"] = time);

        Assert.Equal(ErrorCodes.InvalidInput, RingScene.CodeOf(() => RingScene.Read(ring)));
    }

    [Fact]
    public async Task A_sealed_ring_needs_its_own_passphrase_and_one_without_takes_none()
    {
        await using TestService old = await MovedAsync();
        string ring = await old.ExportAsync(RingScene.Right);
        string open = await old.ExportAsync();

        Assert.Equal(ErrorCodes.PassphraseRequired, RingScene.CodeOf(() => RingScene.Read(ring)));
        Assert.Equal(ErrorCodes.PassphraseRequired, RingScene.CodeOf(() => RingScene.Read(ring, "wrong")));
        Assert.Equal(ErrorCodes.PassphraseRequired, RingScene.CodeOf(() => RingScene.Read(ring, "")));
        Assert.Equal(ErrorCodes.InvalidInput, RingScene.CodeOf(() => RingScene.Read(open, RingScene.Right)));
        string stripped = RingScene.Edit(ring, json =>
        {
            json.Remove("passphrase");
            json.Remove("mac");
        });
        Assert.Equal(ErrorCodes.InvalidInput, RingScene.CodeOf(() => RingScene.Read(stripped, RingScene.Right)));
    }

    [Fact]
    public async Task A_ring_whose_seal_was_taken_away_has_no_key_of_the_internal_kms()
    {
        (TestService service, KeyProvider _) = await TestService.WithSecondLayerAsync();
        await using TestService old = service;
        string stripped = RingScene.Edit(await old.ExportAsync(RingScene.Right), json =>
        {
            json.Remove("passphrase");
            json.Remove("mac");
        });

        Assert.Equal(ErrorCodes.InvalidInput, RingScene.CodeOf(() => RingScene.Read(stripped)));
    }

    [Fact]
    public async Task An_altered_field_of_a_record_keeps_the_record_out()
    {
        await using TestService old = await MovedAsync();
        string ring = await old.ExportAsync();
        await using TestService machine = await TestService.OpenAsync();
        string other = await old.Keys.CreateKeyAsync();
        string second = (string)JObject.Parse(await File.ReadAllTextAsync(ring))["keys"]![1]!["kekId"]!;
        var alterations = new Dictionary<string, Action<JObject>>
        {
            ["kekId"] = key => key["kekId"] = "kek-" + new string('0', 20),
            ["tenantId"] = key => key["tenantId"] = "globex",
            ["providerId"] = key => key["providerId"] = "kp-" + new string('0', 20),
            ["keyArn"] = key => key["keyArn"] = other,
            ["a pair's value"] = key => key["encryptionContext"]!["TenantId"] = "globex",
            ["a pair less"] = key => ((JObject)key["encryptionContext"]!).Remove("TenantId"),
            ["a pair more"] = key => key["encryptionContext"]!["more"] = "x",
            ["another key's pair"] = key => key["encryptionContext"]!["KekId"] = second,
            ["sealedShare"] = key => Flip(key, "sealedShare"),
            ["sealedInternalShare"] = key => key["sealedInternalShare"] = Convert.ToBase64String(new byte[60]),
            ["salt"] = key => Flip(key, "salt"),
            ["iv"] = key => Flip(key, "iv"),
            ["sealedKek"] = key => Flip(key, "sealedKek"),
        };

        foreach ((string what, Action<JObject> alter) in alterations)
        {
            string altered = RingScene.Edit(ring, json =>
            {
                alter((JObject)json["keys"]![0]!);
                json["keys"]![1]!.Remove();
            });
            string code = await Refusal.CodeOfAsync(() => machine.ImportAsync(altered));
            Assert.True(code is ErrorCodes.InvalidInput or ErrorCodes.ContextMismatch or ErrorCodes.WrongKey, $"{what}: {code}");
        }

        Assert.Empty(await machine.Service.Tenants.ListAsync());
        string oneOfTwo = RingScene.Edit(ring, json => Flip((JObject)json["keys"]![0]!, "sealedKek"));
        KeyRingImport import = await machine.ImportAsync(oneOfTwo);
        Assert.Equal((1, ErrorCodes.WrongKey), (import.Keys, Assert.Single(import.Failures).Error.Code));
    }

    [Fact]
    public async Task A_master_key_is_the_tenants_only_if_the_administrator_says_so()
    {
        // Somebody's own key, under which they made a key-encryption key that they know.
        await using TestService attacker = await MovedAsync();
        string planted = await attacker.ExportAsync();
        string arn = (await attacker.ProviderAsync("CMK")).KeyArn!;
        await using TestService machine = await TestService.OpenAsync();
        var reached = new KmsConnection { EndpointUrl = machine.Keys.Url };

        TenantEncryptionException refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => machine.ImportAsync(planted, options: new KeyRingImportOptions { Connection = reached }));
        Assert.Equal(ErrorCodes.InvalidInput, refused.Code);
        Assert.Contains(arn, refused.Detail, StringComparison.Ordinal);
        string own = await machine.Keys.CreateKeyAsync();
        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => machine.ImportAsync(planted, options: new KeyRingImportOptions { Connection = reached, KeyArns = [own] })));
        Assert.Empty(machine.Kms.Calls);
        Assert.Empty(await machine.Service.Tenants.ListAsync());
    }

    [Fact]
    public async Task What_no_record_binds_decides_nothing_of_a_ring_without_a_passphrase()
    {
        await using TestService old = await MovedAsync();
        string ring = RingScene.Edit(await old.ExportAsync(), json =>
        {
            json["tenant"]!["keyLease"] = "01:00:00";
            json["tenant"]!["untracedReads"] = true;
            JToken provider = json["providers"]!.Single(one => (string?)one["type"] == "AwsKms");
            provider["connection"] = new JObject { ["endpointUrl"] = "http://127.0.0.1:1", ["roleArn"] = "arn:aws:iam::111122223333:role/theirs", ["region"] = "us-east-1", ["profileName"] = "theirs", ["externalId"] = "x" };
            provider["status"] = "Active";
            provider["description"] = "Trust me.";
            provider["keyIdentifier"] = "alias/theirs";
            provider["replicaKeys"] = new JArray("arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab");
            provider["parameters"] = new JObject { ["Role"] = new JArray("arn:aws:iam::999999999999:role/theirs") };
            provider["grants"] = new JArray(new JObject { ["grantId"] = "g", ["keyArn"] = provider["keyArn"], ["tenantId"] = "acme", ["granteePrincipal"] = "arn:aws:iam::999999999999:role/theirs" });
            provider["contextValue"] = "theirs";
        });
        await using TestService machine = await TestService.OpenAsync();

        await machine.ImportAsync(ring);

        KeyProvider cmk = await machine.ProviderAsync("CMK");
        Assert.Equal(new KmsConnection { EndpointUrl = machine.Keys.Url, Region = "eu-west-1" }, cmk.Connection);
        Assert.Equal((KeyProviderStatus.Archived, null, cmk.KeyArn, null), (cmk.Status, cmk.Description, cmk.KeyIdentifier, cmk.ContextValue));
        Assert.Empty(cmk.ReplicaKeys);
        Assert.Empty(cmk.Parameters);
        Assert.Empty(cmk.Grants);
        EncryptionTenant tenant = await machine.Service.Tenants.GetAsync("acme");
        Assert.Equal((TimeSpan.FromMinutes(5), false), (tenant.KeyLease, tenant.UntracedReads));
    }

    [Fact]
    public async Task A_sealed_ring_says_how_kms_is_reached_and_the_administrator_may_say_otherwise()
    {
        await using TestService old = await MovedAsync();
        string ring = await old.ExportAsync(RingScene.Right);
        await using TestService machine = await TestService.OpenAsync();
        string code = await Refusal.CodeOfAsync(() => machine.ImportAsync(ring, RingScene.Right, new KeyRingImportOptions { Connection = new KmsConnection { EndpointUrl = "http://127.0.0.1:1" } }));
        Assert.Equal(ErrorCodes.KmsUnreachable, code);
        Assert.Empty(await machine.Service.Tenants.ListAsync());

        await machine.ImportAsync(ring, RingScene.Right, new KeyRingImportOptions());

        Assert.Equal((await old.ProviderAsync("CMK")).Connection, (await machine.ProviderAsync("CMK")).Connection);
    }

    [Fact]
    public async Task A_ring_is_of_one_tenant_and_takes_no_key_that_another_one_has()
    {
        await using TestService service = await MovedAsync();
        string ring = await service.ExportAsync();
        Assert.Equal(ErrorCodes.WrongTenant, await Refusal.CodeOfAsync(() => service.ImportAsync(ring, options: new KeyRingImportOptions { TenantId = "ACME" })));
        string others = RingScene.Edit(ring, json =>
        {
            json["tenant"]!["tenantId"] = "globex";
            foreach (JToken key in json["keys"]!)
            {
                key["tenantId"] = "globex";
            }
        });

        Assert.Equal(ErrorCodes.WrongTenant, await Refusal.CodeOfAsync(() => service.ImportAsync(others)));
        await using TestService machine = await TestService.OpenAsync();
        Assert.Equal(ErrorCodes.WrongKey, await Refusal.CodeOfAsync(() => machine.ImportAsync(others)));
        string renamed = RingScene.Edit(others, json => Array.ForEach([.. json["keys"]!], key => key["encryptionContext"]!["TenantId"] = "globex"));
        Assert.Equal(ErrorCodes.WrongKey, await Refusal.CodeOfAsync(() => machine.ImportAsync(renamed)));
        Assert.Empty(await machine.Service.Tenants.ListAsync());
    }

    [Fact]
    public async Task A_provider_that_the_store_has_is_not_changed_by_a_ring()
    {
        await using TestService service = await MovedAsync();
        KeyProvider before = await service.ProviderAsync("CMK");
        string more = RingScene.Edit(await service.ExportAsync(), json =>
        {
            JToken provider = json["providers"]!.Single(one => (string?)one["type"] == "AwsKms");
            provider["name"] = "Renamed";
            provider["connection"]!["endpointUrl"] = "http://127.0.0.1:1";
        });
        string other = await service.Keys.CreateKeyAsync();
        string elsewhere = RingScene.Edit(more, json =>
        {
            json["providers"]!.Single(one => (string?)one["type"] == "AwsKms")["keyArn"] = other;
            JToken key = json["keys"]![0]!;
            json["keys"]![1]!.Remove();
            key["kekId"] = "kek-" + new string('0', 20);
            key["keyArn"] = other;
        });

        await service.ImportAsync(more);
        Assert.Equal(ErrorCodes.WrongKey, await Refusal.CodeOfAsync(() => service.ImportAsync(elsewhere)));

        KeyProvider after = await service.ProviderAsync("CMK");
        Assert.Equal((before.Name, before.Connection, before.KeyArn, before.Status), (after.Name, after.Connection, after.KeyArn, after.Status));
    }

    [Fact]
    public async Task What_is_no_ring_is_said_to_be_none()
    {
        await using TestService old = await MovedAsync();
        string ring = await old.ExportAsync();
        string text = await File.ReadAllTextAsync(ring);
        string[] none =
        [
            "",
            "nonsense",
            "[]",
            "null",
            "{}",
            """{ "format": "TenantEncryption root key v1" }""",
            text[..(text.Length / 2)],
            text + text,
            text.Replace("ring v1", "ring v2", StringComparison.Ordinal),
            text.Replace("KEK wrap v1", "KEK wrap v2", StringComparison.Ordinal),
            text.Replace("\"keys\"", "\"tenant\"", StringComparison.Ordinal),
            text.Replace("\"keyLease\": \"00:05:00\"", "\"keyLease\": \"9.00:00:00\"", StringComparison.Ordinal),
            text.Replace("\"tenantId\": \"acme\"", "\"tenantId\": \"ac*me\"", StringComparison.Ordinal),
            text.Replace("\"Hierarchical\"", "\"7\"", StringComparison.Ordinal),
            text.Replace("\"AwsKms\"", "\"Internal\"", StringComparison.Ordinal),
            text.Replace("\"secondLayer\": false", "\"secondLayer\": \"no\"", StringComparison.Ordinal),
            Salt().Replace(text, "\"salt\": \"AAAA\""),
            Salt().Replace(text, "\"salt\": \"?\""),
            Wraps().Replace(text, "\"reservedWraps\": -1"),
            Wraps().Replace(text, "\"reservedWraps\": 99999999999999999999"),
            text.Replace("{\n  \"format\"", "{\n  \"passphrase\": { \"function\": \"PBKDF2-HMAC-SHA-512\", \"iterations\": 2000000000, \"salt\": \"AAAAAAAAAAAAAAAAAAAAAA==\" },\n  \"format\"", StringComparison.Ordinal),
        ];

        foreach (string one in none)
        {
            string path = old.Folders.Write("none.json", Encoding.UTF8.GetBytes(one));
            string code = RingScene.CodeOf(() => RingScene.Read(path, one.Contains("\"passphrase\"", StringComparison.Ordinal) ? RingScene.Right : null));
            Assert.True(code == ErrorCodes.InvalidInput, $"{code}: {one}");
        }

        Assert.Equal(ErrorCodes.InvalidInput, RingScene.CodeOf(() => RingScene.Read(old.Folders.Write("none.json", [0xff, 0xfe, 0x00]))));
        Assert.Equal(ErrorCodes.SourceNotFound, RingScene.CodeOf(() => RingScene.Read(old.Folders.At("nothing.json"))));
    }

    [Fact]
    public async Task Nothing_secret_is_in_a_ring_or_in_the_events_of_it()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string kek = Convert.ToBase64String(await service.OpenKeyAsync(Assert.Single(await service.Service.Keys.ListAsync("acme"))));

        string text = await File.ReadAllTextAsync(await service.ExportAsync(RingScene.Right));

        Assert.DoesNotContain(kek, text, StringComparison.Ordinal);
        Assert.DoesNotContain(RingScene.Right, text, StringComparison.Ordinal);
        Assert.DoesNotContain(await service.EventsAsync(), one => one.Data.ToString()!.Contains(RingScene.Right, StringComparison.Ordinal));
    }

    [GeneratedRegex("\"salt\": \"[^\"]+\"")]
    private static partial Regex Salt();

    [GeneratedRegex("\"reservedWraps\": [0-9]+")]
    private static partial Regex Wraps();

    private static void Flip(JObject key, string name)
    {
        byte[] bytes = Convert.FromBase64String((string)key[name]!);
        bytes[^1] ^= 1;
        key[name] = Convert.ToBase64String(bytes);
    }

    private static async Task<TestService> MovedAsync()
    {
        TestService service = await TestService.WithTenantAsync();
        await service.ProtectValueAsync([0]);
        await service.Service.Migrations.StartAsync("acme", (await service.RegisterAsync("CMK")).Id);
        service.Kms.Forget();
        return service;
    }
}
