using TenantEncryption.Kms;

namespace TenantEncryption.MasterKeys;

/// <summary>The call that goes on, or takes back, when something was left unfinished: the method with the values that it needs.</summary>
internal static class MasterKeyCalls
{
    /// <summary>The call that does the rest of an update.</summary>
    public static string Update(string keyArn, MasterKeyUpdate rest, KmsConnection connection) => Call(
        "MasterKeyService.UpdateAsync",
        connection,
        ("keyArn", keyArn),
        ("rotation", rest.Rotation is { } rotation ? (rotation ? "true" : "false") : null),
        ("replicaRegion", rest.ReplicaRegions.Count > 0 ? string.Join(',', rest.ReplicaRegions) : null),
        ("alias", rest.Alias));

    /// <summary>The call that takes back the making of a key.</summary>
    public static string Remove(string keyArn, bool hasReplicas, KmsConnection connection) => Call(
        "MasterKeyService.RemoveAsync", connection, ("keyArn", keyArn), ("pendingWindowInDays", "7"), ("allRegions", hasReplicas ? "true" : null));

    private static string Call(string method, KmsConnection connection, params (string Name, string? Value)[] values)
    {
        (string Name, string? Value)[] reach =
        [
            ("profileName", Quote(connection.ProfileName)), ("endpointUrl", Quote(connection.EndpointUrl)),
            ("roleArn", Quote(connection.RoleArn)), ("externalId", Quote(connection.ExternalId)),
        ];
        return $"{method}({string.Join(", ", values.Concat(reach).Where(one => one.Value is not null).Select(one => $"{one.Name}: {one.Value}"))})";
    }

    private static string? Quote(string? text) =>
        text?.All(character => char.IsAsciiLetterOrDigit(character) || "-_./:".Contains(character, StringComparison.Ordinal)) != false
            ? text
            : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
