using Microsoft.Data.Sqlite;
using SQLitePCL;
using TenantEncryption.Errors;
using TenantEncryption.Sql.Statements;

namespace TenantEncryption.Sqlite.Connections;

/// <summary>Gives SQLite's result codes (https://sqlite.org/rescode.html) the codes of this library, with the path and the cause.</summary>
internal static class StoreErrors
{
    /// <summary>What an exception of SQLite means.</summary>
    public static TenantEncryptionException From(SqliteException exception, string location) => exception.SqliteErrorCode switch
    {
        raw.SQLITE_CONSTRAINT => FromConstraint(exception, location),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new(ErrorCodes.StoreLocked, $"The store '{location}' is locked by another process.", exception),
        raw.SQLITE_FULL => StoreFailure.Failed(location, "the disk is full.", exception),
        raw.SQLITE_IOERR => StoreFailure.Failed(location, exception.Message, exception),
        raw.SQLITE_NOTADB => StoreFailure.Unusable(location, "the file is not a SQLite database.", exception),
        raw.SQLITE_CORRUPT => StoreFailure.Unusable(location, "the database is damaged.", exception),
        raw.SQLITE_CANTOPEN => StoreFailure.Unusable(location, "the file, or its journal beside it, can't be opened.", exception),
        raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH => StoreFailure.Unusable(location, "it can't be written.", exception),
        raw.SQLITE_NOMEM or raw.SQLITE_PROTOCOL or raw.SQLITE_SCHEMA => StoreFailure.Unusable(location, exception.Message, exception),
        _ => new(ErrorCodes.Unknown, $"The store '{location}' failed: {exception.Message}", exception),
    };

    // SQLite names the columns of the broken index, in the form "UNIQUE constraint failed: table.column, table.column".
    private static TenantEncryptionException FromConstraint(SqliteException exception, string location)
    {
        string message = exception.Message;
        string code =
            message.Contains("key_providers.name", StringComparison.Ordinal) ? ErrorCodes.ProviderExists
            : message.Contains("key_providers.id", StringComparison.Ordinal) ? ErrorCodes.ProviderExists
            : message.Contains("migrations.tenant_id", StringComparison.Ordinal) ? ErrorCodes.MigrationRunning
            : ErrorCodes.Unknown;
        return new(code, code == ErrorCodes.Unknown ? $"The store '{location}' refused a row: {message}" : null, exception);
    }
}
