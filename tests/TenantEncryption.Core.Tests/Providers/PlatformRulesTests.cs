using System.Text;
using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Migration;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Templates;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Testing.Policies;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Providers;

/// <summary>What platforms forbid is refused with the platform and the rule, and nothing changes.</summary>
public sealed class PlatformRulesTests
{
    [Fact]
    public async Task Where_only_migrations_change_providers_none_is_activated_deactivated_or_restored()
    {
        await using TestService service = await WithRulesAsync("""{ "keyChange": "Migrate", "deactivation": false }""");
        KeyProvider cmk = await service.RegisterAsync("CMK");

        await AssertForbiddenAsync(() => service.Service.Providers.EnableAsync(cmk.Id), "by a migration only");
        await service.Service.Migrations.StartAsync("acme", cmk.Id);
        await service.Service.Migrations.StartAsync("acme", (await service.InternalAsync()).Id);
        await AssertForbiddenAsync(() => service.Service.Providers.DisableAsync(cmk.Id), "neither deactivated nor restored");

        Assert.Equal(KeyProviderStatus.Archived, (await service.ProviderAsync("CMK")).Status);
        await service.Service.Providers.RemoveAsync(cmk.Id);
    }

    [Fact]
    public async Task Where_keys_are_activated_there_is_no_migration_and_no_way_back()
    {
        await using TestService service = await WithRulesAsync("""{ "fromInternal": "Permanent", "toInternal": false, "keyChange": "Activate", "removal": "Never" }""");
        KeyProvider cmk = await service.RegisterAsync("CMK");
        KeyProvider internalKms = await service.InternalAsync();

        await AssertForbiddenAsync(() => service.Service.Migrations.StartAsync("acme", cmk.Id), "KeyProviderService.EnableAsync");
        KeyMigrationPlan plan = await service.Service.Migrations.MeasureAsync("acme", cmk.Id);
        Assert.Contains(ErrorCodes.TransitionForbidden, Assert.Single(plan.Refusals), StringComparison.Ordinal);
        Assert.Contains("permanent", await service.Service.Providers.FindQuestionAsync(cmk), StringComparison.Ordinal);
        await service.Service.Providers.EnableAsync(cmk.Id);
        await AssertForbiddenAsync(() => service.Service.Migrations.StartAsync("acme", internalKms.Id), "no way back to Acme KMS");
        KeyProvider next = await service.RegisterAsync("Next");
        Assert.Null(await service.Service.Providers.FindQuestionAsync(next));
        await AssertForbiddenAsync(() => service.Service.Providers.RemoveAsync(next.Id), "never removed");
    }

    [Fact]
    public async Task The_first_activation_creates_the_re_encryption_that_the_platform_has_follow_and_names_its_id()
    {
        await using TestService service = await WithRulesAsync(
            """{ "fromInternal": "Permanent", "toInternal": false, "keyChange": "Activate", "reencryptAfterFirstActivation": true }""");
        string message = await service.ProtectAsync(service.Folders.Random("one"));
        await service.Service.Providers.EnableAsync((await service.RegisterAsync("CMK")).Id);

        KeyMigration created = Assert.Single(await service.Service.Migrations.ListAsync("acme"));
        Assert.Equal((MigrationState.New, MigrationMode.Reencrypt, true, 1L), (created.State, created.Mode, created.LowPriority, created.Total));
        Assert.Contains($"1 file of tenant 'acme'. Begin it: KeyMigrationService.ResumeAsync(key: {created.Id}).", Assert.Single(service.Warnings), StringComparison.Ordinal);
        Assert.Null((await service.UnprotectAsync(message, service.Folders.At("before"))).Error);
        await service.Service.RootKey.RotateAsync();

        KeyMigration done = await service.Service.Migrations.ResumeAsync(created.Id);

        Assert.Equal((MigrationState.Completed, 1L, true), (done.State, done.Done, done.LowPriority));
        Assert.Equal(0L, (await service.InternalAsync()).MessageCount);
        Assert.Null((await service.UnprotectAsync(message, service.Folders.At("after"))).Error);
        await service.ProtectAsync(service.Folders.Random("two"));
        await service.Service.Providers.EnableAsync((await service.RegisterAsync("Next")).Id);
        Assert.Single(await service.Service.Migrations.ListAsync("acme"));
    }

    [Fact]
    public async Task Of_a_tenant_without_data_the_first_activation_creates_none()
    {
        await using TestService service = await WithRulesAsync("""{ "keyChange": "Activate", "reencryptAfterFirstActivation": true }""");
        await service.Service.Providers.EnableAsync((await service.RegisterAsync("CMK")).Id);

        Assert.Empty(await service.Service.Migrations.ListAsync("acme"));
        Assert.Empty(service.Warnings);
    }

