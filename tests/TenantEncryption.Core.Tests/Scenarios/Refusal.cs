
namespace TenantEncryption.Tests.Scenarios;

/// <summary>What a refused operation says.</summary>
internal static class Refusal
{
    /// <summary>The code of the refusal.</summary>
    public static async Task<string> CodeOfAsync(Func<Task> operation) => (await OfAsync(operation)).Code;

    /// <summary>The refusal.</summary>
    public static Task<TenantEncryptionException> OfAsync(Func<Task> operation) => Assert.ThrowsAnyAsync<TenantEncryptionException>(operation);
}
