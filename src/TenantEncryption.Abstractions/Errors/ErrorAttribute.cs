namespace TenantEncryption.Errors;

/// <summary>Declares what an error code stands for, at the code itself.</summary>
/// <param name="kind">The sort of trouble.</param>
/// <param name="cause">One sentence on what leads to it.</param>
/// <param name="remedy">What the user does about it.</param>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class ErrorAttribute(ErrorKind kind, string cause, string remedy) : Attribute
{
    public ErrorKind Kind => kind;

    public string Cause => cause;

    public string Remedy => remedy;
}
