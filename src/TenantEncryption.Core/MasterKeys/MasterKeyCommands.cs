using TenantEncryption.Kms;

namespace TenantEncryption.MasterKeys;

/// <summary>Commands for the user to paste, when something was left unfinished.</summary>
internal static class MasterKeyCommands
{
    /// <summary>The command that does the rest of an update.</summary>
    public static string Update(string keyArn, MasterKeyUpdate rest, KmsConnection connection) => string.Join(
        ' ',
        (string?[])
        [
            "Update-MasterKey", "-KeyArn", keyArn,
            rest.Rotation is { } rotation ? $"-Rotation ${(rotation ? "true" : "false")}" : null,
            rest.ReplicaRegions.Count > 0 ? $"-ReplicaRegion {string.Join(',', rest.ReplicaRegions)}" : null,
            rest.Alias is null ? null : $"-Alias {rest.Alias}",
            .. Arguments(connection),
        ]).Trim().Replace("  ", " ", StringComparison.Ordinal);

    /// <summary>The command that takes back the making of a key.</summary>
    public static string Remove(string keyArn, bool hasReplicas, KmsConnection connection) => string.Join(
        ' ', ["Remove-MasterKey", "-KeyArn", keyArn, "-PendingWindowInDays 7", .. hasReplicas ? (string[])["-AllRegions"] : [], .. Arguments(connection)]);

    private static IEnumerable<string> Arguments(KmsConnection connection)
    {
        (string Name, string? Value)[] given =
        [
            ("-ProfileName", connection.ProfileName), ("-EndpointUrl", connection.EndpointUrl),
            ("-RoleArn", connection.RoleArn), ("-ExternalId", connection.ExternalId),
        ];
        return given.Where(argument => argument.Value is not null).Select(argument => $"{argument.Name} {Quote(argument.Value!)}");
    }

    private static string Quote(string text) =>
        text.All(character => char.IsAsciiLetterOrDigit(character) || "-_./:".Contains(character, StringComparison.Ordinal))
            ? text
            : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
