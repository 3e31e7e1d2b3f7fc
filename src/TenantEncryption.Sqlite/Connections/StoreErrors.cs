using Microsoft.Data.Sqlite;
using SQLitePCL;
using TenantEncryption.Errors;

namespace TenantEncryption.Sqlite.Connections;

/// <summary>Gives SQLite's result codes (https://sqlite.org/rescode.html) the codes of this library, with the path and the cause.</summary>
internal static class StoreErrors
{
    /// <summary>Another writer kept the store for longer than the timeout.</summary>
    public static TenantEncryptionException Locked(string location, TimeSpan timeout, Exception? cause = null) =>
        new(ErrorCodes.StoreLocked, $"The store '{location}' was locked by another process for {timeout.TotalSeconds:0.###} seconds.", cause);

    /// <summary>The store has a schema that this software does not know.</summary>
    public static TenantEncryptionException Newer(string location, long version, int known) =>
        new(ErrorCodes.StoreNewer, $"The store '{location}' has schema version {version}; this software knows versions up to {known}.");

    /// <summary>The folder is not a store, and none is to be made.</summary>
    public static TenantEncryptionException NotFound(string folder) => new(ErrorCodes.StoreNotFound, $"There is no store in '{folder}'; nothing was made.");

    /// <summary>The store can't be used for a cause in words.</summary>
    public static TenantEncryptionException Unusable(string location, string cause, Exception? inner = null) =>
        new(ErrorCodes.StoreUnusable, $"The store '{location}' can't be used: {cause}", inner);

    /// <summary>What an exception of SQLite means.</summary>
    public static TenantEncryptionException From(SqliteException exception, string location) => exception.SqliteErrorCode switch
    {
        raw.SQLITE_CONSTRAINT => FromConstraint(exception, location),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new(ErrorCodes.StoreLocked, $"The store '{location}' is locked by another process.", exception),
        raw.SQLITE_FULL => Failed(location, "the disk is full.", exception),
        raw.SQLITE_IOERR => Failed(location, exception.Message, exception),
        raw.SQLITE_NOTADB => Unusable(location, "the file is not a SQLite database.", exception),
        raw.SQLITE_CORRUPT => Unusable(location, "the database is damaged.", exception),
        raw.SQLITE_CANTOPEN => Unusable(location, "the file, or its journal beside it, can't be opened.", exception),
        raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH => Unusable(location, "it can't be written.", exception),
        raw.SQLITE_NOMEM or raw.SQLITE_PROTOCOL or raw.SQLITE_SCHEMA => Unusable(location, exception.Message, exception),
        _ => new(ErrorCodes.Unknown, $"The store '{location}' failed: {exception.Message}", exception),
    };

    private static TenantEncryptionException Failed(string location, string cause, SqliteException exception) =>
        new(ErrorCodes.StorageFailed, $"The store '{location}' could not be read or written: {cause}", exception);

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
