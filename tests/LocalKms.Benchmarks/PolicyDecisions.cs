using System.Diagnostics;
using System.Text;
using TenantEncryption.Policies;

namespace LocalKms.Benchmarks;

/// <summary>How long one decision takes on a key policy of 32 KiB: one statement for each tenant, the caller's the last.</summary>
internal static class PolicyDecisions
{
    private const int PolicySize = 32 * 1024;
    private const int Decisions = 2_000;
    private const int Batches = 20;

    public static void Run()
    {
        Measure("a role for each tenant", tenant => $"role/tenant-{tenant}", conditionPerTenant: false);
        Measure("one role, a condition for each tenant", _ => "role/shared", conditionPerTenant: true);
    }

    private static void Measure(string name, Func<int, string> principal, bool conditionPerTenant)
    {
        (string json, int last) = BuildPolicy(principal, conditionPerTenant);
        var policies = new KeyPolicies { KeyPolicy = PolicyDocument.Parse(json, PolicyKind.KeyPolicy) };
        var context = new Dictionary<string, string> { ["TenantId"] = $"tenant-{last}" };
        AccessDecision Decide() => PolicySimulator.Decide(
            new AccessRequest
            {
                Principal = PolicyPrincipal.Parse($"arn:aws:iam::111122223333:{principal(last)}"),
                Action = "kms:Decrypt",
                Resource = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
                Context = new RequestContext().SetEncryptionContext(context),
                EncryptionContext = context,
            },
            policies);
        var batches = new List<double>();
        for (int batch = 0; batch < Batches; batch++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Decisions; i++)
            {
                if (!Decide().IsAllowed)
                {
                    throw new InvalidOperationException("The last tenant must be allowed.");
                }
            }

            batches.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / Decisions);
        }

        // The least is what the machine can do when others leave it alone; the median what it did.
        batches.Sort();
        Console.WriteLine(
            $"decision, {json.Length} bytes, {last + 1} statements ({name}): {batches[0]:F2} µs, median {batches[Batches / 2]:F2} µs, the request's making included");
    }

    private static (string Json, int Last) BuildPolicy(Func<int, string> principal, bool conditionPerTenant)
    {
        var statements = new StringBuilder();
        int tenant = 0;
        while (true)
        {
            string condition = conditionPerTenant ? $$$""","Condition":{"StringEquals":{"kms:EncryptionContext:TenantId":"tenant-{{{tenant}}}"}}""" : "";
            string statement =
                $$$"""{"Sid":"t{{{tenant}}}","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:{{{principal(tenant)}}}"},"Action":["kms:Decrypt","kms:GenerateDataKey"],"Resource":"*"{{{condition}}}}""";
            if (statements.Length + statement.Length + 64 > PolicySize)
            {
                return ($$"""{"Version":"2012-10-17","Statement":[{{statements}}]}""", tenant - 1);
            }

            statements.Append(tenant == 0 ? "" : ",").Append(statement);
            tenant++;
        }
    }
}
