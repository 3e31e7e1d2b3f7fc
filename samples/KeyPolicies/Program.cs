// Judges a key policy on standard input, without AWS: who may decrypt for tenant contoso, and what is amiss with the policy.
// dotnet run --project samples/KeyPolicies -- <ARN of a principal> < policy.json
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Findings;
using TenantEncryption.Policies.Templates;

string policy = await Console.In.ReadToEndAsync();
AccessTestResult answer = AccessTest.Run(policy, new AccessQuestion
{
    Principal = args[0],
    Action = "Decrypt",
    EncryptionContext = new Dictionary<string, string> { ["TenantId"] = "contoso" },
});
Console.WriteLine($"{answer.Decision}: {answer.Reason}");

var values = new PolicyValues { TenantIds = ["contoso"], Users = [args[0]] };
PolicyAnalysis analysis = PolicyAnalyzer.Analyze(policy, PlatformCatalog.FindBuiltIn("standalone")!, values);
foreach (PolicyFinding finding in analysis.Findings)
{
    Console.WriteLine($"{finding.Severity} {finding.Code}, line {finding.Line}: {finding.Observed}\n  {finding.Remedy}");
}
