using System.Globalization;
using System.Text.Json;
using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class ListKeyRotations : IOperation
{
    private const string RotationsOnly = "ROTATIONS_ONLY";
    private const string AllKeyMaterial = "ALL_KEY_MATERIAL";

    public string Name => "ListKeyRotations";

    public bool Changes => false;

    public void Run(OperationCall call)
    {
        bool all = call.Request.OneOf("IncludeKeyMaterial", RotationsOnly, [RotationsOnly, AllKeyMaterial]) == AllKeyMaterial;
        KmsKey key = call.Key(KeyUse.ByKeyId);
        KeyRotation.Require(key, changes: false);

        // The first material is no rotation. The place of a material among all is its order.
        IEnumerable<(int Place, KeyMaterial Material)> materials = key.Materials.Select((material, place) => (place, material));
        Page.Write(
            call,
            "Rotations",
            all ? materials : materials.Skip(1),
            item => item.Place.ToString("D10", CultureInfo.InvariantCulture),
            defaultLimit: 100,
            maximumLimit: 1000,
            (answer, item) => Write(answer, key, item.Material, isFirst: item.Place == 0));
    }

    private static void Write(Utf8JsonWriter answer, KmsKey key, KeyMaterial material, bool isFirst)
    {
        answer.WriteStartObject();
        answer.WriteString("KeyId", key.KeyId);
        answer.WriteString("KeyMaterialId", material.Id);
        answer.WriteString("KeyMaterialState", material == key.CurrentMaterial ? "CURRENT" : "NON_CURRENT");
        if (!isFirst)
        {
            answer.WriteTimestamp("RotationDate", material.Created);
            answer.WriteString("RotationType", material.OnDemand ? "ON_DEMAND" : "AUTOMATIC");
        }

        answer.WriteEndObject();
    }
}
