using System.Globalization;

namespace TenantEncryption.Hosting.Tests.Samples;

/// <summary>Metrics in the text format of Prometheus.</summary>
internal sealed record Metrics(string Text)
{
    /// <summary>The sum of the series of a name whose labels have a part.</summary>
    public double Sum(string name, string label = "") => Text.Split('\n')
        .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));
}
