using System.Text;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Keys;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>The store of a session that nobody connected: the one that the environment names, else one in the user's data folder.</summary>
internal static class DefaultStore
{
    /// <summary>The environment variable that names another folder.</summary>
    public const string FolderVariable = "TENANTENCRYPTION_HOME";

    /// <summary>The environment variable that has the connection string of a database.</summary>
    public const string DatabaseVariable = "TENANTENCRYPTION_STORE";

    // Several runspaces ask: both parts are seen, or neither.
    private static volatile Database? _database;

    /// <summary>Whether the environment names the folder.</summary>
    public static bool IsNamedFolder => Named(FolderVariable) is not null && Named(DatabaseVariable) is null;

    /// <summary>Where it is.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: the environment names two, or a connection string that can't be read.</exception>
    public static StoreAddress Address
    {
        get
        {
            if (Named(DatabaseVariable) is not { } text)
            {
                // Apart from the root keys, which are in the configuration folder.
                return StoreAddress.OfFolder(Named(FolderVariable) ?? StorePath.Default);
            }

            if (Named(FolderVariable) is not null)
            {
                throw new TenantEncryptionException(
                    ErrorCodes.InvalidInput, $"{FolderVariable} and {DatabaseVariable} both name a store: which one is meant, is not for a guess. Remove one of the two variables.");
            }

            if (_database is { } known && known.Text == text)
            {
                return known.Address;
            }

            var database = new Database(text, StoreAddress.OfDatabase(text));
            _database = database;
            return database.Address;
        }
    }

    /// <summary>
    /// How it is opened. A folder makes itself a store: nobody named it in a command, so nobody can have misspelt it there. A database is made by who owns it.
    /// </summary>
    public static ConnectionSettings Settings => Address switch
    {
        { IsFolder: true } folder => new() { Address = folder, Create = true },
        var database => new() { Address = database, ConnectionString = new SecretBytes(Encoding.UTF8.GetBytes(Named(DatabaseVariable)!)) },
    };

    private static string? Named(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;

    private sealed record Database(string Text, StoreAddress Address);
}
