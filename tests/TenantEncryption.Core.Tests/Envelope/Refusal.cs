
namespace TenantEncryption.Tests.Envelope;

internal static class Refusal
{
    public static async Task IsAsync(string code, Func<Task> read)
    {
        TenantEncryptionException exception = await Assert.ThrowsAsync<TenantEncryptionException>(read);
        Assert.Equal(code, exception.Code);
    }

    public static void Is(string code, Action action) =>
        Assert.Equal(code, Assert.Throws<TenantEncryptionException>(action).Code);

    /// <summary>The code of the refusal, or nothing if there was none.</summary>
    public static async Task<string?> CodeAsync(Func<Task> read)
    {
        try
        {
            await read();
            return null;
        }
        catch (TenantEncryptionException exception)
        {
            return exception.Code;
        }
    }
}
