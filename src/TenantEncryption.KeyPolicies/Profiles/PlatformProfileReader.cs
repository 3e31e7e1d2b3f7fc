using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Newtonsoft.Json.Serialization;
using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Platforms;

/// <summary>Reads platform profiles. What is wrong in one is told with its JSON path.</summary>
internal static partial class PlatformProfileReader
{
    private const string SchemaProperty = "$schema";
    private const int MaximumLength = 1 << 20;

    private static readonly JsonSerializer Serializer = JsonSerializer.Create(new JsonSerializerSettings
    {
        ContractResolver = new CamelCasePropertyNamesContractResolver { NamingStrategy = new CamelCaseNamingStrategy(processDictionaryKeys: false, overrideSpecifiedNames: true) },
        MissingMemberHandling = MissingMemberHandling.Error,
        DateParseHandling = DateParseHandling.None,
    });

    private static readonly JsonLoadSettings Strict = new()
    {
        DuplicatePropertyNameHandling = DuplicatePropertyNameHandling.Error,
        CommentHandling = CommentHandling.Ignore,
        LineInfoHandling = LineInfoHandling.Load,
    };

    private static readonly string[] Partitions = ["aws", "aws-us-gov", "aws-cn"];

    /// <summary>Reads a user's own profile.</summary>
    /// <param name="path">The file: UTF-8 JSON, up to 1 MiB.</param>
    /// <returns>The text and the profile.</returns>
    /// <exception cref="TenantEncryptionException"><c>SOURCE_NOT_FOUND</c>, <c>STORAGE_FAILED</c>, <c>INVALID_PLATFORM</c>.</exception>
    public static PlatformFile ReadFile(string path)
    {
        byte[] bytes;
        try
        {
            var file = new FileInfo(path);
            bytes = file.Length <= MaximumLength
                ? File.ReadAllBytes(path)
                : throw new TenantEncryptionException(ErrorCodes.InvalidPlatform, $"'{path}' has {file.Length} bytes; a platform profile has up to {MaximumLength}.");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TenantEncryptionException(ErrorCodes.SourceNotFound, $"There is no file '{path}'.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TenantEncryptionException(ErrorCodes.StorageFailed, $"The platform profile '{path}' can't be read: {exception.Message}", exception);
        }

        return Read(bytes, path);
    }

    /// <summary>Reads a profile from its bytes.</summary>
    /// <param name="utf8Json">The JSON, UTF-8, with or without a byte-order mark.</param>
    /// <param name="source">What errors call it.</param>
    /// <returns>The text and the profile.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_PLATFORM</c>; the detail has the JSON path, and line and column where the JSON is malformed.</exception>
    public static PlatformFile Read(ReadOnlySpan<byte> utf8Json, string source)
    {
        ReadOnlySpan<byte> mark = Encoding.UTF8.Preamble;
        string json;
        try
        {
            json = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(utf8Json.StartsWith(mark) ? utf8Json[mark.Length..] : utf8Json);
        }
        catch (DecoderFallbackException exception)
        {
            throw Refuse(source, "$", "it is not UTF-8 text", exception);
        }

        PlatformProfile profile = Parse(json, source) with { FileHash = Hash(json) };
        return new PlatformFile(profile, json);
    }

    /// <summary>The SHA-256 of a profile's text as UTF-8, in lower-case hexadecimal.</summary>
    internal static string Hash(string json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)));

    /// <summary>Reads and checks a profile's text.</summary>
    internal static PlatformProfile Parse(string json, string source)
    {
        PlatformProfile profile = ParseChecked(json, source);
        foreach ((string path, string fault) in Faults(profile))
        {
            throw Refuse(source, path, fault);
        }

        return profile;
    }

    /// <summary>Reads the text of a profile whose content was checked before, as tests do with the built-in ones: checking takes longer than reading.</summary>
    internal static PlatformProfile ParseChecked(string json, string source)
    {
        try
        {
            using var reader = new JsonTextReader(new StringReader(json)) { DateParseHandling = DateParseHandling.None, MaxDepth = 32 };
            JObject root = JObject.Load(reader, Strict);
            if (reader.Read())
            {
                throw Refuse(source, "$", $"more text follows the profile in line {reader.LineNumber}");
            }

            root.Remove(SchemaProperty);
            return root.ToObject<PlatformProfile>(Serializer)!;
        }
        catch (JsonSerializationException exception)
        {
            throw Refuse(source, Path(exception.Path), Sentence(exception), exception);
        }
        catch (JsonReaderException exception)
        {
            throw Refuse(source, Path(exception.Path), Sentence(exception), exception);
        }
    }

    private static IEnumerable<(string Path, string Fault)> Faults(PlatformProfile profile)
    {
        if (!NamePattern().IsMatch(profile.Name))
        {
            yield return ("$.name", $"'{profile.Name}' is not 1 to 64 lower-case letters, digits and hyphens that begin with a letter");
        }

        if (profile.Partitions.Count == 0)
        {
            yield return ("$.partitions", "at least one partition is needed");
        }

        foreach ((string partition, int i) in profile.Partitions.Select((value, i) => (value, i)).Where(one => !Partitions.Contains(one.value)))
        {
            yield return ($"$.partitions[{i}]", $"'{partition}' is none of {string.Join(", ", Partitions)}");
        }

        foreach ((string form, int i) in profile.IdentifierForms.Select((value, i) => (value, i)).Where(one => !Enum.IsDefined(typeof(KeyIdentifierForm), one.value)))
        {
            yield return ($"$.identifierForms[{i}]", $"'{form}' is none of {string.Join(", ", Enum.GetNames<KeyIdentifierForm>())}");
        }

        if (profile.IdentifierForms.Count == 0)
        {
            yield return ("$.identifierForms", "at least one form is needed");
        }

        if (profile.ContextKey.Length is 0 or > 128 || profile.ContextKey.StartsWith("aws", StringComparison.OrdinalIgnoreCase)
            || profile.ContextKey.Equals(PlatformProfile.KekContextKey, StringComparison.OrdinalIgnoreCase) || profile.ContextKey.Any(char.IsControl))
        {
            yield return ("$.contextKey", $"'{profile.ContextKey}' can't be the key of the tenant's pair: 1 to 128 characters, not beginning with 'aws', not KekId");
        }

        if (!EventPrefixPattern().IsMatch(profile.EventPrefix))
        {
            yield return ("$.eventPrefix", $"'{profile.EventPrefix}' is not words of letters, digits, hyphens and underscores with dots between them");
        }

        if (profile.InternalProvider.Trim().Length is 0 or > 128)
        {
            yield return ("$.internalProvider", "a name of 1 to 128 characters is needed");
        }

        foreach ((string Path, string Fault) fault in RegionFaults(profile).Concat(StatementFaults(profile)))
        {
            yield return fault;
        }

        foreach (string code in profile.VendorCodes.Keys.Where(code => !ErrorCatalog.Contains(code)))
        {
            yield return ($"$.vendorCodes['{code}']", "there is no such code");
        }

        if (profile.Grant is { Operations.Count: 0 })
        {
            yield return ("$.grant.operations", "at least one operation is needed");
        }
    }

    private static IEnumerable<(string Path, string Fault)> RegionFaults(PlatformProfile profile)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach ((PlatformRegion region, int i) in profile.Regions.Select((value, i) => (value, i)))
        {
            if (!AwsRegion.IsName(region.Name))
            {
                yield return ($"$.regions[{i}].name", $"'{region.Name}' is not the name of an AWS region");
            }

            if (!names.Add(region.Name))
            {
                yield return ($"$.regions[{i}].name", $"'{region.Name}' stands twice");
            }

            if (region.Backup is { } backup && (!AwsRegion.IsName(backup) || backup == region.Name))
            {
                yield return ($"$.regions[{i}].backup", $"'{backup}' is not the name of another AWS region");
            }
        }

        if (profile.MultiRegion == MultiRegionRule.ReplicaInBackupRegion && profile.Regions.All(region => region.Backup is null))
        {
            yield return ("$.multiRegion", "ReplicaInBackupRegion needs regions with a backup");
        }
    }

    private static IEnumerable<(string Path, string Fault)> StatementFaults(PlatformProfile profile)
    {
        var declared = profile.Placeholders.Select(placeholder => placeholder.Name).ToHashSet(StringComparer.Ordinal);
        foreach ((PlatformPlaceholder placeholder, int i) in profile.Placeholders.Select((value, i) => (value, i)))
        {
            if (!PlaceholderNamePattern().IsMatch(placeholder.Name))
            {
                yield return ($"$.placeholders[{i}].name", $"'{placeholder.Name}' is not a word of letters and digits");
            }

            if (profile.Placeholders.Take(i).Any(other => other.Name == placeholder.Name))
            {
                yield return ($"$.placeholders[{i}].name", $"'{placeholder.Name}' stands twice");
            }

            if (placeholder.Source == PlaceholderSource.Choice != placeholder.Values.Count > 0)
            {
                yield return ($"$.placeholders[{i}].values", $"a placeholder has values where its source is {PlaceholderSource.Choice}, and only there");
            }
        }

        foreach ((PlatformStatement statement, int i) in profile.Statements.Select((value, i) => (value, i)))
        {
            string path = $"$.statements[{i}].statement";
            if (statement.Sid is null)
            {
                yield return ($"{path}.Sid", "a statement needs a Sid, by which it is found again");
            }

            foreach (JValue text in statement.Statement.DescendantsAndSelf().OfType<JValue>().Where(value => value.Type == JTokenType.String))
            {
                foreach (Match use in PlaceholderPattern().Matches((string)text!).Where(use => !declared.Contains(use.Groups["name"].Value)))
                {
                    yield return ($"{path}.{text.Path}", $"the placeholder {use.Value} is not declared under $.placeholders");
                }
            }

            if (FindMisplacedChoice(profile, statement) is { } choice)
            {
                yield return ($"{path}.{choice.Path}", $"the choice {(string)choice!} may be no, which would leave nothing here: it stands alone in a list that has other entries");
            }

            if (PolicyFault(profile, statement) is { } fault)
            {
                yield return (path, fault);
            }
        }
    }

    private static JValue? FindMisplacedChoice(PlatformProfile profile, PlatformStatement statement)
    {
        string[] choices = [.. profile.Placeholders.Where(placeholder => placeholder.Source == PlaceholderSource.Choice).Select(placeholder => $"{{{{{placeholder.Name}}}}}")];
        return statement.Statement.Descendants().OfType<JValue>().FirstOrDefault(text =>
            text.Type == JTokenType.String
            && choices.Any(choice => ((string)text!).Contains(choice, StringComparison.Ordinal))
            && !(choices.Contains((string)text!) && text.Parent is JArray list && list.Values<string>().Except(choices).Any()));
    }

    // A statement with an account for each placeholder, which is a principal and a word, must be one that IAM would read; a choice has values of its own.
    private static string? PolicyFault(PlatformProfile profile, PlatformStatement statement)
    {
        JObject printed = Policies.Templates.TemplateChoices.Of(statement.Statement, profile).First().Template;
        string filled = PlaceholderPattern().Replace(printed.ToString(Formatting.None), "111122223333");
        try
        {
            Policies.PolicyDocument.Parse($$"""{"Version":"2012-10-17","Statement":[{{filled}}]}""", Policies.PolicyKind.KeyPolicy);
            return null;
        }
        catch (TenantEncryptionException exception)
        {
            return exception.Detail;
        }
    }

    private static string Path(string? path) => string.IsNullOrEmpty(path) ? "$" : $"$.{path}";

    private static string Sentence(JsonException exception)
    {
        string message = exception.Message;
        int path = message.IndexOf(" Path '", StringComparison.Ordinal);
        string text = path < 0 ? message : message[..path].TrimEnd('.', ' ');
        (int line, int position) = exception switch
        {
            JsonReaderException reading => (reading.LineNumber, reading.LinePosition),
            JsonSerializationException reading => (reading.LineNumber, reading.LinePosition),
            _ => (0, 0),
        };
        return line > 0 ? $"{text} (line {line}, column {position})" : text;
    }

    private static TenantEncryptionException Refuse(string source, string path, string fault, Exception? inner = null) =>
        new(ErrorCodes.InvalidPlatform, $"The platform profile '{source}' is wrong at {path}: {fault}.", inner);

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,63}\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\z")]
    private static partial Regex EventPrefixPattern();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9]*\z")]
    private static partial Regex PlaceholderNamePattern();

    [GeneratedRegex(@"\{\{(?<name>[^{}]*)\}\}")]
    private static partial Regex PlaceholderPattern();
}
