using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Anchors;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Kms;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Anchors;

public sealed class AnchorTests
{
    [Fact]
    public async Task Each_anchor_follows_the_one_before_and_is_told_in_the_stores_own_chain()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync();

        List<Anchor> anchors = await scene.Anchors.ListAsync().ToListAsync();

        Assert.Equal([1, 2, 3, 4], anchors.Select(anchor => anchor.Number));
        Assert.Equal([null, .. anchors.Take(3).Select(anchor => anchor.Hash)], anchors.Select(anchor => anchor.Previous));
        Assert.All(anchors, anchor => Assert.Equal(3, anchor.Chains));
        Assert.Equal(4, anchors.Select(anchor => anchor.Root).Distinct().Count());
        Assert.All((await scene.Service.EventsAsync()).Where(told => told.Type.EndsWith(EventTypes.AnchorMade, StringComparison.Ordinal)), told => Assert.Null(told.TenantId));
    }

    [Fact]
    public async Task The_log_fits_a_file_of_anchors_one_of_them_and_what_CloudTrail_holds()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync();
        List<Anchor> anchors = await scene.Anchors.ListAsync().ToListAsync();
        Anchor second = anchors[1];

        EventLogTestResult whole = await scene.TestAsync();
        EventLogTestResult one = await scene.TestAsync(AnchorEvidence.Of(second));
        EventLogTestResult text = await scene.TestAsync(AnchorEvidence.Of(second.ToString()));
        EventLogTestResult trail = await scene.TestAsync(AnchorEvidence.Of($$"""{"Anchor":"2","Root":"{{second.Root.ToUpperInvariant()}}","StoreId":"{{second.StoreId}}","AnchorHash":"{{second.Hash}}"}"""));
        EventLogTestResult apart = await scene.TestAsync(AnchorEvidence.Of(anchors[0]), AnchorEvidence.Of(anchors[3]));

        Assert.Equal([(true, 4), (true, 1), (true, 1), (true, 1), (true, 2)], new[] { whole, one, text, trail, apart }.Select(result => (result.Success, result.Anchors)));
        Assert.Contains("Up to anchor 4 of ", whole.Excludes, StringComparison.Ordinal);
        Assert.Contains("Up to anchor 2 of ", one.Excludes, StringComparison.Ordinal);
        await using TestService next = await scene.Service.OpenAnotherAsync();
        Assert.Equal((true, 4, 1), (await next.Service.Events.VerifyAsync("acme", anchors: [AnchorEvidence.OfFile(scene.File)])) is var acme ? (acme.Success, acme.Anchors, acme.Chains) : default);
    }

    [Fact]
    public async Task Nothing_new_makes_no_anchor_and_goes_where_the_last_one_is_not_yet()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync();
        string elsewhere = scene.Service.Folders.At("elsewhere.jsonl");

        Anchor again = await scene.Anchors.MakeAsync(new AnchorPlaces { Path = elsewhere });
        await scene.Anchors.MakeAsync(new AnchorPlaces { Path = elsewhere });
        await scene.Anchors.MakeAsync(scene.Places);

        Assert.Equal(4, again.Number);
        Assert.Equal(scene.Lines[3], Assert.Single(File.ReadAllLines(elsewhere)));
        Assert.Equal(4, scene.Lines.Length);
    }

    [Fact]
    public async Task A_file_gets_the_anchors_that_it_lacks()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync(2);
        for (int i = 0; i < 3; i++)
        {
            await scene.ChangeAsync();
            await scene.Anchors.MakeAsync();
        }

        Assert.Equal(2, scene.Lines.Length);
        await scene.Anchors.MakeAsync(scene.Places);

        Assert.Equal(5, scene.Lines.Length);
        Assert.Equal((true, 5), (await scene.TestAsync()) is var result ? (result.Success, result.Anchors) : default);
    }

    [Fact]
    public async Task An_anchor_is_told_to_KMS_once_and_its_encryption_context_is_enough_to_test_by()
    {
        await using SharedKms kms = await SharedKms.StartAsync();
        await using TestService service = await TestService.OpenAsync(keys: kms);
        await service.Service.Tenants.CreateAsync(new() { TenantId = "acme" });
        var places = new AnchorPlaces { KeyArn = await kms.CreateKeyAsync(), Connection = new KmsConnection { EndpointUrl = kms.Url } };

        Anchor made = await service.Service.Anchors.MakeAsync(places);
        Anchor again = await service.Service.Anchors.MakeAsync(places);

        JObject record = Assert.Single(kms.Records, call => (string?)call["eventName"] == "Encrypt");
        Assert.Equal((made, true, "DryRunOperationException"), (again, (bool?)record["requestParameters"]!["dryRun"], (string?)record["errorCode"]));
        var context = (JObject)record["requestParameters"]!["encryptionContext"]!;
        Assert.Equal((made.StoreId, "1", made.Root, made.Hash), ((string?)context["StoreId"], (string?)context["Anchor"], (string?)context["Root"], (string?)context["AnchorHash"]));
        EncryptionEvent told = (await service.EventsAsync())[^1];
        Assert.EndsWith(EventTypes.AnchorPublished, told.Type, StringComparison.Ordinal);
        var call = (IReadOnlyDictionary<string, object?>)Assert.Single((object?[])told.Data["kmsCalls"]!)!;
        Assert.Equal((string?)record["requestID"], call["requestId"]);
        Assert.True((await service.Service.Events.VerifyAsync(anchors: [AnchorEvidence.Of(context.ToString())])).Success);
        context["Root"] = new string('0', 64);
        Assert.False((await service.Service.Events.VerifyAsync(anchors: [AnchorEvidence.Of(context.ToString())])).Success);
    }

    [Fact]
    public async Task What_KMS_refuses_is_made_all_the_same_goes_into_the_file_and_is_an_error()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string key = await service.Keys.CreateKeyAsync();
        await service.Keys.DisableAsync(key);
        var places = new AnchorPlaces { Path = service.Folders.At("a.jsonl"), KeyArn = key, Connection = service.Connection };

        Assert.Equal(ErrorCodes.KeyDisabled, await Refusal.CodeOfAsync(() => service.Service.Anchors.MakeAsync(places)));
        Assert.Single(File.ReadAllLines(places.Path));
        await service.Keys.EnableAsync(key);
        await service.Service.Anchors.MakeAsync(places);

        Assert.True((await service.Service.Events.VerifyAsync(anchors: [AnchorEvidence.OfFile(places.Path)])).Success);
    }

    [Fact]
    public async Task Several_that_make_an_anchor_at_once_make_one()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync(1);
        await scene.ChangeAsync();
        await using TestService other = await scene.Service.OpenAnotherAsync();
        TenantEncryptionService[] services = [scene.Service.Service, other.Service];

        Anchor[] made = await Task.WhenAll(Enumerable.Range(0, 8).Select(turn => Task.Run(() => services[turn % 2].Anchors.MakeAsync(scene.Places))));

        Assert.Equal([2L], made.Select(anchor => anchor.Number).Distinct());
        Assert.Equal(2, scene.Lines.Length);
        Assert.Equal(2, (await scene.Anchors.ListAsync().ToListAsync()).Count);
        Assert.True((await scene.TestAsync()).Success);
    }

    [Fact]
    public async Task A_tenants_head_is_proved_without_the_store()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync();
        AnchorProof last = AnchorProof.Parse(JsonConvert.SerializeObject(await scene.Anchors.ProveAsync("acme")));
        AnchorProof second = await scene.Anchors.ProveAsync("acme", 2);
        AnchorEvidence file = AnchorEvidence.OfFile(scene.File);

        Assert.Equal(ErrorCodes.Success, last.Verify(file).Code);
        Assert.Equal(ErrorCodes.Success, last.Verify(AnchorEvidence.Of(last.Anchor.ToString())).Code);
        Assert.Equal(ErrorCodes.Success, second.Verify(file).Code);
        Assert.Equal(EventLogHead.Parse(last.Verify(file).Head), await scene.Service.Service.Events.GetHeadAsync("acme"));
        Assert.NotEqual(last.Mac, second.Mac);
    }

    [Fact]
    public async Task A_proof_shows_nothing_of_another_tenant()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync();

        string proof = JsonConvert.SerializeObject(await scene.Anchors.ProveAsync("acme"));

        Assert.DoesNotContain("globex", proof, StringComparison.Ordinal);
        Assert.DoesNotContain((await scene.Service.Service.Events.GetHeadAsync("globex")).Mac, proof, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_proof_altered_in_any_field_is_refused()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync();
        AnchorProof proof = await scene.Anchors.ProveAsync("acme");
        AnchorEvidence file = AnchorEvidence.OfFile(scene.File);
        string zeros = new('0', 64);
        AnchorProof[] altered =
        [
            proof with { TenantId = "globex" },
            proof with { Sequence = proof.Sequence - 1 },
            proof with { Mac = zeros },
            proof with { Index = proof.Index - 1 },
            proof with { Index = proof.Index + 1 },
            proof with { AuditPath = [.. proof.AuditPath.Reverse()] },
            proof with { AuditPath = [.. proof.AuditPath.Skip(1)] },
            proof with { AuditPath = [.. proof.AuditPath, zeros] },
            proof with { Anchor = proof.Anchor with { Number = 3 } },
            proof with { Anchor = proof.Anchor with { Number = 9 } },
            proof with { Anchor = proof.Anchor with { Root = zeros } },
            proof with { Anchor = proof.Anchor with { StoreId = zeros } },
            proof with { Anchor = proof.Anchor with { Chains = 4 } },
            proof with { Anchor = proof.Anchor with { Time = proof.Anchor.Time.AddTicks(1) } },
            proof with { Anchor = proof.Anchor with { Previous = null } },
        ];

        Assert.True(proof.Verify(file).Success);
        Assert.All(altered, one => Assert.Equal(ErrorCodes.EventLogAltered, one.Verify(file).Code));
    }

    [Fact]
    public async Task What_is_not_there_has_no_proof()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync(1);
        await scene.Service.Service.Tenants.CreateAsync(new() { TenantId = "late" });

        Assert.Equal(ErrorCodes.TenantNotFound, await Refusal.CodeOfAsync(() => scene.Anchors.ProveAsync("nobody")));
        Assert.Equal(ErrorCodes.AnchorNotFound, await Refusal.CodeOfAsync(() => scene.Anchors.ProveAsync("late")));
        Assert.Equal(ErrorCodes.AnchorNotFound, await Refusal.CodeOfAsync(() => scene.Anchors.ProveAsync("acme", 7)));
        await using TestService empty = await TestService.WithTenantAsync();
        Assert.Equal(ErrorCodes.AnchorNotFound, await Refusal.CodeOfAsync(() => empty.Service.Anchors.ProveAsync("acme")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("x:y")]
    [InlineData("-1:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("1:00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("{\"number\":1}")]
    [InlineData("{\"number\":1")]
    [InlineData("{\"number\":{},\"root\":[]}")]
    public void What_is_no_anchor_is_refused(string text)
    {
        Refusal.Is(ErrorCodes.InvalidInput, () => AnchorEvidence.Of(text));
        Refusal.Is(ErrorCodes.InvalidInput, () => AnchorProof.Parse(text));
    }

    [Fact]
    public async Task The_root_key_may_be_rotated_between_anchors()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync(1);
        await scene.Service.Service.RootKey.RotateAsync();
        await scene.Anchors.MakeAsync(scene.Places);
        await scene.ChangeAsync();
        await scene.Anchors.MakeAsync(scene.Places);

        Assert.Equal((true, 3), (await scene.TestAsync()) is var result ? (result.Success, result.Anchors) : default);
    }
}
