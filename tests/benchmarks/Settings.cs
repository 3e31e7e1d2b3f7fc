using System.Globalization;

namespace TenantEncryption.Benchmarks;

/// <summary>Options of the end-to-end benchmarks, given as <c>--name value</c>.</summary>
internal sealed class Settings(string[] arguments)
{
    /// <summary>How often each is measured; the median counts.</summary>
    public int Rounds => int.Parse(Value("rounds") ?? "7", CultureInfo.InvariantCulture);

    /// <summary>The size of the large file, in MiB.</summary>
    public int MebiBytes => int.Parse(Value("mib") ?? "1024", CultureInfo.InvariantCulture);

    /// <summary>Where files are written: tmpfs unless another folder is given.</summary>
    public string Folder => Value("folder") ?? (Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath());

    /// <summary>Where the stores of benchmarks with a store are: on a disk, as by default, unless another folder is given.</summary>
    public string StoreFolder => Value("store") ?? Path.GetTempPath();

    /// <summary>The length of a frame's content, in bytes.</summary>
    public int FrameLength => int.Parse(Value("frame") ?? "262144", CultureInfo.InvariantCulture);

    /// <summary>How many entries the catalog has where counts are measured.</summary>
    public long Rows => long.Parse(Value("rows") ?? "10000000", CultureInfo.InvariantCulture);

    /// <summary>How often, and how many seconds, to wait for other processes to rest before a round counts; for a machine that is not quiet.</summary>
    public int Patience => int.Parse(Value("patience") ?? "0", CultureInfo.InvariantCulture);

    /// <summary>A number that another benchmark knows by this name.</summary>
    public double Number(string name, double standard) => Value(name) is { } given ? double.Parse(given, CultureInfo.InvariantCulture) : standard;

    /// <summary>Whether a word without a value is there.</summary>
    public bool Has(string name) => arguments.Contains("--" + name);

    /// <summary>Whether work is to be measured: its name begins with one of the words of <c>--only</c>, which commas divide.</summary>
    public bool Wants(string name) =>
        Value("only") is not { } words || words.Split(',').Any(word => name.StartsWith(word, StringComparison.Ordinal));

    private string? Value(string name)
    {
        int index = Array.IndexOf(arguments, "--" + name);
        return index >= 0 && index + 1 < arguments.Length ? arguments[index + 1] : null;
    }
}
