using System.Text;
using TenantEncryption.Errors;
using TenantEncryption.Keys;

namespace TenantEncryption.Aws;

/// <summary>
/// Explicit AWS credentials, held in memory for a session and zeroed when disposed. They are never stored, logged or printed.
/// <para>
/// The SDK takes a secret only as a string, so each call makes a short-lived copy that can't be zeroed; what is zeroed is the copy
/// that would otherwise live as long as the session.
/// </para>
/// </summary>
/// <param name="accessKeyId">The access key id, which is no secret.</param>
/// <param name="secretAccessKey">The secret access key in UTF-8. This object owns it.</param>
/// <param name="sessionToken">The session token of temporary credentials in UTF-8, or <see langword="null"/>. This object owns it.</param>
public sealed class AwsSessionCredentials(string accessKeyId, SecretBytes secretAccessKey, SecretBytes? sessionToken = null) : IDisposable
{
    private readonly Lock _gate = new();
    private bool _disposed;

    /// <summary>The access key id.</summary>
    public string AccessKeyId { get; } = accessKeyId;

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            secretAccessKey.Dispose();
            sessionToken?.Dispose();
        }
    }

    /// <summary>The access key id alone.</summary>
    /// <returns>A text without secrets.</returns>
    public override string ToString() => $"session credentials {AccessKeyId}";

    /// <summary>Copies for one call.</summary>
    /// <returns>The secret access key and the session token.</returns>
    /// <exception cref="TenantEncryptionException"><c>CREDENTIALS_INVALID</c>: they were zeroed, or lack a part.</exception>
    internal (string SecretAccessKey, string? SessionToken) Reveal()
    {
        // Calls are made while another thread ends the session; what is read here goes over the network.
        lock (_gate)
        {
            if (_disposed)
            {
                throw new TenantEncryptionException(ErrorCodes.CredentialsInvalid, "The session's credentials were disposed of.");
            }

            if (string.IsNullOrWhiteSpace(AccessKeyId) || secretAccessKey.Length == 0)
            {
                throw new TenantEncryptionException(
                    ErrorCodes.CredentialsInvalid, "The session's credentials lack an access key id or a secret access key.");
            }

            string? token = sessionToken is { Length: > 0 } ? Encoding.UTF8.GetString(sessionToken.Span) : null;
            return (Encoding.UTF8.GetString(secretAccessKey.Span), token);
        }
    }
}
