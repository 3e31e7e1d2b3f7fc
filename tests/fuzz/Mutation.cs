namespace TenantEncryption.Fuzz;

/// <summary>Changes a message where it hurts: fields by their places, lengths to their extremes, frames and parts of other messages.</summary>
internal static class Mutation
{
    private static readonly byte[][] Extremes =
    [
        [0], [0xFF], [0x7F], [0x80],
        [0, 0], [0xFF, 0xFF], [0x80, 0x00], [0, 1],
        [0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0], [0x7F, 0xFF, 0xFF, 0xFF], [0, 0, 0, 1],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0],
    ];

    /// <summary>Makes one to four changes.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="message">What to change; left as it is.</param>
    /// <param name="boundaries">Where its fields start.</param>
    /// <param name="other">Another message, to take parts from.</param>
    /// <returns>The changed message.</returns>
    public static byte[] Apply(Random random, byte[] message, IReadOnlyList<int> boundaries, byte[] other)
    {
        byte[] changed = message;
        for (int times = random.Next(1, 5); times > 0; times--)
        {
            changed = Once(random, changed, boundaries, other);
        }

        return changed;
    }

    private static byte[] Once(Random random, byte[] message, IReadOnlyList<int> boundaries, byte[] other)
    {
        int Place() => Math.Min(message.Length, random.Next(3) == 0 ? random.Next(message.Length + 1) : boundaries[random.Next(boundaries.Count)]);

        int start = Place();
        int end = Place();
        (start, end) = (Math.Min(start, end), Math.Max(start, end));
        switch (random.Next(8))
        {
            case 0:
                return message[..start];
            case 1:
                return [.. message[..start], .. message[end..]];
            case 2:
                return [.. message[..end], .. message[start..]];
            case 3:
                int from = random.Next(other.Length);
                return [.. message[..start], .. other.AsSpan(from, random.Next(Math.Min(200, other.Length - from) + 1)), .. message[end..]];
            case 4:
                byte[] bytes = new byte[random.Next(1, 70)];
                random.NextBytes(bytes);
                return [.. message[..start], .. bytes, .. message[start..]];
            case 5 when message.Length > 0:
                byte[] flipped = [.. message];
                flipped[random.Next(message.Length)] ^= (byte)(1 << random.Next(8));
                return flipped;
            default:
                byte[] extreme = Extremes[random.Next(Extremes.Length)];
                byte[] overwritten = [.. message];
                extreme.AsSpan(0, Math.Min(extreme.Length, message.Length - start)).CopyTo(overwritten.AsSpan(start));
                return overwritten;
        }
    }
}
