using System.Management.Automation;
using System.Security;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Takes a connection string as plain text, too: not each one has a password in it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ConnectionStringAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object input = inputData is PSObject { BaseObject: var inner } ? inner : inputData;
        if (input is not string { Length: > 0 } text)
        {
            return input;
        }

        var secure = new SecureString();
        foreach (char character in text)
        {
            secure.AppendChar(character);
        }

        secure.MakeReadOnly();
        return secure;
    }
}
