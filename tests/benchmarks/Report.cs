using System.Globalization;
using System.Runtime.InteropServices;

namespace TenantEncryption.Benchmarks;

/// <summary>Prints results as Markdown, to be pasted into docs/benchmarks.md.</summary>
internal static class Report
{
    public static void Title(string text)
    {
        Console.WriteLine();
        Console.WriteLine($"## {text}");
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Processor()}, {Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}, .NET {Environment.Version}."));
        Console.WriteLine();
    }

    public static void Table(params string[] columns)
    {
        Console.WriteLine("| " + string.Join(" | ", columns) + " |");
        Console.WriteLine("|" + string.Concat(columns.Select((_, index) => index == 0 ? "---|" : "---:|")));
    }

    public static void Row(params object[] cells) =>
        Console.WriteLine("| " + string.Join(" | ", cells.Select(cell => cell switch
        {
            double.NaN => "",
            double number => number.ToString("0.000", CultureInfo.InvariantCulture),
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => cell.ToString(),
        })) + " |");

    private static string Processor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim()
        : RuntimeInformation.ProcessArchitecture.ToString();
}
