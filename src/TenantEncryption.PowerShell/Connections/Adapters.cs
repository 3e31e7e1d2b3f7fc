using System.Reflection;
using System.Text;
using TenantEncryption.Kms;
using TenantEncryption.Loader;
using TenantEncryption.Spaces;
using TenantEncryption.Stores;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Makes the store, the KMS and the object store from the adapters in <c>lib/</c>, known here by name only.</summary>
internal static class Adapters
{
    private static readonly Lazy<AdapterContext> Context = new(() => new AdapterContext(Path.Combine(AssemblyFiles.ModuleFolder, "lib")));

    /// <summary>Names a store; nothing is opened yet.</summary>
    /// <param name="settings">Where it is, and whether opening it makes one where there is none.</param>
    /// <returns>The store.</returns>
    public static IStore CreateStore(ConnectionSettings settings)
    {
        if (settings.ConnectionString is { } secret)
        {
            return CreateDatabase(Encoding.UTF8.GetString(secret.Span), ("Create", settings.Create), ("ApplicationRole", settings.ApplicationRole));
        }

        object options = CreateOptions("TenantEncryption.Sqlite", "SqliteStoreOptions", ("Create", settings.Create));
        return (IStore)Create("TenantEncryption.Sqlite", "SqliteStore", settings.Address.Location, options);
    }

    /// <summary>Where the store of a connection string is, without the role and what is secret.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: it can't be read.</exception>
    public static string FindLocation(string connectionString)
    {
        IStore store = CreateDatabase(connectionString);
        string location = store.Location;
        Task.Run(() => store.DisposeAsync().AsTask()).GetAwaiter().GetResult();
        return location;
    }

    /// <summary>AWS KMS, with which the adapter and the SDK load.</summary>
    /// <param name="credentials">Credentials for this session, or <see langword="null"/> for the SDK's default chain. The KMS owns them.</param>
    /// <returns>The KMS.</returns>
    public static IKms CreateKms(SessionCredentials? credentials) =>
        (IKms)Create("TenantEncryption.Aws", "AwsKms", CreateOptions("TenantEncryption.Aws", "AwsKmsOptions", ("SessionCredentials", SessionOf(credentials))));

    /// <summary>S3, with which the adapter and the SDK load.</summary>
    /// <param name="credentials">Credentials for this session, or <see langword="null"/> for the SDK's default chain. The store owns them, as the KMS does: they end together.</param>
    /// <returns>The object store.</returns>
    public static IObjectStore CreateObjectStore(SessionCredentials? credentials) =>
        (IObjectStore)Create("TenantEncryption.S3", "S3ObjectStore", CreateOptions("TenantEncryption.S3", "S3Options", ("SessionCredentials", SessionOf(credentials))));

    private static object? SessionOf(SessionCredentials? credentials) => credentials is null
        ? null
        : Create("TenantEncryption.Aws", "AwsSessionCredentials", credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken);

    private static IStore CreateDatabase(string connectionString, params (string Name, object? Value)[] options) =>
        (IStore)Create("TenantEncryption.PostgreSql", "PostgreSqlStore", connectionString, CreateOptions("TenantEncryption.PostgreSql", "PostgreSqlStoreOptions", options));

    private static object CreateOptions(string assembly, string type, params (string Name, object? Value)[] values)
    {
        object options = Create(assembly, type);
        foreach ((string name, object? value) in values)
        {
            options.GetType().GetProperty(name)!.SetValue(options, value);
        }

        return options;
    }

    private static object Create(string assembly, string type, params object?[] arguments)
    {
        AdapterContext context = Context.Value;
        AdapterFiles.Check(context.Folder, assembly);
        try
        {
            return Activator.CreateInstance(context.LoadAdapter(assembly).GetType($"{assembly}.{type}", throwOnError: true)!, BindingFlags.CreateInstance | BindingFlags.Public | BindingFlags.Instance | BindingFlags.DoNotWrapExceptions, null, arguments, null)!;
        }
        catch (Exception exception) when (exception is FileLoadException or FileNotFoundException or BadImageFormatException or TypeLoadException)
        {
            throw AdapterFiles.Incomplete(context.Folder, $"'{assembly}' can't be loaded: {exception.Message}", exception);
        }
    }
}
