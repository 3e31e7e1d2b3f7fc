using System.Reflection;
using TenantEncryption.Kms;

namespace TenantEncryption.Tests.Scenarios;

/// <summary>Administrative calls that a test can refuse.</summary>
public class WatchedAdministration : DispatchProxy
{
    private IKmsAdministration _inner = null!;
    private Action<string> _before = null!;

    /// <summary>Watches; <paramref name="before"/> is told the operation, and what it throws is the answer.</summary>
    public static IKmsAdministration Of(IKmsAdministration inner, Action<string> before)
    {
        IKmsAdministration watched = Create<IKmsAdministration, WatchedAdministration>();
        ((WatchedAdministration)(object)watched)._inner = inner;
        ((WatchedAdministration)(object)watched)._before = before;
        return watched;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _before(targetMethod!.Name.Replace("Async", "", StringComparison.Ordinal));
        return targetMethod.Invoke(_inner, args);
    }
}
