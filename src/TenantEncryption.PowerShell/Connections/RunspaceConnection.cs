using System.Management.Automation.Runspaces;
using TenantEncryption.Files;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// Which store a runspace works on. A runspace has the store that it connected to; one that did not connect, such as those of
/// <c>ForEach-Object -Parallel</c>, has that of the runspace which connected first, else the default. So parallel runspaces inherit the
/// user's connection, and two that connect to different stores don't disturb each other.
/// </summary>
internal static class RunspaceConnection
{
    private static readonly object Gate = new();
    private static readonly Dictionary<Guid, string> Own = [];
    private static Runspace? _first;

    /// <summary>The folder of the store that the current runspace works on.</summary>
    public static string CurrentPath
    {
        get
        {
            lock (Gate)
            {
                return OwnPath(Runspace.DefaultRunspace) ?? OwnPath(_first) ?? DefaultStore.Folder;
            }
        }
    }

    /// <summary>Connects the current runspace.</summary>
    /// <param name="path">The store's folder.</param>
    public static void Set(string path)
    {
        lock (Gate)
        {
            Own[Runspace.DefaultRunspace.InstanceId] = path;
            if (_first is null || _first.RunspaceStateInfo.State != RunspaceState.Opened)
            {
                _first = Runspace.DefaultRunspace;
            }
        }
    }

    /// <summary>Forgets the connections of every runspace to a store.</summary>
    /// <param name="path">The store's folder.</param>
    public static void Forget(string path)
    {
        lock (Gate)
        {
            foreach (Guid runspace in Own.Where(pair => StorePath.Comparer.Equals(pair.Value, path)).Select(pair => pair.Key).ToList())
            {
                Own.Remove(runspace);
            }

            if (OwnPath(_first) is null)
            {
                _first = null;
            }
        }
    }

    private static string? OwnPath(Runspace? runspace) => runspace is null ? null : Own.GetValueOrDefault(runspace.InstanceId);
}
