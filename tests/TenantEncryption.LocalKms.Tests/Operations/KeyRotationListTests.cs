using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using TenantEncryption.LocalKms.Tests.Support;

namespace TenantEncryption.LocalKms.Tests.Operations;

public sealed class KeyRotationListTests : ServerTest
{
    [Fact]
    public async Task Rotations_are_listed_from_the_first_with_their_kind()
    {
        string key = await NewKeyAsync();
        Assert.Empty((await ListAsync(key)).Rotations ?? []);
        await Kms.EnableKeyRotationAsync(new EnableKeyRotationRequest { KeyId = key, RotationPeriodInDays = 90 });
        await Kms.RotateKeyOnDemandAsync(new RotateKeyOnDemandRequest { KeyId = key });
        Server.Advance(TimeSpan.FromDays(91));

        List<RotationsListEntry> rotations = (await ListAsync(key)).Rotations;

        Assert.Equal(["ON_DEMAND", "AUTOMATIC"], rotations.Select(rotation => rotation.RotationType.Value));
        Assert.Equal(["NON_CURRENT", "CURRENT"], rotations.Select(rotation => rotation.KeyMaterialState.Value));
        Assert.True(rotations[0].RotationDate < rotations[1].RotationDate);
        Assert.All(rotations, rotation => Assert.Equal(key.Split('/')[1], rotation.KeyId));
        Assert.Equal((await Kms.DescribeKeyAsync(key)).KeyMetadata.CurrentKeyMaterialId, rotations[1].KeyMaterialId);
    }

    [Fact]
    public async Task All_material_has_the_first_one_too_which_no_rotation_made()
    {
        string key = await NewKeyAsync();
        await Kms.RotateKeyOnDemandAsync(new RotateKeyOnDemandRequest { KeyId = key });

        List<RotationsListEntry> materials = (await ListAsync(key, "ALL_KEY_MATERIAL")).Rotations;

        Assert.Equal([null, "ON_DEMAND"], materials.Select(material => material.RotationType?.Value));
        Assert.Null(materials[0].RotationDate);
        await RefusedAsync("ValidationException", () => ListAsync(key, "SOME"));
    }

    [Fact]
    public async Task They_come_in_pages()
    {
        string key = await NewKeyAsync();
        for (int i = 0; i < 11; i++)
        {
            await Kms.RotateKeyOnDemandAsync(new RotateKeyOnDemandRequest { KeyId = key });
        }

        var ids = new List<string>();
        var request = new ListKeyRotationsRequest { KeyId = key, Limit = 4 };
        ListKeyRotationsResponse page;
        do
        {
            page = await Kms.ListKeyRotationsAsync(request);
            Assert.True(page.Rotations.Count <= 4);
            ids.AddRange(page.Rotations.Select(rotation => rotation.KeyMaterialId));
            request.Marker = page.NextMarker;
        }
        while (page.Truncated == true);
        Assert.Equal(11, ids.Distinct().Count());
        Assert.Equal((await ListAsync(key)).Rotations.Select(rotation => rotation.KeyMaterialId), ids);
        request.Marker = "no marker !";
        await RefusedAsync("InvalidMarkerException", () => Kms.ListKeyRotationsAsync(request));
        (request.Marker, request.Limit) = (null, 4 + 997);
        await RefusedAsync("ValidationException", () => Kms.ListKeyRotationsAsync(request));
    }

    [Fact]
    public async Task Keys_that_do_not_rotate_have_none_and_strangers_learn_nothing()
    {
        string rsa = (await Kms.CreateKeyAsync(new CreateKeyRequest { KeySpec = KeySpec.RSA_2048, KeyUsage = KeyUsageType.ENCRYPT_DECRYPT })).KeyMetadata.Arn;
        await RefusedAsync("UnsupportedOperationException", () => ListAsync(rsa));
        DefinePrincipal("arn:aws:iam::111122223333:role/app", "app");
        string key = await NewKeyAsync();
        await RefusedAsync("AccessDeniedException", () => Client(accessKey: "app").ListKeyRotationsAsync(new ListKeyRotationsRequest { KeyId = key }));
    }

    private Task<ListKeyRotationsResponse> ListAsync(string key, string? include = null) =>
        Kms.ListKeyRotationsAsync(new ListKeyRotationsRequest { KeyId = key, IncludeKeyMaterial = include });
}
