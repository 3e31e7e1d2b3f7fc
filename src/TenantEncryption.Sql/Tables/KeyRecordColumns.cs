using System.Data.Common;
using TenantEncryption.Keys;
using TenantEncryption.Sql.Values;

namespace TenantEncryption.Sql.Tables;

/// <summary>The columns in which a sealed key record is kept, beside its key id, wherever one is.</summary>
internal static class KeyRecordColumns
{
    /// <summary>Their names.</summary>
    public const string Names =
        "tenant_id, provider_id, key_arn, encryption_context, sealed_share, sealed_internal_share, salt, iv, sealed_kek";

    /// <summary>The parameters with which they are written.</summary>
    public const string Parameters =
        "$tenant_id, $provider_id, $key_arn, $encryption_context, $sealed_share, $sealed_internal_share, $salt, $iv, $sealed_kek";

    /// <summary>The parameters' values; all missing without a record.</summary>
    public static (string Name, object? Value)[] Values(KeyRecord? record) =>
    [
        ("$tenant_id", record?.TenantId),
        ("$provider_id", record?.ProviderId),
        ("$key_arn", record?.KeyArn),
        ("$encryption_context", record is null ? null : StoredText.OfMap(record.EncryptionContext)),
        ("$sealed_share", record?.SealedShare),
        ("$sealed_internal_share", record?.SealedInternalShare),
        ("$salt", record?.Salt),
        ("$iv", record?.Iv),
        ("$sealed_kek", record?.SealedKek),
    ];

    /// <summary>Reads a record.</summary>
    /// <param name="row">The row.</param>
    /// <param name="kekId">The key's id.</param>
    /// <param name="first">The number of the first of the columns.</param>
    public static KeyRecord Read(DbDataReader row, string kekId, int first) => new()
    {
        KekId = kekId,
        TenantId = row.GetString(first),
        ProviderId = row.GetString(first + 1),
        KeyArn = row.GetString(first + 2),
        EncryptionContext = StoredText.ToMap(row.GetString(first + 3)),
        SealedShare = row.Bytes(first + 4),
        SealedInternalShare = row.Bytes(first + 5),
        Salt = row.Bytes(first + 6),
        Iv = row.Bytes(first + 7),
        SealedKek = row.Bytes(first + 8),
    };
}
