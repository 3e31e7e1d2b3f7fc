using System.Reflection;
using TenantEncryption.Kms;
using TenantEncryption.Loader;
using TenantEncryption.Spaces;
using TenantEncryption.Stores;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Makes the store, the KMS and the object store from the adapters in <c>lib/</c>, known here by name only.</summary>
internal static class Adapters
{
    private static readonly Lazy<AdapterContext> Context = new(() => new AdapterContext(Path.Combine(AssemblyFiles.ModuleFolder, "lib")));

    /// <summary>Names the store of a folder; nothing is opened yet.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="create">Whether opening it makes one where there is none.</param>
    /// <returns>The store.</returns>
    public static IStore CreateStore(string folder, bool create)
    {
        object options = Create("TenantEncryption.Sqlite", "SqliteStoreOptions");
        options.GetType().GetProperty("Create")!.SetValue(options, create);
        return (IStore)Create("TenantEncryption.Sqlite", "SqliteStore", folder, options);
    }

    /// <summary>AWS KMS, with which the adapter and the SDK load.</summary>
    /// <param name="credentials">Credentials for this session, or <see langword="null"/> for the SDK's default chain. The KMS owns them.</param>
    /// <returns>The KMS.</returns>
    public static IKms CreateKms(SessionCredentials? credentials)
    {
        object options = Create("TenantEncryption.Aws", "AwsKmsOptions");
        Give(options, credentials);
        return (IKms)Create("TenantEncryption.Aws", "AwsKms", options);
    }

    /// <summary>S3, with which the adapter and the SDK load.</summary>
    /// <param name="credentials">Credentials for this session, or <see langword="null"/> for the SDK's default chain. The store owns them, as the KMS does: they end together.</param>
    /// <returns>The object store.</returns>
    public static IObjectStore CreateObjectStore(SessionCredentials? credentials)
    {
        object options = Create("TenantEncryption.S3", "S3Options");
        Give(options, credentials);
        return (IObjectStore)Create("TenantEncryption.S3", "S3ObjectStore", options);
    }

    private static void Give(object options, SessionCredentials? credentials)
    {
        if (credentials is not null)
        {
            object session = Create(
                "TenantEncryption.Aws",
                "AwsSessionCredentials",
                credentials.AccessKeyId,
                credentials.SecretAccessKey,
                credentials.SessionToken);
            options.GetType().GetProperty("SessionCredentials")!.SetValue(options, session);
        }
    }

    private static object Create(string assembly, string type, params object?[] arguments)
    {
        AdapterContext context = Context.Value;
        AdapterFiles.Check(context.Folder, assembly);
        try
        {
            return Activator.CreateInstance(context.LoadAdapter(assembly).GetType($"{assembly}.{type}", throwOnError: true)!, arguments)!;
        }
        catch (Exception exception) when (Cause(exception) is FileLoadException or FileNotFoundException or BadImageFormatException or TypeLoadException)
        {
            throw AdapterFiles.Incomplete(context.Folder, $"'{assembly}' can't be loaded: {Cause(exception).Message}", exception);
        }
    }

    private static Exception Cause(Exception exception) => exception is TargetInvocationException { InnerException: { } inner } ? Cause(inner) : exception;
}
