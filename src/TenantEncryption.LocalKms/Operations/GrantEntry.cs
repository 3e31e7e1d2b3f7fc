using System.Text.Json;
using TenantEncryption.LocalKms.Grants;
using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>The <c>GrantListEntry</c> structure of ListGrants and ListRetirableGrants.</summary>
internal static class GrantEntry
{
    public static void Write(Utf8JsonWriter answer, KeyGrant grant)
    {
        answer.WriteStartObject();
        answer.WriteString("KeyId", grant.KeyArn);
        answer.WriteString("GrantId", grant.GrantId);
        answer.WriteString("Name", grant.Name);
        answer.WriteTimestamp("CreationDate", grant.Created);
        WriteText(answer, "GranteePrincipal", grant.GranteePrincipal);
        WriteText(answer, "GranteeServicePrincipal", grant.GranteeServicePrincipal);
        WriteText(answer, "RetiringPrincipal", grant.RetiringPrincipal);
        WriteText(answer, "RetiringServicePrincipal", grant.RetiringServicePrincipal);
        answer.WriteString("IssuingAccount", grant.IssuingAccount);
        answer.WriteStartArray("Operations");
        foreach (string operation in grant.Operations)
        {
            answer.WriteStringValue(operation);
        }

        answer.WriteEndArray();
        if (grant.EncryptionContextEquals is not null || grant.EncryptionContextSubset is not null || grant.SourceArn is not null)
        {
            answer.WriteStartObject("Constraints");
            WritePairs(answer, "EncryptionContextSubset", grant.EncryptionContextSubset);
            WritePairs(answer, "EncryptionContextEquals", grant.EncryptionContextEquals);
            WriteText(answer, "SourceArn", grant.SourceArn);
            answer.WriteEndObject();
        }

        answer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter answer, string member, string? text)
    {
        if (text is not null)
        {
            answer.WriteString(member, text);
        }
    }

    private static void WritePairs(Utf8JsonWriter answer, string member, Dictionary<string, string>? pairs)
    {
        if (pairs is null)
        {
            return;
        }

        answer.WriteStartObject(member);
        foreach ((string key, string value) in pairs)
        {
            answer.WriteString(key, value);
        }

        answer.WriteEndObject();
    }
}
