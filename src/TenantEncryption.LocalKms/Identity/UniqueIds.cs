using System.Security.Cryptography;
using System.Text;

namespace TenantEncryption.LocalKms.Identity;

/// <summary>Unique ids for principals that were defined without one: the same for the same ARN.</summary>
internal static class UniqueIds
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string For(string arn, string type)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(arn));
        string digits = string.Concat(hash.Take(17).Select(value => Alphabet[value % Alphabet.Length]));
        return (type == "AssumedRole" ? "AROA" : "AIDA") + digits;
    }
}
