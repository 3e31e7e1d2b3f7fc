namespace TenantEncryption.LocalKms;

/// <summary>How to run a <see cref="LocalKmsServer"/>.</summary>
public sealed record LocalKmsOptions
{
    /// <summary>The address to listen on. Port 0 lets the system choose one; <see cref="LocalKmsServer.Url"/> tells it.</summary>
    public string Url { get; init; } = "http://127.0.0.1:0";

    /// <summary>
    /// The folder that keeps keys, aliases and grants, or <see langword="null"/> to keep nothing beyond the process. Key material
    /// is in it in the clear. One server at a time uses a folder.
    /// </summary>
    public string? DataFolder { get; init; }

    /// <summary>Allows addresses that other machines reach. The keys of this server protect nothing: it is for tests.</summary>
    public bool AllowRemote { get; init; }

    /// <summary>The clock of signatures, key deletion and rotation.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