    [Fact]
    public async Task What_a_platform_has_confirmed_is_asked_of_every_change_of_provider_and_of_nothing_else()
    {
        await using TestService service = await WithRulesAsync("""{ "keyChange": "Migrate", "changeQuestion": "Is the current key to be replaced?" }""");
        KeyProvider cmk = await service.RegisterAsync("CMK");
        KeyProvider internalKms = await service.InternalAsync();

        Assert.EndsWith("asks: Is the current key to be replaced?", await service.Service.Providers.FindQuestionAsync(cmk), StringComparison.Ordinal);
        Assert.Null(await service.Service.Providers.FindQuestionAsync(internalKms));
        await service.Service.Migrations.StartAsync("acme", cmk.Id);
        Assert.Null(await service.Service.Providers.FindQuestionAsync(cmk));
        Assert.NotNull(await service.Service.Providers.FindQuestionAsync(internalKms));
    }

    [Fact]
    public async Task Where_the_key_is_fixed_a_tenant_gets_one_only_while_it_has_no_data()
    {
        const string rules = """{ "fromInternal": "WhileEmpty", "toInternal": false, "keyChange": "Never", "deactivation": false, "removal": "WithTenant" }""";
        await using TestService empty = await WithRulesAsync(rules);
        KeyProvider cmk = await empty.RegisterAsync("CMK");
        await empty.Service.Providers.EnableAsync(cmk.Id);
        await AssertForbiddenAsync(() => empty.RegisterAsync("Other"), "make the tenant anew");

        await using TestService used = await WithRulesAsync(rules);
        await used.ProtectValueAsync([1, 2, 3]);
        KeyProvider late = await used.RegisterAsync("CMK");
        await AssertForbiddenAsync(() => used.Service.Providers.EnableAsync(late.Id), "has data under Acme KMS");
        Assert.Equal(KeyProviderType.Internal, (await used.InternalAsync()).Type);
        Assert.True((await used.InternalAsync()).Current);
    }

