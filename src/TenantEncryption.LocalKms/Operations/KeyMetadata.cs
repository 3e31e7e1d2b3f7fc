using System.Text.Json;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>The <c>KeyMetadata</c> structure of CreateKey, DescribeKey and ReplicateKey.</summary>
internal static class KeyMetadata
{
    public static void Write(Utf8JsonWriter answer, string member, KmsKey key, KmsState state)
    {
        answer.WriteStartObject(member);
        answer.WriteString("AWSAccountId", key.Account);
        answer.WriteString("KeyId", key.KeyId);
        answer.WriteString("Arn", key.Arn);
        answer.WriteTimestamp("CreationDate", key.Created);
        answer.WriteBoolean("Enabled", key.State is KeyState.Enabled);
        answer.WriteString("Description", key.Description);
        answer.WriteString("KeyUsage", key.Usage);
        answer.WriteString("KeyState", key.State.ToString());
        if (key.DeletionDate is { } deletion)
        {
            answer.WriteTimestamp("DeletionDate", deletion);
        }

        answer.WriteString("Origin", key.Origin);
        answer.WriteString("KeyManager", "CUSTOMER");
        answer.WriteString("KeySpec", key.SpecName);
        answer.WriteString("CustomerMasterKeySpec", key.SpecName);
        WriteAlgorithms(answer, key);
        if (!key.Materials.IsEmpty)
        {
            answer.WriteString("CurrentKeyMaterialId", key.CurrentMaterial.Id);
        }

        answer.WriteBoolean("MultiRegion", key.MultiRegion);
        if (key.MultiRegion)
        {
            WriteRegions(answer, key, state);
        }

        if (key.PendingWindowInDays is { } days)
        {
            answer.WriteNumber("PendingDeletionWindowInDays", days);
        }

        answer.WriteEndObject();
    }

    private static void WriteAlgorithms(Utf8JsonWriter answer, KmsKey key)
    {
        (string member, string[] algorithms) = key.Usage switch
        {
            KeySpec.EncryptDecrypt => ("EncryptionAlgorithms", key.Spec.EncryptionAlgorithms),
            KeySpec.SignVerify => ("SigningAlgorithms", key.Spec.SigningAlgorithms),
            KeySpec.GenerateVerifyMac => ("MacAlgorithms", key.Spec.MacAlgorithms),
            _ => ("KeyAgreementAlgorithms", ["ECDH"]),
        };
        answer.WriteStartArray(member);
        foreach (string algorithm in algorithms)
        {
            answer.WriteStringValue(algorithm);
        }

        answer.WriteEndArray();
    }

    private static void WriteRegions(Utf8JsonWriter answer, KmsKey key, KmsState state)
    {
        answer.WriteStartObject("MultiRegionConfiguration");
        answer.WriteString("MultiRegionKeyType", key.IsReplica ? "REPLICA" : "PRIMARY");
        answer.WriteStartObject("PrimaryKey");
        answer.WriteString("Arn", KeyArn.Format(key.PrimaryRegion!, key.Account, key.KeyId));
        answer.WriteString("Region", key.PrimaryRegion);
        answer.WriteEndObject();
        answer.WriteStartArray("ReplicaKeys");
        IEnumerable<KmsKey> replicas = state.Related(key).Where(other => other.IsReplica);
        foreach (KmsKey replica in replicas.OrderBy(other => other.Region, StringComparer.Ordinal))
        {
            answer.WriteStartObject();
            answer.WriteString("Arn", replica.Arn);
            answer.WriteString("Region", replica.Region);
            answer.WriteEndObject();
        }

        answer.WriteEndArray();
        answer.WriteEndObject();
    }
}
