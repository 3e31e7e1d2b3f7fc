using System.Text.Json;
using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class ListAliases : IOperation
{
    public string Name => "ListAliases";

    public bool Changes => false;

    public void Run(OperationCall call)
    {
        call.AllowInAccount();
        KmsKey? key = call.Request.Text("KeyId") is { } identifier ? KeyReference.Resolve(call, identifier, KeyUse.ByKeyId) : null;
        IEnumerable<KeyAlias> aliases = key is null
            ? call.State.Aliases.Where(alias => alias.Account == call.Caller.Account && alias.Region == call.Region)
            : call.State.AliasesOf(key);
        Page.Write(call, "Aliases", aliases, alias => alias.Name, defaultLimit: 50, maximumLimit: 100, Write);
    }

    private static void Write(Utf8JsonWriter answer, KeyAlias alias)
    {
        answer.WriteStartObject();
        answer.WriteString("AliasName", alias.Name);
        answer.WriteString("AliasArn", alias.Arn);
        answer.WriteString("TargetKeyId", alias.TargetKeyId);
        answer.WriteTimestamp("CreationDate", alias.Created);
        answer.WriteTimestamp("LastUpdatedDate", alias.Updated);
        answer.WriteEndObject();
    }
}
