namespace TenantEncryption.LocalKms.Tests.Cli;

/// <summary>A test that needs the AWS CLI; where there is none it is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AwsCliFactAttribute : FactAttribute
{
    public AwsCliFactAttribute()
    {
        if (AwsCli.Find() is null)
        {
            Skip = "SKIPPED: there is no 'aws' on PATH, so the AWS CLI was NOT tested against LocalKms. Install it to run this test.";
        }
    }
}
