using System.Net.Sockets;
using Npgsql;
using TenantEncryption.Errors;
using TenantEncryption.Sql.Statements;
using TenantEncryption.Stores;

namespace TenantEncryption.PostgreSql.Connections;

/// <summary>Gives PostgreSQL's codes (https://www.postgresql.org/docs/current/errcodes-appendix.html) those of this library, with the address and the cause.</summary>
internal static class StoreErrors
{
    /// <summary>The server gives no answer.</summary>
    public static TenantEncryptionException Unreachable(string location, string cause, Exception? inner = null) =>
        new(ErrorCodes.StoreUnreachable, $"The store '{location}' can't be reached: {cause}", inner);

    /// <summary>Whether the connection is gone, whatever the server did with what it was last asked.</summary>
    public static bool IsLost(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow } => true,
        PostgresException => false,
        NpgsqlException or IOException or SocketException or ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>What an exception of a statement, or of a connection, means.</summary>
    public static Exception From(Exception exception, string location, TimeSpan timeout) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected } conflict =>
            new StoreConflictException(conflict.MessageText, conflict),
        PostgresException known => Of(known, location, timeout),
        NpgsqlException { InnerException: TimeoutException } late => Unreachable(location, "it gave no answer in time.", late),
        NpgsqlException lost => Unreachable(location, Cause(lost), lost),
        IOException or SocketException => Unreachable(location, exception.Message, exception),
        _ => exception,
    };

    private static TenantEncryptionException Of(PostgresException exception, string location, TimeSpan timeout) => exception.SqlState switch
    {
        PostgresErrorCodes.UniqueViolation => Taken(exception, location),
        PostgresErrorCodes.LockNotAvailable => StoreFailure.Locked(location, timeout, exception),
        PostgresErrorCodes.InFailedSqlTransaction => StoreFailure.Failed(location, "the transaction was rolled back after an error.", exception),
        PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory or PostgresErrorCodes.IoError => StoreFailure.Failed(location, exception.MessageText, exception),
        PostgresErrorCodes.ReadOnlySqlTransaction => StoreFailure.Unusable(location, "the server takes no changes: it is a standby, or read-only.", exception),
        PostgresErrorCodes.InvalidCatalogName => StoreFailure.NotFound(location, exception),
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedColumn =>
            StoreFailure.Unusable(location, exception.MessageText, exception),
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InsufficientPrivilege =>
            new(ErrorCodes.StoreAccessDenied, $"The store '{location}' is closed to this role: {exception.MessageText}.", exception),
        PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow =>
            Unreachable(location, exception.MessageText, exception),
        PostgresErrorCodes.ProgramLimitExceeded => new(
            ErrorCodes.InvalidInput, $"The store '{location}' can't keep a name of that length: {exception.MessageText}", exception),
        _ => new(ErrorCodes.Unknown, $"The store '{location}' refused it: {exception.MessageText}", exception),
    };

    private static TenantEncryptionException Taken(PostgresException exception, string location)
    {
        string code = exception.ConstraintName switch
        {
            "key_providers_name" or "key_providers_id" => ErrorCodes.ProviderExists,
            "migrations_unfinished" => ErrorCodes.MigrationRunning,
            _ => ErrorCodes.Unknown,
        };
        return new(code, code == ErrorCodes.Unknown ? $"The store '{location}' refused a row: {exception.MessageText}" : null, exception);
    }

    private static string Cause(Exception exception) => exception.InnerException is { } inner ? $"{exception.Message}: {inner.Message}" : exception.Message;
}
