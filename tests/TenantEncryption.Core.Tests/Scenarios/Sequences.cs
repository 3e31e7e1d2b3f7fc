namespace TenantEncryption.Tests.Scenarios;

/// <summary>What xunit needs of asynchronous sequences.</summary>
internal static class Sequences
{
    public static async Task<List<T>> ToListAsync<T>(this IAsyncEnumerable<T> source)
    {
        var list = new List<T>();
        await foreach (T item in source)
        {
            list.Add(item);
        }

        return list;
    }
}
