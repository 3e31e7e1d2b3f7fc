namespace TenantEncryption.StoreContract;

public abstract class SettingsTableContract<TStore>
    where TStore : StoreUnderTest, new()
{
    [Fact]
    public async Task A_fact_is_set_replaced_and_removed()
    {
        await using var store = new TStore();
        Assert.Null(await store.ReadAsync(t => t.Settings.GetAsync("root")));

        await store.WriteAsync(t => t.Settings.SetAsync("root", [1, 2]));
        Assert.Equal(new byte[] { 1, 2 }, await store.ReadAsync(t => t.Settings.GetAsync("root")));

        await store.WriteAsync(t => t.Settings.SetAsync("root", []));
        Assert.Empty((await store.ReadAsync(t => t.Settings.GetAsync("root")))!);
        Assert.Null(await store.ReadAsync(t => t.Settings.GetAsync("Root")));

        await store.WriteAsync(t => t.Settings.RemoveAsync("root"));
        await store.WriteAsync(t => t.Settings.RemoveAsync("root"));
        Assert.Null(await store.ReadAsync(t => t.Settings.GetAsync("root")));
    }
}
