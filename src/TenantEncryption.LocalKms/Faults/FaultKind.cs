namespace TenantEncryption.LocalKms.Faults;

/// <summary>The ways in which a call goes wrong.</summary>
internal enum FaultKind
{
    None,
    Throttle,
    ServerError,
    Reset,
    Drop,
    ExpiredCredentials,
}
