using System.Text;
using System.Text.RegularExpressions;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Platforms;
using TenantEncryption.Testing;

namespace TenantEncryption.KeyPolicies.Tests.Platforms;

/// <summary>The published schema and the guide against the reader.</summary>
public sealed class PlatformSchemaTests
{
    private static readonly JObject Schema = JObject.Parse(Document("platform-profile.schema.json"));

    public static TheoryData<string, Type> Objects => new()
    {
        { "", typeof(PlatformProfile) },
        { "regions.items", typeof(PlatformRegion) },
        { "statements.items", typeof(PlatformStatement) },
        { "placeholders.items", typeof(PlatformPlaceholder) },
        { "grant", typeof(PlatformGrant) },
        { "lifecycle", typeof(PlatformLifecycle) },
        { "notes.items", typeof(PlatformNote) },
    };

    [Theory]
    [MemberData(nameof(Objects))]
    public void The_schema_has_every_property_the_reader_takes_and_no_other(string path, Type type)
    {
        JToken node = path.Length == 0 ? Schema : Schema.SelectToken($"properties.{path}")!;

        string[] documented = [.. ((JObject)node["properties"]!).Properties().Select(property => property.Name).Where(name => name != "$schema")];

        Assert.Equal(Taken(type).Select(property => Camel(property.Name)).Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
        Assert.False((bool)node["additionalProperties"]!);
        Assert.Equal(
            Taken(type).Where(IsRequired).Select(property => Camel(property.Name)).Order(StringComparer.Ordinal),
            (node["required"]?.Values<string>().OfType<string>() ?? []).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_schema_lists_the_values_of_every_enumeration()
    {
        foreach ((string path, Type type) in Objects.Select(row => ((string)row[0], (Type)row[1])))
        {
            foreach (var property in Taken(type).Where(property => property.PropertyType.IsEnum))
            {
                JToken node = Schema.SelectToken($"properties.{(path.Length == 0 ? "" : path + ".properties.")}{Camel(property.Name)}")!;
                Assert.Equal(Enum.GetNames(property.PropertyType), node["enum"]!.Values<string>());
            }
        }
    }

    [Fact]
    public void The_guides_example_is_a_good_profile()
    {
        string example = Regex.Match(Document("platforms.md"), "```json\\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;

        Assert.Equal("acme-cloud", PlatformProfileReader.Read(Encoding.UTF8.GetBytes(example), "platforms.md").Profile.Name);
    }

    private static IEnumerable<System.Reflection.PropertyInfo> Taken(Type type) =>
        type.GetProperties().Where(property => property.CanWrite && !property.IsDefined(typeof(JsonIgnoreAttribute), false));

    private static bool IsRequired(System.Reflection.PropertyInfo property) =>
        property.GetCustomAttributes(typeof(JsonPropertyAttribute), false).OfType<JsonPropertyAttribute>().Any(attribute => attribute.Required == Required.Always);

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static string Document(string name) => File.ReadAllText(Repository.At("docs", name));
}
