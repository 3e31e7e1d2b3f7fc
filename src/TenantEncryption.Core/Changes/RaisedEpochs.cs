namespace TenantEncryption.Changes;

/// <summary>Tells who holds keys of tenants whose epoch a change of this process raised, once it is committed.</summary>
internal sealed class RaisedEpochs
{
    /// <summary>Told of each tenant.</summary>
    public event Action<string>? Raised;

    /// <summary>Tells of a tenant.</summary>
    public void Raise(string tenantId) => Raised?.Invoke(tenantId);
}
