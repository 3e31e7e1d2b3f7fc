namespace TenantEncryption.Tests.Envelope;

/// <summary>A test that needs AWS's JavaScript implementation, which <c>npm ci</c> in <c>tests/interop</c> installs; skipped without.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ClientNodeFactAttribute : FactAttribute
{
    public ClientNodeFactAttribute()
    {
        if (ClientNode.Folder is null)
        {
            Skip = "@aws-crypto/client-node is not installed: run npm ci in tests/interop.";
        }
    }
}
