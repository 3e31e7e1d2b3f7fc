using System.Management.Automation.Runspaces;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// Which store a runspace works on. A runspace has the store that it connected to; one that did not connect, such as those of
/// <c>ForEach-Object -Parallel</c>, has that of the runspace which connected first, else the default. So parallel runspaces inherit the
/// user's connection, and two that connect to different stores don't disturb each other.
/// </summary>
internal static class RunspaceConnection
{
    private static readonly object Gate = new();
    private static readonly Dictionary<Guid, StoreAddress> Own = [];
    private static Runspace? _first;

    /// <summary>Where the store is that the current runspace works on.</summary>
    public static StoreAddress Current
    {
        get
        {
            lock (Gate)
            {
                return OwnOf(Runspace.DefaultRunspace) ?? OwnOf(_first) ?? DefaultStore.Address;
            }
        }
    }

    /// <summary>Connects the current runspace.</summary>
    /// <param name="address">Where the store is.</param>
    public static void Set(StoreAddress address)
    {
        lock (Gate)
        {
            Own[Runspace.DefaultRunspace.InstanceId] = address;
            if (_first is null || _first.RunspaceStateInfo.State != RunspaceState.Opened)
            {
                _first = Runspace.DefaultRunspace;
            }
        }
    }

    /// <summary>Forgets the connections of every runspace to a store.</summary>
    /// <param name="address">Where the store is.</param>
    public static void Forget(StoreAddress address)
    {
        lock (Gate)
        {
            foreach (Guid runspace in Own.Where(pair => pair.Value == address).Select(pair => pair.Key).ToList())
            {
                Own.Remove(runspace);
            }

            if (OwnOf(_first) is null)
            {
                _first = null;
            }
        }
    }

    private static StoreAddress? OwnOf(Runspace? runspace) => runspace is null ? null : Own.GetValueOrDefault(runspace.InstanceId);
}
