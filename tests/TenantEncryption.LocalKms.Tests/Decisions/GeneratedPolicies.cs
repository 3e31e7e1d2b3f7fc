using System.Text.Json.Nodes;

namespace TenantEncryption.LocalKms.Tests.Decisions;

/// <summary>Key policies put together by chance from what key policies are made of; the same ones for the same seed.</summary>
internal sealed class GeneratedPolicies(int seed)
{
    private readonly Random _random = new(seed);

    private static readonly string[] Actions =
    [
        "kms:*", "kms:*", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:Describe*", "kms:*Tag*", "kms:Put*", "kms:List*", "kms:Get*", "kms:CreateGrant",
        "kms:R*", "kms:ScheduleKeyDeletion", "kms:E*", "s3:*",
    ];

    private static readonly string[] Conditions =
    [
        """{"StringEquals":{"kms:EncryptionContext:TenantId":"a"}}""",
        """{"StringNotEquals":{"kms:EncryptionContext:tenantid":"b"}}""",
        """{"StringEqualsIfExists":{"kms:EncryptionContext:TenantId":["a","c"]}}""",
        """{"StringLike":{"kms:EncryptionContext:TenantId":"?"}}""",
        """{"StringEquals":{"kms:EncryptionContext:TenantId":"${aws:PrincipalTag/tenant}"}}""",
        """{"ForAllValues:StringEquals":{"kms:EncryptionContextKeys":["TenantId","KekId"]}}""",
        """{"ForAnyValue:StringEquals":{"kms:EncryptionContextKeys":"TenantId"}}""",
        """{"Null":{"kms:EncryptionContext:TenantId":"true"}}""",
        """{"Null":{"kms:EncryptionContextKeys":false}}""",
        """{"Bool":{"kms:GrantIsForAWSResource":"true"}}""",
        """{"BoolIfExists":{"kms:GrantIsForAWSResource":"true"}}""",
        """{"StringLike":{"kms:ViaService":"s3.*.amazonaws.com"}}""",
        """{"StringNotEqualsIfExists":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}}""",
        """{"StringEquals":{"kms:CallerAccount":"111122223333"}}""",
        """{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/app"}}""",
        """{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*"}}""",
        """{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/team/plain"}}""",
        """{"StringEquals":{"aws:PrincipalType":["User","FederatedUser"]}}""",
        """{"StringEqualsIgnoreCase":{"aws:PrincipalType":"assumedrole"}}""",
        """{"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}}""",
        """{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}""",
        """{"StringEquals":{"aws:PrincipalAccount":"444455556666"}}""",
        """{"StringEquals":{"kms:KeySpec":"SYMMETRIC_DEFAULT","kms:KeyOrigin":"AWS_KMS"}}""",
        """{"Bool":{"kms:MultiRegion":"false","aws:SecureTransport":"true"}}""",
        """{"StringEquals":{"aws:ResourceAccount":"111122223333"},"StringNotEquals":{"aws:RequestedRegion":"us-east-1"}}""",
        """{"StringEquals":{"kms:EncryptionAlgorithm":"SYMMETRIC_DEFAULT"}}""",
        """{"StringEquals":{"aws:PrincipalServiceName":"qbusiness.amazonaws.com","aws:SourceAccount":"111122223333"}}""",
        """{"Bool":{"aws:PrincipalIsAWSService":"true"}}""",
        """{"Bool":{"aws:ViaAWSService":"false"}}""",
        """{"StringLike":{"aws:username":"?a*"}}""",
        """{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}""",
        """{"DateLessThanIfExists":{"aws:TokenIssueTime":"2020-01-01T00:00:00Z"}}""",
        """{"NumericLessThan":{"kms:ScheduleKeyDeletionPendingWindowInDays":"15"}}""",
        """{"ForAllValues:StringEquals":{"kms:GrantOperations":["Decrypt","Encrypt"]}}""",
        """{"ForAnyValue:StringEquals":{"kms:GrantOperations":"Encrypt"}}""",
        """{"Bool":{"kms:BypassPolicyLockoutSafetyCheck":"false"}}""",
        """{"ForAnyValue:StringLike":{"kms:ResourceAliases":"alias/same-*"}}""",
        """{"ForAllValues:StringLike":{"kms:ResourceAliases":"alias/other-*"}}""",
        """{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}""",
    ];

    private static readonly string[] Names =
    [
        .. Asker.All.Select(asker => asker.Arn).Where(arn => arn.StartsWith("arn:", StringComparison.Ordinal)), "111122223333", "444455556666", "*",
        "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root",
    ];

    /// <summary>A policy. In a third of them the account's root statement stands, too.</summary>
    public string Next()
    {
        var statements = new JsonArray();
        if (_random.Next(3) == 0)
        {
            statements.Add(JsonNode.Parse("""{"Sid":"root","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}"""));
        }

        for (int i = _random.Next(1, 6); i > 0; i--)
        {
            statements.Add(Statement());
        }

        return new JsonObject { ["Version"] = "2012-10-17", ["Statement"] = statements }.ToJsonString();
    }

    public bool Flip(int of) => _random.Next(of) == 0;

    public T One<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    private JsonObject Statement()
    {
        bool deny = Flip(of: 4);
        var statement = new JsonObject
        {
            ["Effect"] = deny ? "Deny" : "Allow",
            [Flip(of: 10) ? "NotPrincipal" : "Principal"] = Principal(),
            [Flip(of: 10) ? "NotAction" : "Action"] = Flip(of: 3) ? new JsonArray(One(Actions), One(Actions)) : One(Actions),
            ["Resource"] = Flip(of: 12) ? "arn:aws:kms:*:111122223333:key/*" : Flip(of: 15) ? "arn:aws:kms:eu-west-1:111122223333:key/other" : "*",
        };
        if (Flip(of: 2) || (deny && !Flip(of: 3)))
        {
            statement["Condition"] = JsonNode.Parse(One(Conditions));
        }

        return statement;
    }

    private JsonNode Principal() => _random.Next(8) switch
    {
        0 => "*",
        1 => new JsonObject { ["Service"] = One([Asker.Service, "s3.amazonaws.com"]) },
        2 => new JsonObject { ["AWS"] = new JsonArray(One(Names), One(Names)), ["Service"] = Asker.Service },
        3 => new JsonObject { ["AWS"] = new JsonArray(One(Names), One(Names), One(Names)) },
        4 => new JsonObject { ["Federated"] = "arn:aws:iam::111122223333:saml-provider/idp" },
        _ => new JsonObject { ["AWS"] = One(Names) },
    };
}
