using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Identity;
using TenantEncryption.LocalKms.Signing;
using TenantEncryption.LocalKms.Storage;
using TenantEncryption.Policies;

namespace TenantEncryption.LocalKms.Sts;

/// <summary>
/// Temporary credentials of a role whose trust policy allows the caller; for callers that the trust policy names by their account
/// only, and for other accounts' callers, an identity policy must allow it too. Session policies are refused, not ignored.
/// </summary>
internal sealed partial class AssumeRole(KmsState state) : IStsOperation
{
    private const int DefaultDuration = 3600;
    private const int MinimumDuration = 900;
    private const int MaximumDuration = 43_200;

    public string Name => "AssumeRole";

    public IEnumerable<XElement> Run(StsCall call)
    {
        string roleArn = call.RequiredText("RoleArn");
        string sessionName = call.RequiredText("RoleSessionName");
        if (!SessionName().IsMatch(sessionName))
        {
            throw Validation($"'{sessionName}' is not a role session name: 2 to 64 letters, digits and _+=,.@-.");
        }

        if (call.Parameters.Keys.Any(name => name == "Policy" || name.StartsWith("PolicyArns.", StringComparison.Ordinal)))
        {
            throw Validation("This endpoint does not evaluate session policies.");
        }

        int duration = Duration(call.Text("DurationSeconds"));
        Principal role = Allowed(call, roleArn);

        string[] parts = roleArn.Split(':');
        string sessionArn = $"arn:{parts[1]}:sts::{parts[4]}:assumed-role/{roleArn.Split('/')[^1]}/{sessionName}";
        string accessKeyId = "ASIA" + RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16);
        DateTimeOffset expires = call.Now.AddSeconds(duration);
        var token = new SessionToken(accessKeyId, roleArn, sessionArn, expires);
        string roleId = role.UniqueId ?? UniqueIds.For(roleArn, "AssumedRole");
        return
        [
            new(
                StsCall.Xml + "AssumedRoleUser",
                new XElement(StsCall.Xml + "Arn", sessionArn),
                new XElement(StsCall.Xml + "AssumedRoleId", $"{roleId}:{sessionName}")),
            new(
                StsCall.Xml + "Credentials",
                new XElement(StsCall.Xml + "AccessKeyId", accessKeyId),
                new XElement(StsCall.Xml + "SecretAccessKey", SessionToken.SecretFor(accessKeyId, state.ServiceSecret)),
                new XElement(StsCall.Xml + "SessionToken", token.Seal(state.ServiceSecret)),
                new XElement(
                    StsCall.Xml + "Expiration",
                    expires.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))),
        ];
    }

    private Principal Allowed(StsCall call, string roleArn)
    {
        if (state.FindPrincipal(roleArn) is { TrustPolicy: { } trust } role)
        {
            RequestContext context = CallerConditions.Of(
                call.Caller, call.Signature.Region, call.Now, call.Service.SourceIp, call.Service.UserAgent)
                .Set("sts:RoleSessionName", call.RequiredText("RoleSessionName"));
            if (call.Text("ExternalId") is { } externalId)
            {
                context.Set("sts:ExternalId", externalId);
            }

            AccessDecision decision = PolicySimulator.Decide(
                new AccessRequest { Principal = call.Caller.Principal, Action = "sts:AssumeRole", Resource = roleArn, Context = context },
                new KeyPolicies
                {
                    KeyPolicy = PolicyDocument.Parse(trust, PolicyKind.TrustPolicy),
                    IdentityPolicies = call.Caller.Policies,
                });
            call.Service.Trace.AddDecision("sts:AssumeRole", decision);
            if (decision.IsAllowed)
            {
                return role;
            }
        }

        throw new KmsError(
            "AccessDenied",
            $"User: {call.Caller.Arn} is not authorized to perform: sts:AssumeRole on resource: {roleArn}",
            StatusCodes.Status403Forbidden);
    }

    private static int Duration(string? text) => text is null ? DefaultDuration
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds)
        && seconds is >= MinimumDuration and <= MaximumDuration ? seconds
        : throw Validation($"DurationSeconds must be from {MinimumDuration} to {MaximumDuration}.");

    private static KmsError Validation(string message) => new("ValidationError", message);

    [GeneratedRegex(@"^[\w+=,.@-]{2,64}$")]
    private static partial Regex SessionName();
}
