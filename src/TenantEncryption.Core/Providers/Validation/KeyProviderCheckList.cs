using TenantEncryption.Errors;

namespace TenantEncryption.Providers.Validation;

/// <summary>The checks of one test, as they are made.</summary>
internal sealed class KeyProviderCheckList
{
    private readonly List<KeyProviderCheck> _checks = [];

    /// <summary>The checks so far.</summary>
    public IReadOnlyList<KeyProviderCheck> Checks => _checks;

    /// <summary>The code of the first failed check, or <c>SUCCESS</c>.</summary>
    public string Code => _checks.FirstOrDefault(check => check.Outcome == CheckOutcome.Failed)?.Code ?? ErrorCodes.Success;

    /// <summary>Notes that a check passed.</summary>
    public void Pass(string name, string observed, string? region = null, CheckSubject subject = CheckSubject.Caller) =>
        Add(name, CheckOutcome.Passed, ErrorCodes.Success, observed, region, null, subject);

    /// <summary>Notes that a check failed; the remedy is that of the code unless there is a better one.</summary>
    public void Fail(string name, string code, string observed, string? region = null, CheckSubject subject = CheckSubject.Caller, string? remedy = null) =>
        Add(name, CheckOutcome.Failed, code, observed, region, remedy ?? ErrorCatalog.Get(code).Remedy, subject);

    /// <summary>Notes what is wrong in a region: a failure where the platform needs the region, else a warning.</summary>
    public void Fail(string name, string code, string observed, ReviewedRegion region, CheckSubject subject = CheckSubject.Caller, string? remedy = null)
    {
        if (region.IsNeeded)
        {
            Fail(name, code, observed, region.Name, subject, remedy);
        }
        else
        {
            Warn(name, code, observed, remedy ?? ErrorCatalog.Get(code).Remedy, region.Name, subject);
        }
    }

    /// <summary>Notes something that the user should know.</summary>
    public void Warn(string name, string? code, string observed, string? remedy, string? region = null, CheckSubject subject = CheckSubject.Caller) =>
        Add(name, CheckOutcome.Warning, code, observed, region, remedy, subject);

    /// <summary>Notes that something could not be seen.</summary>
    public void Skip(string name, string why, string? region = null, CheckSubject subject = CheckSubject.Caller) =>
        Add(name, CheckOutcome.Skipped, null, why, region, null, subject);

    /// <summary>Notes a check that holds or fails with a code.</summary>
    public void Expect(string name, bool holds, string code, string observed, string? region = null)
    {
        if (holds)
        {
            Pass(name, observed, region);
        }
        else
        {
            Fail(name, code, observed, region);
        }
    }

    private void Add(string name, CheckOutcome outcome, string? code, string observed, string? region, string? remedy, CheckSubject subject) =>
        _checks.Add(new KeyProviderCheck
        {
            Name = name,
            Subject = subject,
            Outcome = outcome,
            Code = code,
            Observed = observed,
            Region = region,
            Remedy = remedy,
        });
}
