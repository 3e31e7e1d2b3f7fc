using System.Xml.Linq;

namespace TenantEncryption.LocalKms.Sts;

/// <summary>One action of AWS STS.</summary>
internal interface IStsOperation
{
    string Name { get; }

    /// <summary>Does it and returns the children of the <c>…Result</c> element.</summary>
    /// <exception cref="Errors.KmsError">The call is refused.</exception>
    IEnumerable<XElement> Run(StsCall call);
}
