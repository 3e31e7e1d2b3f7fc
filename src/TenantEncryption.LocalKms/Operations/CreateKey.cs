using System.Collections.Immutable;
using System.Security.Cryptography;
using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class CreateKey : IOperation
{
    private static readonly string[] Usages =
        [KeySpec.SignVerify, KeySpec.EncryptDecrypt, KeySpec.GenerateVerifyMac, KeySpec.KeyAgreement];

    private static readonly string[] Origins = ["AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"];

    public string Name => "CreateKey";

    public bool Changes => true;

    public void Run(OperationCall call)
    {
        RequestFields request = call.Request;
        string specMember = request.Has("CustomerMasterKeySpec") ? "CustomerMasterKeySpec" : "KeySpec";
        KeySpec spec = KeySpec.Find(request.OneOf(specMember, KeySpec.Symmetric.Name, KeySpec.Names))!;
        string usage = request.OneOf("KeyUsage", KeySpec.EncryptDecrypt, Usages);
        if (!spec.Usages.Contains(usage))
        {
            throw KmsErrors.Validation(request.Has("KeyUsage")
                ? $"KeyUsage {usage} is not compatible with KeySpec {spec.Name}"
                : $"You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.");
        }

        string origin = request.OneOf("Origin", "AWS_KMS", Origins);
        if (origin is "AWS_CLOUDHSM" or "EXTERNAL_KEY_STORE" || request.Has("CustomKeyStoreId"))
        {
            throw KmsErrors.Unsupported("Custom key stores are not supported by this endpoint.");
        }

        bool multiRegion = request.Flag("MultiRegion");
        ImmutableSortedDictionary<string, string> tags = TagList.Read(request);
        AddConditions(call, spec, usage, origin, multiRegion, tags);
        call.AllowInAccount();

        var key = new KmsKey
        {
            Region = call.Region,
            Account = call.Caller.Account,
            KeyId = multiRegion ? $"mrk-{RandomNumberGenerator.GetHexString(32, lowercase: true)}" : Guid.NewGuid().ToString(),
            Created = call.Now,
            UsageTrackedFrom = call.Now,
            Description = request.Text("Description") ?? "",
            SpecName = spec.Name,
            Usage = usage,
            Origin = origin,
            State = origin == "EXTERNAL" ? KeyState.PendingImport : KeyState.Enabled,
            MultiRegion = multiRegion,
            PrimaryRegion = multiRegion ? call.Region : null,
            Materials = spec.IsSymmetricEncryption && origin == "AWS_KMS" ? [KeyMaterial.Generate(call.Now)] : [],
            Policy = new KeyPolicy(DefaultKeyPolicy.For(call.Region, call.Caller.Account)),
            Tags = tags,
        };
        TagList.Allow(call, key);
        if (request.Text("Policy") is { } policy)
        {
            key = key with { Policy = PolicyText.Accept(call, key, policy) };
        }

        call.State.Commit(new Change { PutKey = key });
        call.Trace.AddResource(key);
        KeyMetadata.Write(call.Answer, "KeyMetadata", key, call.State);
    }

    private static void AddConditions(
        OperationCall call, KeySpec spec, string usage, string origin, bool multiRegion, ImmutableSortedDictionary<string, string> tags)
    {
        call.Conditions
            .Set("kms:KeySpec", spec.Name)
            .Set("kms:KeyUsage", usage)
            .Set("kms:KeyOrigin", origin)
            .Set("kms:MultiRegion", multiRegion)
            .Set("kms:BypassPolicyLockoutSafetyCheck", call.Request.Flag("BypassPolicyLockoutSafetyCheck"));
        TagList.AddConditions(call, tags);
    }
}
