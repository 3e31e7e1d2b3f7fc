namespace TenantEncryption.Providers.Validation;

/// <summary>A part of testing a key. It declares what it asks of KMS beside the asking, so that a plan is the sum of its parts.</summary>
internal interface IKeyCheck
{
    /// <summary>How many calls of KMS it makes, exactly, where nothing fails and the key is as it was registered.</summary>
    /// <param name="target">What is tested.</param>
    int CountCalls(ValidationTarget target);

    /// <summary>Makes the check.</summary>
    /// <param name="run">The test so far, to which it adds.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    Task RunAsync(ValidationRun run, CancellationToken cancellationToken);
}
