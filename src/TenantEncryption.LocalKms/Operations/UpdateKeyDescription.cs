using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Storage;

namespace TenantEncryption.LocalKms.Operations;

internal sealed class UpdateKeyDescription : IOperation
{
    public string Name => "UpdateKeyDescription";

    public bool Changes => true;

    private const int MaximumLength = 8192;

    public void Run(OperationCall call)
    {
        string description = call.Request.Text("Description") ?? throw KmsErrors.MissingMember("Description");
        if (description.Length > MaximumLength)
        {
            throw KmsErrors.Constraint("*", "Description", $"Member must have length less than or equal to {MaximumLength}");
        }

        KmsKey key = call.Key(KeyUse.ByKeyId);
        call.State.Commit(new Change { PutKey = key with { Description = description } });
    }
}
