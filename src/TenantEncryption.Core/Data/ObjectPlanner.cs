using TenantEncryption.Errors;
using TenantEncryption.Spaces;

namespace TenantEncryption.Data;

/// <summary>Plans the reading of objects: an address that ends with a slash means the messages below it, as a folder does.</summary>
internal static class ObjectPlanner
{
    /// <summary>Plans the reading of an object, or of those below an address.</summary>
    /// <param name="spaces">The buckets.</param>
    /// <param name="source">The address.</param>
    /// <param name="output">Names the output of a key that is relative to the address; <see langword="null"/> when nothing is written.</param>
    /// <param name="recurse">Whether keys with further slashes are taken, too.</param>
    /// <param name="cancellationToken">Stops listing.</param>
    /// <returns>What to do with each.</returns>
    public static async Task<IReadOnlyList<FileRequest>> PlanAsync(
        ReachableSpaces spaces, string source, Func<string, string>? output, bool recurse, CancellationToken cancellationToken)
    {
        try
        {
            var address = ObjectAddress.Parse(source);
            if (!address.IsPrefix)
            {
                string name = address.Key[(address.Key.LastIndexOf('/') + 1)..];
                return [Request(address.ToString(), name, output)];
            }

            var found = new List<FileRequest>();
            await foreach (ListedObject one in spaces.Bucket(address.Bucket).Bucket.ListAsync(address.Key, null, cancellationToken).ConfigureAwait(false))
            {
                string name = one.Key[address.Key.Length..];
                if (name.EndsWith(FilePlanner.Extension, StringComparison.OrdinalIgnoreCase) && (recurse || !name.Contains('/', StringComparison.Ordinal)))
                {
                    found.Add(Request($"{address.Space}/{one.Key}", name, output));
                }
            }

            return found.Count > 0 ? found : [new FileRequest(source, source)
            {
                LeftOut = $"There is no object whose key ends with {FilePlanner.Extension} below it{(recurse ? "" : "; keys with further slashes were not looked at")}.",
            }];
        }
        catch (TenantEncryptionException exception)
        {
            return [new FileRequest(source, source) { Refusal = exception }];
        }
    }

    private static FileRequest Request(string source, string name, Func<string, string>? output)
    {
        if (output is null)
        {
            return new FileRequest(source, source);
        }

        // A key may have parts that lead out of a folder: an object must not choose where on this machine it is written.
        return Array.Exists(name.Split('/', '\\'), part => part is "" or "." or "..") || Path.IsPathRooted(name)
            ? new FileRequest(source, source) { Refusal = new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{source}' has a key of which no file's name can be made: name the output.") }
            : PlanRules.Request(source, _ => output(name));
    }
}
