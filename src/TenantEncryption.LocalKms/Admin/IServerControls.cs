using TenantEncryption.LocalKms.Faults;
using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Admin;

/// <summary>What the admin API turns on a running server.</summary>
internal interface IServerControls
{
    /// <summary>Which calls go wrong from now on.</summary>
    FaultPlan Faults { get; set; }

    /// <summary>Adds principals, or puts them in the place of their earlier definitions.</summary>
    void Define(string json);

    /// <summary>Forgets a principal, its access keys and sessions.</summary>
    void RemovePrincipal(string arn);

    /// <summary>Puts a key into a state that AWS alone brings about.</summary>
    void SetKeyState(string arn, KeyState state);

    /// <summary>Sets the clock of keys ahead.</summary>
    void Advance(TimeSpan by);

    /// <summary>The latest calls as CloudTrail records, oldest first.</summary>
    IReadOnlyList<string> LatestEvents(int maximum);
}
