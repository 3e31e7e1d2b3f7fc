using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Files;

namespace TenantEncryption.Events;

/// <summary>
/// A file of events that left the store: JSON lines, the first of which says whose they are. An event is in it as the text that its MAC is over, so
/// that the MACs verify.
/// </summary>
internal sealed class EventArchive
{
    private const string Format = "TenantEncryption event archive v1";

    private static readonly JsonSerializerSettings Exact = new() { DateParseHandling = DateParseHandling.None, MaxDepth = 4 };

    private EventArchive(string path) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The store's id.</summary>
    public required string StoreId { get; init; }

    /// <summary>The chain.</summary>
    public required string Chain { get; init; }

    /// <summary>The number of the first event.</summary>
    public required long First { get; init; }

    /// <summary>That of the last one.</summary>
    public required long Last { get; init; }

    /// <summary>The MAC of the event before the first, or what the first of a chain follows.</summary>
    public required byte[] MacBefore { get; init; }

    /// <summary>Why reading ended before the last event, in a sentence, or <see langword="null"/>.</summary>
    public string? Fault { get; private set; }

    /// <summary>The first line.</summary>
    public static string Header(string storeId, string chain, long first, long last, byte[] macBefore) => new JObject
    {
        ["format"] = Format,
        ["storeId"] = storeId,
        ["tenantId"] = chain == StoredEvent.StoreChain ? null : chain,
        ["first"] = first,
        ["last"] = last,
        ["macBefore"] = Convert.ToHexStringLower(macBefore),
    }.ToString(Formatting.None);

    /// <summary>The line of an event.</summary>
    public static string Line(StoredEvent stored) => new JObject
    {
        ["sequence"] = stored.Sequence,
        ["logKeyId"] = stored.LogKeyId,
        ["mac"] = Convert.ToHexStringLower(stored.Mac),
        ["event"] = stored.Json,
    }.ToString(Formatting.None);

    /// <summary>Opens an archive: reads its first line.</summary>
    /// <exception cref="TenantEncryptionException"><c>SOURCE_NOT_FOUND</c>, <c>STORAGE_FAILED</c>; <c>INVALID_INPUT</c>: it is none.</exception>
    public static EventArchive Open(string path)
    {
        string? line = FileFailure.Translate(path, "read", () =>
        {
            using var text = new StreamReader(path);
            return text.ReadLine();
        });
        return line is not null && Parse(line) is { } json && (string?)json["format"] == Format
            && TextOf(json, "storeId") is { } storeId && NumberOf(json, "first") is { } first and > 0 && NumberOf(json, "last") is { } last && last >= first
            && MacOf(json, "macBefore") is { } macBefore
            ? new EventArchive(path) { StoreId = storeId, Chain = TextOf(json, "tenantId") ?? StoredEvent.StoreChain, First = first, Last = last, MacBefore = macBefore }
            : throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{path}' is no archive of events.");
    }

    /// <summary>SHA-256 of the file, in lower-case hexadecimal.</summary>
    public Task<string> HashAsync(CancellationToken cancellationToken) => TranslateAsync(async () =>
    {
        FileStream file = File.OpenRead(Path);
        await using var _ = file.ConfigureAwait(false);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
    });

    /// <summary>The events, line by line, as long as the lines are such. Whether they verify is not looked at.</summary>
    public async IAsyncEnumerable<StoredEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using StreamReader text = FileFailure.Translate(Path, "read", () => new StreamReader(Path));
        await TranslateAsync(() => text.ReadLineAsync(cancellationToken).AsTask()).ConfigureAwait(false);
        long next = First;
        while (await TranslateAsync(() => text.ReadLineAsync(cancellationToken).AsTask()).ConfigureAwait(false) is { } line)
        {
            if (next > Last || Read(line) is not { } stored || stored.Sequence != next)
            {
                Fault = $"line {(next - First + 2).ToString(CultureInfo.InvariantCulture)} of '{Path}' is not event {next}.";
                yield break;
            }

            yield return stored;
            next++;
        }

        Fault = next <= Last ? $"'{Path}' ends before event {next}." : null;
    }

    private StoredEvent? Read(string line) =>
        Parse(line) is { } json && NumberOf(json, "sequence") is { } sequence && NumberOf(json, "logKeyId") is { } logKeyId and > 0 and <= int.MaxValue
            && MacOf(json, "mac") is { } mac && TextOf(json, "event") is { } text && Parse(text) is { } told && (TextOf(told, "tenantid") ?? StoredEvent.StoreChain) == Chain
            && TextOf(told, "type") is not null
            ? new StoredEvent(Chain, sequence, (int)logKeyId, text, mac)
            : null;

    private Task<T> TranslateAsync<T>(Func<Task<T>> work) => Translate(Path, work);

    private static async Task<T> Translate<T>(string path, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileFailure.Of(path, "read", exception);
        }
    }

    private static JObject? Parse(string text)
    {
        try
        {
            return JsonConvert.DeserializeObject<JObject>(text, Exact);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? TextOf(JObject json, string name) => (json[name] as JValue)?.Value as string;

    private static long? NumberOf(JObject json, string name) => (json[name] as JValue)?.Value as long?;

    private static byte[]? MacOf(JObject json, string name) =>
        TextOf(json, name) is { Length: 64 } text && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : null;
}
