using System.Security.Cryptography;

namespace TenantEncryption.LocalKms.Grants;

/// <summary>
/// A grant token: the grant's id, a nonce and their MAC, in base64 (in base64url a token could begin with a hyphen, which command lines
/// take for an option). It proves the grant without a look at it; every token of one grant does.
/// </summary>
internal static class GrantToken
{
    private const int IdSize = 32;
    private const int NonceSize = 8;
    private const int MacSize = 32;

    public static string Create(string grantId, byte[] serviceSecret)
    {
        byte[] token = new byte[IdSize + NonceSize + MacSize];
        Convert.FromHexString(grantId, token.AsSpan(0, IdSize), out _, out _);
        RandomNumberGenerator.Fill(token.AsSpan(IdSize, NonceSize));
        HMACSHA256.HashData(serviceSecret, token.AsSpan(0, IdSize + NonceSize), token.AsSpan(IdSize + NonceSize));
        return Convert.ToBase64String(token);
    }

    /// <summary>The id of the grant, or <see langword="null"/> where the token is none of this service.</summary>
    public static string? Read(string text, byte[] serviceSecret)
    {
        byte[] token = new byte[IdSize + NonceSize + MacSize];
        if (!Convert.TryFromBase64String(text, token, out int length) || length != token.Length)
        {
            return null;
        }

        byte[] mac = HMACSHA256.HashData(serviceSecret, token.AsSpan(0, IdSize + NonceSize));
        return CryptographicOperations.FixedTimeEquals(mac, token.AsSpan(IdSize + NonceSize))
            ? Convert.ToHexStringLower(token, 0, IdSize)
            : null;
    }
}