    [Fact]
    public async Task An_edition_and_a_customer_key_exclude_each_other_both_ways()
    {
        await using TestService service = await WithRulesAsync("{}", profile => profile["internalOnlyEditions"] = new JArray("Starter"), edition: "starter");

        await AssertForbiddenAsync(() => service.RegisterAsync("CMK"), "exclude each other");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [InlineData(null)]
    public async Task The_endpoints_that_the_platform_wants_are_registered_with_the_key(bool? fips)
    {
        await using TestService service = await WithRulesAsync("{}", profile =>
        {
            if (fips is { } wanted)
            {
                profile["fipsEndpoints"] = wanted;
            }
        });

        await service.RegisterAsync("CMK");

        Assert.Equal(fips, (await service.ProviderAsync("CMK")).Connection.FipsEndpoints);
    }

    [Theory]
    [InlineData("qlik-cloud", "1234abcd-12ab-34cd-56ef-1234567890ab", false)]
    [InlineData("qlik-cloud", "alias/key", false)]
    [InlineData("qlik-cloud", "arn:aws:kms:eu-west-1:111122223333:alias/key", true)]
    [InlineData("tableau-cloud", "1234abcd-12ab-34cd-56ef-1234567890ab", false)]
    [InlineData("tableau-cloud", "alias/key", false)]
    [InlineData("tableau-cloud", "arn:aws:kms:eu-west-1:111122223333:alias/key", false)]
    [InlineData("tableau-cloud", "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", true)]
    [InlineData("amazon-q-business", "1234abcd-12ab-34cd-56ef-1234567890ab", true)]
    [InlineData("amazon-q-business", "alias/key", true)]
    [InlineData("amazon-q-business", "arn:aws:kms:eu-west-1:111122223333:alias/key", true)]
    public async Task A_form_of_identifier_that_the_platform_does_not_take_is_refused(string platform, string identifier, bool isTaken)
    {
        await using TestService service = await TestService.OpenAsync();
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", Platform = platform });

        string code = await Refusal.CodeOfAsync(() => service.Service.Providers.RegisterAsync(
            new NewKeyProvider { TenantId = "acme", Name = "CMK", KeyIdentifier = identifier, Connection = service.Connection }));

        // What is taken leads nowhere here: KMS has no such key, or the vendor's value is missing.
        Assert.Equal(isTaken, code != ErrorCodes.InvalidArn);
    }

    [Fact]
    public async Task A_vendors_context_value_must_be_given()
    {
        await using TestService service = await WithRulesAsync("{}", profile => profile["contextValueRequired"] = true);

        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => service.RegisterAsync("CMK")));
    }

    [Fact]
    public async Task What_the_platform_shows_is_registered_with_the_key_and_what_is_given_wins()
    {
        await using TestService service = await TestService.OpenAsync();
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", Platform = "tableau-cloud" });
        var registration = new NewKeyProvider
        {
            TenantId = "acme",
            Name = "CMK",
            KeyIdentifier = await service.Keys.CreateKeyAsync(),
            Connection = service.Connection,
            From = VendorStatements.Tableau,
        };
        IReadOnlyDictionary<string, IReadOnlyList<string>> shown = TemplateCapture.Read(VendorStatements.Tableau, PlatformCatalog.FindBuiltIn("tableau-cloud")!);

        KeyProvider taken = await service.Service.Providers.RegisterAsync(registration);
        KeyProvider given = await service.Service.Providers.RegisterAsync(registration with
        {
            Name = "Other",
            KeyIdentifier = await service.Keys.CreateKeyAsync(),
            ContextValue = "mine",
            Parameters = new Dictionary<string, IReadOnlyList<string>> { ["sidsuffix"] = ["mine"] },
        });

        Assert.Equal(Assert.Single(shown["SfAuth"]), taken.ContextValue);
        Assert.Equal(shown.Where(pair => pair.Key != "SfAuth").OrderBy(pair => pair.Key), taken.Parameters.OrderBy(pair => pair.Key));
        Assert.Equal(("mine", "mine"), (given.ContextValue, Assert.Single(given.Parameters.Single(pair => pair.Key.Equals("SidSuffix", StringComparison.OrdinalIgnoreCase)).Value)));
        Assert.Equal(shown["Account"], given.Parameters["Account"]);
    }

    [Theory]
    [InlineData("{", ErrorCodes.MalformedPolicy)]
    [InlineData("{}", ErrorCodes.TemplateMismatch)]
    public async Task What_the_platform_does_not_show_is_refused_and_is_no_failed_test(string from, string code)
    {
        await using TestService service = await TestService.OpenAsync();
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", Platform = "tableau-cloud" });
        string keyArn = await service.Keys.CreateKeyAsync();

        Assert.Equal(code, await Refusal.CodeOfAsync(() => service.Service.Providers.RegisterAsync(
            new NewKeyProvider { TenantId = "acme", Name = "CMK", KeyIdentifier = keyArn, Connection = service.Connection, From = from })));
        Assert.Equal(code, await Refusal.CodeOfAsync(() => service.Service.Providers.TestKeyAsync(
            new KeyCandidate { TenantId = "acme", KeyIdentifier = keyArn, Connection = service.Connection, From = from })));
        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => service.Service.Providers.RegisterAsync(new NewKeyProvider
        {
            TenantId = "acme",
            Name = "CMK",
            KeyIdentifier = keyArn,
            Connection = service.Connection,
            Parameters = new Dictionary<string, IReadOnlyList<string>> { ["Nonsense"] = ["1"] },
        })));
    }

    [Fact]
    public async Task Organisations_do_not_share_a_key()
    {
        await using TestService service = await WithRulesAsync("{}", profile => profile["separateOrganizations"] = true, organization: "North");
        foreach ((string id, string organization) in new[] { ("same", "North"), ("other", "South") })
        {
            await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = id, Platform = "acme-cloud", Organization = organization });
        }

        KeyProvider cmk = await service.RegisterAsync("CMK");
        await service.RegisterAsync("CMK", "same", cmk.KeyArn);
        Assert.Equal(ErrorCodes.KeySharedAcrossOrganizations, await Refusal.CodeOfAsync(() => service.RegisterAsync("CMK", "other", cmk.KeyArn)));
    }

    [Fact]
    public async Task A_child_gets_its_own_key_under_its_parents_provider()
    {
        await using TestService service = await WithRulesAsync("{}", profile => profile["children"] = true);
        KeyProvider cmk = await service.RegisterAsync("CMK");
        await service.Service.Providers.EnableAsync(cmk.Id);

        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "index", Platform = "acme-cloud", Parent = "acme" });

        KeyProvider own = await service.ProviderAsync("CMK", "index");
        Assert.Equal((cmk.KeyArn, KeyProviderStatus.Active), (own.KeyArn, own.Status));
        Assert.NotEqual(
            Assert.Single(await service.Service.Keys.ListAsync("index")).KekId,
            (await service.Service.Keys.ListAsync("acme"))[^1].KekId);
        byte[] message = await service.ProtectValueAsync([7], "index");
        Assert.Equal([7], await service.ReadValueAsync(message));
        await AssertForbiddenAsync(() => service.RegisterAsync("Other", "index"), "inherits the key provider of 'acme'");
    }

    [Fact]
    public async Task A_parent_keeps_the_provider_that_its_children_inherited()
    {
        await using TestService service = await WithRulesAsync("{}", profile => profile["children"] = true);
        KeyProvider cmk = await service.RegisterAsync("CMK");
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "index", Platform = "acme-cloud", Parent = "acme" });

        Task EnableAsync() => service.Service.Providers.EnableAsync(cmk.Id);
        Task MigrateAsync() => service.Service.Migrations.StartAsync("acme", cmk.Id);

        foreach (Func<Task> change in new[] { EnableAsync, MigrateAsync })
        {
            TenantEncryptionException refused = await Refusal.OfAsync(change);
            Assert.Equal(ErrorCodes.HasDependants, refused.Code);
            Assert.Contains("'index'", refused.Detail, StringComparison.Ordinal);
        }

        Assert.Equal(KeyProviderStatus.Pending, (await service.ProviderAsync("CMK")).Status);
        Assert.Contains("'index'", Assert.Single((await service.Service.Migrations.MeasureAsync("acme", cmk.Id)).Refusals), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_platform_without_children_refuses_a_parent()
    {
        await using TestService service = await TestService.WithTenantAsync();

        await AssertForbiddenAsync(() => service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "child", Parent = "acme" }), "no parents");
    }

    [Fact]
    public async Task A_region_that_the_platform_does_not_serve_is_refused()
    {
        await using TestService service = await TestService.OpenAsync();

        Assert.Equal(
            ErrorCodes.WrongRegion,
            await Refusal.CodeOfAsync(() => service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "q", Platform = "qlik-cloud", Region = "eu-west-3" })));
    }

    [Fact]
    public async Task A_stored_profile_is_found_by_name_never_replaced_and_never_taken_when_altered()
    {
        await using TestService service = await WithRulesAsync("{}");
        byte[] message = await service.ProtectValueAsync([1]);
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "second", Platform = "acme-cloud" });

        Assert.Equal(
            ErrorCodes.InvalidPlatform,
            await Refusal.CodeOfAsync(() => service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "third", PlatformFile = File("""{ "toInternal": false }""", null) })));
        await using TestService another = await service.OpenAnotherAsync();
        Assert.Equal([1], await another.ReadValueAsync(message));

        service.Tamper("UPDATE platforms SET json = replace(json, 'AcmeTenant', 'OtherKey')");
        await using TestService later = await service.OpenAnotherAsync();
        Assert.Equal(ErrorCodes.StateAltered, await Refusal.CodeOfAsync(() => later.Service.Tenants.GetAsync("acme")));
        Assert.Equal(ErrorCodes.StoreAltered, await Refusal.CodeOfAsync(() => later.Service.Platforms.GetAsync("acme-cloud")));
    }

    private static async Task AssertForbiddenAsync(Func<Task> act, string rule)
    {
        TenantEncryptionException refusal = await Refusal.OfAsync(act);
        Assert.Equal(ErrorCodes.TransitionForbidden, refusal.Code);
        Assert.Contains("The platform ", refusal.Detail, StringComparison.Ordinal);
        Assert.Contains(rule, refusal.Detail, StringComparison.Ordinal);
    }

    private static async Task<TestService> WithRulesAsync(
        string lifecycle, Action<JObject>? change = null, string? edition = null, string? organization = null)
    {
        TestService service = await TestService.OpenAsync();
        await service.Service.Tenants.CreateAsync(
            new NewTenant { TenantId = "acme", PlatformFile = File(lifecycle, change), Edition = edition, Organization = organization });
        return service;
    }

    private static PlatformFile File(string lifecycle, Action<JObject>? change)
    {
        var profile = JObject.Parse("""
            {
              "name": "acme-cloud", "description": "Acme's own.", "partitions": [ "aws" ], "contextKey": "AcmeTenant",
              "internalProvider": "Acme KMS", "eventPrefix": "com.acme.v1", "identifierForms": [ "KeyArn", "AliasArn" ]
            }
            """);
        profile["lifecycle"] = JObject.Parse(lifecycle);
        change?.Invoke(profile);
        return PlatformProfileReader.Read(Encoding.UTF8.GetBytes(profile.ToString()), "acme-cloud.json");
    }
}
