using System.Globalization;
using System.Net;

namespace TenantEncryption.Policies.Conditions;

/// <summary>IpAddress: an address, or a range in CIDR notation (IPv4 or IPv6).</summary>
internal sealed class IpAddressTest(string[] values) : ValueTest
{
    private readonly (byte[] Address, int Bits)[] _ranges = [.. values.Select(ParseRange)];

    public override bool Matches(string value, RequestContext context)
    {
        if (!IPAddress.TryParse(value, out IPAddress? address))
        {
            return false;
        }

        byte[] actual = Bytes(address);
        foreach ((byte[] range, int bits) in _ranges)
        {
            if (range.Length == actual.Length && HasPrefix(actual, range, bits))
            {
                return true;
            }
        }

        return false;
    }

    private static (byte[] Address, int Bits) ParseRange(string text)
    {
        string[] parts = text.Split('/');
        byte[] address = IPAddress.TryParse(parts[0], out IPAddress? parsed)
            ? Bytes(parsed)
            : throw new FormatException($"'{text}' is no address range.");
        int bits = parts.Length == 1 ? address.Length * 8 : int.Parse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture);
        return parts.Length <= 2 && bits <= address.Length * 8
            ? (address, bits)
            : throw new FormatException($"'{text}' is no address range.");
    }

    private static byte[] Bytes(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();

    private static bool HasPrefix(byte[] address, byte[] range, int bits)
    {
        int whole = bits / 8;
        int mask = 0xFF00 >> (bits % 8) & 0xFF;
        return address.AsSpan(0, whole).SequenceEqual(range.AsSpan(0, whole))
            && (mask == 0 || (address[whole] & mask) == (range[whole] & mask));
    }
}
