using System.Data.Common;
using System.Net;
using Npgsql;
using TenantEncryption.Errors;

namespace TenantEncryption.PostgreSql.Connections;

/// <summary>Where the server is and how it is spoken to, from a connection string; without its secrets in what people see.</summary>
internal sealed class ServerAddress
{
    private const string DefaultSchema = "tenantencryption";

    private readonly NpgsqlConnectionStringBuilder _settings;

    /// <summary>Reads a connection string.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>.</exception>
    public ServerAddress(string connectionString, PostgreSqlStoreOptions options)
    {
        try
        {
            var given = new DbConnectionStringBuilder { ConnectionString = connectionString };
            _settings = new NpgsqlConnectionStringBuilder(connectionString)
            {
                ApplicationName = "TenantEncryption",
                IncludeErrorDetail = false,
                PersistSecurityInfo = false,

                // A transaction settles what it needs for itself, and leaves nothing behind in the session.
                NoResetOnClose = true,
            };
            Schema = options.Schema ?? (string.IsNullOrWhiteSpace(_settings.SearchPath) ? DefaultSchema : _settings.SearchPath.Trim());
            _settings.SearchPath = PostgreSql.Schema.StoreSchema.Quoted(Schema);
            IsLoopback = _settings.Host?.Split(',').All(IsLocal) ?? true;
            Set(given, "SSL Mode", () => _settings.SslMode = IsLoopback ? SslMode.Prefer : SslMode.VerifyFull);
            Set(given, "Max Auto Prepare", () => _settings.MaxAutoPrepare = 256);
            Set(given, "Keepalive", () => _settings.KeepAlive = 15);
            Set(given, "Command Timeout", () => _settings.CommandTimeout = (int)Math.Ceiling(options.BusyTimeout.TotalSeconds) + 60);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or KeyNotFoundException or OverflowException)
        {
            // The exception's own text may quote the string, and with it a password.
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput,
                "The connection string of the store can't be read: it is of the form 'Host=…;Port=5432;Database=…;Username=…;Password=…'.");
        }

        if (string.IsNullOrEmpty(_settings.Host) || string.IsNullOrEmpty(_settings.Database))
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "The connection string of the store names no Host, or no Database.");
        }

        if (Schema.Contains(',', StringComparison.Ordinal))
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "The connection string of the store names several schemas as Search Path: a store is in one.");
        }

        string schema = Schema == DefaultSchema ? "" : $"?schema={Uri.EscapeDataString(Schema)}";
        Location = $"postgresql://{_settings.Host}:{_settings.Port}/{_settings.Database}{schema}";
    }

    /// <summary>Where the store is, without role and password.</summary>
    public string Location { get; }

    /// <summary>The schema of the store's tables.</summary>
    public string Schema { get; }

    /// <summary>Whether the server is on this machine.</summary>
    public bool IsLoopback { get; }

    /// <summary>Whether who is between this machine and the server may read and change what is said.</summary>
    public bool IsUnverified => !IsLoopback && _settings.SslMode is not (SslMode.VerifyFull or SslMode.VerifyCA);

    /// <summary>How the connection is secured, as the connection string says it.</summary>
    public string Security => $"SSL Mode={_settings.SslMode}";

    /// <summary>Connections to it. Of several hosts, the one that takes changes.</summary>
    public NpgsqlDataSource Connect()
    {
        var builder = new NpgsqlDataSourceBuilder(_settings.ConnectionString);
        return _settings.Host!.Contains(',', StringComparison.Ordinal)
            ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary)
            : builder.Build();
    }

    private static void Set(DbConnectionStringBuilder given, string keyword, Action set)
    {
        if (!given.Keys.Cast<string>().Any(key => key.Replace(" ", "", StringComparison.Ordinal).Equals(keyword.Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)))
        {
            set();
        }
    }

    // A path is that of a socket.
    private static bool IsLocal(string host)
    {
        string name = host.Trim();
        return name.StartsWith('/') || name.StartsWith('@') || name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
    }
}
