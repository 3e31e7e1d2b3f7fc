namespace TenantEncryption.Kms;

/// <summary>
/// The one way of calls to KMS: each step of it (recording, going on at a replica, asking one region alone) sees every call alike, as a
/// <see cref="KmsRequest{T}"/>. The calls themselves are extensions of it, as <see cref="KmsCalls.DecryptAsync"/>.
/// </summary>
internal interface IKmsChannel
{
    /// <summary>Makes a call.</summary>
    Task<T> SendAsync<T>(KmsRequest<T> request, CancellationToken cancellationToken)
        where T : IKmsAnswer;
}
