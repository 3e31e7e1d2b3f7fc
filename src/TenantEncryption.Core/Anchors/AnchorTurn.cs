using System.Globalization;
using System.Text;
using TenantEncryption.Stores;

namespace TenantEncryption.Anchors;

/// <summary>
/// When the last anchor was made, by the store's own clock, which the processes of all machines share: a machine whose clock is ahead makes no more anchors than others.
/// It is noted with the anchor, in one transaction. Who can write the store can alter it, and so have an anchor come sooner or later.
/// </summary>
internal static class AnchorTurn
{
    private const string Setting = "anchor-turn";

    /// <summary>Notes that an anchor is made now.</summary>
    public static async Task NoteAsync(IStoreTransaction transaction, long number)
    {
        StoreMoment now = await transaction.Sessions.NowAsync().ConfigureAwait(false);
        await transaction.Settings.SetAsync(
            Setting, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{number} {now.Milliseconds} {now.Boot}"))).ConfigureAwait(false);
    }

    /// <summary>How long ago an anchor was made: by the store's clock, or where that can't tell by the time of day. A clock that was set back makes it old.</summary>
    public static async Task<TimeSpan> AgeAsync(IStoreTransaction transaction, Anchor last, TimeProvider time)
    {
        string[] noted = Encoding.UTF8.GetString(await transaction.Settings.GetAsync(Setting).ConfigureAwait(false) ?? []).Split(' ', 3);
        TimeSpan? age = noted.Length == 3
            && long.TryParse(noted[0], CultureInfo.InvariantCulture, out long number) && number == last.Number
            && long.TryParse(noted[1], CultureInfo.InvariantCulture, out long milliseconds)
                ? await transaction.Sessions.SinceAsync(new StoreMoment(milliseconds, noted[2])).ConfigureAwait(false)
                : null;
        return age is not { } known ? (time.GetUtcNow() - last.Time).Duration()
            : known < TimeSpan.Zero ? TimeSpan.MaxValue
            : known;
    }
}
