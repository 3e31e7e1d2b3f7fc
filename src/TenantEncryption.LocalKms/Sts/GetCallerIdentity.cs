using System.Xml.Linq;

namespace TenantEncryption.LocalKms.Sts;

internal sealed class GetCallerIdentity : IStsOperation
{
    public string Name => "GetCallerIdentity";

    public IEnumerable<XElement> Run(StsCall call) =>
    [
        new(StsCall.Xml + "Arn", call.Caller.Arn),
        new(StsCall.Xml + "UserId", call.Caller.UserId),
        new(StsCall.Xml + "Account", call.Caller.Account),
    ];
}
