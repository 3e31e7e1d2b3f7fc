using System.Collections.Frozen;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>Every operation of this endpoint by its name.</summary>
internal static class OperationCatalog
{
    public static readonly FrozenDictionary<string, IOperation> All = new IOperation[]
    {
        new CreateAlias(),
        new CreateKey(),
        new Decrypt(),
        new DescribeKey(),
        new DisableKey(),
        new EnableKey(),
        new Encrypt(),
        new GenerateDataKey(),
        new GenerateDataKeyWithoutPlaintext(),
        new ScheduleKeyDeletion(),
    }.ToFrozenDictionary(operation => operation.Name, StringComparer.Ordinal);
}
