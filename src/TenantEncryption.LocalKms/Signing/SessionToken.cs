using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace TenantEncryption.LocalKms.Signing;

/// <summary>
/// The session token of AssumeRole: the session itself, sealed under the service's secret, so that no session is stored and every
/// session outlives a restart.
/// </summary>
/// <param name="AccessKeyId">The access key that the token belongs to.</param>
/// <param name="RoleArn">The role.</param>
/// <param name="SessionArn">The ARN of the session.</param>
/// <param name="Expires">When it ends.</param>
internal sealed record SessionToken(string AccessKeyId, string RoleArn, string SessionArn, DateTimeOffset Expires)
{
    private const int IvSize = 12;
    private const int TagSize = 16;

    /// <summary>The secret access key of a session's access key.</summary>
    public static string SecretFor(string accessKeyId, byte[] serviceSecret) =>
        Convert.ToBase64String(HMACSHA256.HashData(serviceSecret, Encoding.UTF8.GetBytes("session:" + accessKeyId)), 0, 30);

    public string Seal(byte[] serviceSecret)
    {
        byte[] plain = JsonSerializer.SerializeToUtf8Bytes(this, SessionTokenJson.Default.SessionToken);
        byte[] token = new byte[IvSize + plain.Length + TagSize];
        RandomNumberGenerator.Fill(token.AsSpan(0, IvSize));
        using var cipher = new AesGcm(serviceSecret, TagSize);
        cipher.Encrypt(token.AsSpan(0, IvSize), plain, token.AsSpan(IvSize, plain.Length), token.AsSpan(IvSize + plain.Length));
        return Base64Url.EncodeToString(token);
    }

    /// <summary>Opens a token, or returns <see langword="null"/> where it is none of this service.</summary>
    public static SessionToken? Open(string text, byte[] serviceSecret)
    {
        if (!Base64Url.IsValid(text, out int length) || length <= IvSize + TagSize)
        {
            return null;
        }

        byte[] token = Base64Url.DecodeFromChars(text);
        byte[] plain = new byte[token.Length - IvSize - TagSize];
        using var cipher = new AesGcm(serviceSecret, TagSize);
        try
        {
            cipher.Decrypt(token.AsSpan(0, IvSize), token.AsSpan(IvSize, plain.Length), token.AsSpan(IvSize + plain.Length), plain);
            return JsonSerializer.Deserialize(plain, SessionTokenJson.Default.SessionToken);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
