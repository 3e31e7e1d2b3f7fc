using FsCheck;
using FsCheck.Fluent;
using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Documents;
using TenantEncryption.Policies.Findings;
using TenantEncryption.Policies.Merging;
using TenantEncryption.Policies.Templates;
using static TenantEncryption.Testing.Policies.Build;

namespace TenantEncryption.KeyPolicies.Tests.Merging;

/// <summary>Whatever stands in a live policy, merging keeps it, lets every tenant in and nobody else, and is done after one time.</summary>
public sealed class PolicyMergeProperties
{
    private static readonly PlatformProfile Qlik = PlatformCatalog.FindBuiltIn("qlik-cloud")!;

    private static readonly Gen<string> TenantId =
        from runes in Gen.NonEmptyListOf(Gen.Elements("a", "B", "é", "-", "${", "}", "\"", "\\", "{{TenantIds}}", "顧", "\U0001F600", "'", "0", "$"))
        select string.Concat(runes.Take(6));

    private static readonly Gen<JObject> Foreign =
        from sid in Gen.Elements("Deny deletion", "Users", "Audit", "Qlik")
        from principal in Gen.Elements<JToken>(Who(Root), Who(Alice, AppRole), Who(OtherAccount), new JObject { ["Service"] = Service })
        from action in Gen.Elements<JToken>("kms:DescribeKey", new JArray("kms:Get*", "kms:List*"), "kms:CreateGrant")
        from resource in Gen.Elements("*", Key)
        from condition in Gen.Elements<JToken?>(null, Condition("StringLike", "kms:ViaService", "s3.*.amazonaws.com"), Condition("Bool", "kms:GrantIsForAWSResource", true))
        from denies in Gen.Elements(false, true)
        select denies ? Deny(sid, Who(Alice), "kms:ScheduleKeyDeletion", condition, resource) : Allow(sid, principal, action, condition, resource);

    [Fact]
    public void Foreign_statements_stay_tenants_add_up_and_a_second_time_changes_nothing()
    {
        Gen<Sample> samples =
            from before in Gen.ListOf(Foreign)
            from after in Gen.ListOf(Foreign)
            from first in Gen.NonEmptyListOf(TenantId)
            from second in Gen.NonEmptyListOf(TenantId)
            from scalar in Gen.Elements(true, false)
            select new Sample([.. before], [.. after], [.. first.Distinct()], [.. second.Distinct()], scalar);
        Prop.ForAll(Arb.From(samples.Resize(12)), sample => Holds(sample)).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    private static bool Holds(Sample sample)
    {
        JObject live = Policy([Allow("Enable IAM User Permissions", Who(Root), "kms:*"), .. sample.Before]);
        JObject ours = JObject.Parse(PolicyMerge.Merge(live.ToString(), Render(sample.First), Qlik).Json);
        ((JArray)ours["Statement"]!).Last!.AddAfterSelf(sample.After.Select(statement => statement.DeepClone()));
        if (sample.Scalar && sample.First.Length == 1)
        {
            // KMS shows a list of one as its entry.
            JObject own = Own(ours);
            JToken listed = own["Condition"]!["StringEquals"]!["kms:EncryptionContext:TenantId"]!;
            listed.Replace(listed[0]!);
        }

        MergedPolicy merged = PolicyMerge.Merge(PolicyWriter.Write(ours), Render(sample.Second), Qlik);
        JObject result = JObject.Parse(merged.Json);
        string[] all = [.. sample.First.Union(sample.Second)];
        bool foreignStay = Others(result).SequenceEqual(Others(ours), JToken.EqualityComparer);
        bool inPlace = ((JArray)result["Statement"]!).IndexOf(Own(result)) == ((JArray)ours["Statement"]!).IndexOf(Own(ours));
        bool done = !PolicyMerge.Merge(merged.Json, Render(all), Qlik).IsChanged && merged.IsChanged == all.Length > sample.First.Length;
        bool ascii = merged.Json.All(char.IsAscii);
        return foreignStay && inPlace && done && ascii
            && PolicyAnalyzer.Analyze(merged.Json, Qlik, new PolicyValues { TenantIds = all }).Code == ErrorCodes.Success;
    }

    private static IReadOnlyList<RenderedStatement> Render(IReadOnlyList<string> tenantIds) =>
        PlatformStatements.Render(Qlik, new PolicyValues { TenantIds = tenantIds });

    private static JObject Own(JObject policy) => policy["Statement"]!.Cast<JObject>().Single(statement => ((string?)statement["Sid"])!.StartsWith("Enable Qlik", StringComparison.Ordinal));

    private static IEnumerable<JToken> Others(JObject policy) => policy["Statement"]!.Where(statement => !ReferenceEquals(statement, Own(policy)));

    private sealed record Sample(JObject[] Before, JObject[] After, string[] First, string[] Second, bool Scalar);
}
