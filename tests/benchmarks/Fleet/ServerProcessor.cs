using System.Globalization;

namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>The processor time of a PostgreSQL on this machine: of its postmaster, found by its port, of the children that it waited for, and of those that it has (Linux, proc(5)).</summary>
/// <param name="port">Where it listens.</param>
internal sealed class ServerProcessor(int port)
{
    private readonly string? _postmaster = Directory.Exists("/proc/self")
        ? Directory.EnumerateDirectories("/proc").FirstOrDefault(process => IsPostmaster(process, port.ToString(CultureInfo.InvariantCulture)))
        : null;

    /// <summary>The seconds so far.</summary>
    public double Seconds
    {
        get
        {
            if (_postmaster is null)
            {
                return double.NaN;
            }

            string id = Path.GetFileName(_postmaster);
            return Of(_postmaster, withChildren: true, parent: null)
                + Directory.EnumerateDirectories("/proc").Where(process => char.IsDigit(Path.GetFileName(process)[0])).Sum(process => Of(process, withChildren: false, id));
        }
    }

    private static bool IsPostmaster(string process, string port)
    {
        try
        {
            string[] words = File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0');
            int at = Array.IndexOf(words, "-p");
            return at > 0 && words[at + 1] == port && Path.GetFileName(words[0]) == "postgres";
        }
        catch (IOException)
        {
            return false; // It has ended, or is none.
        }
    }

    // utime, stime, cutime and cstime are fields 14 to 17; the parent is field 4.
    private static double Of(string process, bool withChildren, string? parent)
    {
        try
        {
            string stat = File.ReadAllText(Path.Combine(process, "stat"));
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return parent is not null && fields[1] != parent
                ? 0
                : fields[11..(withChildren ? 15 : 13)].Sum(field => long.Parse(field, CultureInfo.InvariantCulture)) / 100.0;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
