using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>The key policy that AWS KMS gives a key that is made without one (Developer Guide, "Default key policy").</summary>
internal static class DefaultKeyPolicy
{
    public static string For(string region, string account) => $$"""
        {
          "Version" : "2012-10-17",
          "Id" : "key-default-1",
          "Statement" : [ {
            "Sid" : "Enable IAM User Permissions",
            "Effect" : "Allow",
            "Principal" : {
              "AWS" : "arn:{{Partitions.Of(region)}}:iam::{{account}}:root"
            },
            "Action" : "kms:*",
            "Resource" : "*"
          } ]
        }
        """;
}
