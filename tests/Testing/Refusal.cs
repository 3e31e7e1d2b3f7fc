using Xunit;

namespace TenantEncryption.Testing;

/// <summary>What a refused operation says.</summary>
public static class Refusal
{
    /// <summary>Expects a refusal with a code.</summary>
    public static async Task IsAsync(string code, Func<Task> operation) => Assert.Equal(code, await CodeOfAsync(operation));

    /// <summary>Expects a refusal with a code.</summary>
    public static void Is(string code, Action operation) => Assert.Equal(code, Assert.ThrowsAny<TenantEncryptionException>(operation).Code);

    /// <summary>The code of the refusal that must come.</summary>
    public static async Task<string> CodeOfAsync(Func<Task> operation) => (await OfAsync(operation)).Code;

    /// <summary>The refusal that must come.</summary>
    public static Task<TenantEncryptionException> OfAsync(Func<Task> operation) => Assert.ThrowsAnyAsync<TenantEncryptionException>(operation);

    /// <summary>The refusal with a code that must come.</summary>
    public static async Task<TenantEncryptionException> OfAsync(string code, Func<Task> operation)
    {
        TenantEncryptionException refusal = await OfAsync(operation);
        Assert.Equal(code, refusal.Code);
        return refusal;
    }

    /// <summary>The code of the refusal, or nothing if there was none. It is looked at, and not thrown once more, which takes longer than many a read.</summary>
    public static async Task<string?> CodeAsync(Func<Task> operation)
    {
        Task task = operation();
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (task.Exception?.InnerException is TenantEncryptionException refusal)
        {
            return refusal.Code;
        }

        await task;
        return null;
    }
}
