using Newtonsoft.Json.Linq;

namespace TenantEncryption.Changes;

/// <summary>What an update changes of one property.</summary>
/// <param name="Property">The property's name.</param>
/// <param name="From">What it is, as text; <see langword="null"/> where it has no value.</param>
/// <param name="To">What it becomes; <see langword="null"/> for no value.</param>
public sealed record PropertyChange(string Property, string? From, string? To)
{
    /// <summary>The change in words, such as <c>Region from 'eu-west-1' to 'eu-west-3'</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"{Property} from {Quote(From)} to {Quote(To)}";

    /// <summary>Those of some properties that differ before and after.</summary>
    internal static IReadOnlyList<PropertyChange> Between(params (string Property, string? Before, string? After)[] properties) =>
        [.. properties.Where(one => one.Before != one.After).Select(one => new PropertyChange(one.Property, one.Before, one.After))];

    /// <summary>Changes as data of an event.</summary>
    internal static JArray Describe(IEnumerable<PropertyChange> changes) =>
        new(changes.Select(change => new JObject { ["property"] = change.Property, ["from"] = change.From, ["to"] = change.To }));

    private static string Quote(string? value) => value is null ? "nothing" : $"'{value}'";
}
