using TenantEncryption.LocalKms.Faults;

namespace TenantEncryption.LocalKms;

/// <summary>How to run a <see cref="LocalKmsServer"/>.</summary>
public sealed record LocalKmsOptions
{
    /// <summary>The address to listen on. Port 0 lets the system choose one; <see cref="LocalKmsServer.Url"/> tells it.</summary>
    public string Url { get; init; } = "http://127.0.0.1:0";

    /// <summary>
    /// The folder that keeps keys, aliases, grants and principals, or <see langword="null"/> to keep nothing beyond the process. Key
    /// material is in it in the clear. One server at a time uses a folder.
    /// </summary>
    public string? DataFolder { get; init; }

    /// <summary>A JSON file of principals (<see cref="LocalKmsServer.Define"/> has its form), or <see langword="null"/>.</summary>
    public string? IdentityFile { get; init; }

    /// <summary>
    /// The file that every call is appended to as a CloudTrail record; by default <c>cloudtrail.jsonl</c> in the data folder, if there is
    /// one.
    /// </summary>
    public string? EventLog { get; init; }

    /// <summary>Which calls go wrong. It can be changed while the server runs.</summary>
    public FaultPlan Faults { get; init; } = FaultPlan.None;

    /// <summary>Allows addresses that other machines reach. The keys of this server protect nothing: it is for tests.</summary>
    public bool AllowRemote { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
