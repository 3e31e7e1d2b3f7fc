using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace TenantEncryption.Keys.Root;

/// <summary>
/// A folder for several accounts of a Windows machine. What DPAPI seals for the machine opens for whoever can read it, so the folder's access control list
/// decides: it inherits nothing, and names the system, the administrators and who made it, until an administrator names more.
/// </summary>
[SupportedOSPlatform("windows")]
internal static class MachineFolder
{
    private static readonly WellKnownSidType[] Anybody =
    [
        WellKnownSidType.WorldSid, WellKnownSidType.AnonymousSid, WellKnownSidType.AuthenticatedUserSid, WellKnownSidType.InteractiveSid,
        WellKnownSidType.NetworkSid, WellKnownSidType.BuiltinUsersSid, WellKnownSidType.BuiltinGuestsSid,
    ];

    /// <summary>Makes it, unless it is there. Those above it stay as all folders for all users are.</summary>
    /// <exception cref="IOException">It can't be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static void Create(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using WindowsIdentity maker = WindowsIdentity.GetCurrent();
        var security = new DirectorySecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        foreach (SecurityIdentifier who in new[] { OfType(WellKnownSidType.LocalSystemSid), OfType(WellKnownSidType.BuiltinAdministratorsSid), maker.User! })
        {
            security.AddAccessRule(new FileSystemAccessRule(
                who, FileSystemRights.FullControl, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit, PropagationFlags.None, AccessControlType.Allow));
        }

        security.CreateDirectory(path);
    }

    /// <summary>How a folder, or a file in it, is open to people whom nobody named; <see langword="null"/> when it isn't.</summary>
    public static string? ExposureOf(string path)
    {
        const FileSystemRights Harmful = FileSystemRights.ReadData | FileSystemRights.WriteData | FileSystemRights.AppendData
            | FileSystemRights.Delete | FileSystemRights.DeleteSubdirectoriesAndFiles | FileSystemRights.ChangePermissions | FileSystemRights.TakeOwnership;
        FileSystemSecurity security = Directory.Exists(path)
            ? new DirectoryInfo(path).GetAccessControl(AccessControlSections.Access)
            : new FileInfo(path).GetAccessControl(AccessControlSections.Access);
        foreach (FileSystemAccessRule rule in security.GetAccessRules(includeExplicit: true, includeInherited: true, typeof(SecurityIdentifier)))
        {
            if (rule.AccessControlType == AccessControlType.Allow && (rule.FileSystemRights & Harmful) != 0
                && Anybody.Any(((SecurityIdentifier)rule.IdentityReference).IsWellKnown))
            {
                return $"can be used by others ({rule.IdentityReference}: {rule.FileSystemRights})";
            }
        }

        return null;
    }

    private static SecurityIdentifier OfType(WellKnownSidType type) => new(type, domainSid: null);
}
