using TenantEncryption.Errors;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;
using TenantEncryption.Policies.Merging;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Drills;

/// <summary>
/// The live key policy of one region, as a drill finds, changes and restores it. KMS has no conditional write, so the policy is read again right
/// before each write, and compared.
/// </summary>
internal sealed class RegionPolicy(IKmsChannel administration, KeyRegion region)
{
    private string? _found;

    /// <summary>The region.</summary>
    public KeyRegion Region => region;

    /// <summary>Whether the statement may be in the policy: it was put, whatever the answer.</summary>
    public bool IsTouched { get; private set; }

    /// <summary>Reads the policy that the drill leaves behind as it was.</summary>
    /// <returns>The statements of earlier drills in it.</returns>
    public async Task<IReadOnlyList<DrillStatement>> ReadAsync(CancellationToken cancellationToken)
    {
        _found = await GetAsync(cancellationToken).ConfigureAwait(false);
        return DrillStatement.FindIn(_found);
    }

    /// <summary>Takes out a statement that an earlier drill left behind.</summary>
    public async Task SweepAsync(DrillStatement leftOver, CancellationToken cancellationToken)
    {
        string live = await GetAsync(cancellationToken).ConfigureAwait(false);
        if (leftOver.TakeFrom(live) is { } swept)
        {
            await PutAsync(swept, cancellationToken).ConfigureAwait(false);
            live = swept;
        }

        _found = live;
    }

    /// <summary>Puts the statement in.</summary>
    /// <exception cref="TenantEncryptionException"><c>POLICY_CHANGED</c>: someone else changes the policy now; nothing was put.</exception>
    public async Task WithdrawAsync(DrillStatement statement, CancellationToken cancellationToken)
    {
        string live = await GetAsync(cancellationToken).ConfigureAwait(false);
        if (!PolicyForm.AreSame(live, _found!))
        {
            throw new TenantEncryptionException(
                ErrorCodes.PolicyChanged, $"The key policy of {region.KeyArn} was changed by someone else while the drill prepared; the drill put nothing into it.")
            { KeyArn = region.KeyArn, Region = region.Region };
        }

        _found = live;
        IsTouched = true;
        try
        {
            await PutAsync(statement.AddTo(live), cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.Throttled || exception.Definition.Kind != ErrorKind.Unavailable)
        {
            // KMS refused the policy, so it did not take it. What it gave no answer to, it may have.
            IsTouched = false;
            throw;
        }
    }

    /// <summary>Takes the statement out.</summary>
    /// <returns>Whether the policy is as the drill found it; else someone else changed it meanwhile, and their change stays.</returns>
    public async Task<bool> GiveBackAsync(DrillStatement statement, CancellationToken cancellationToken)
    {
        string live = await GetAsync(cancellationToken).ConfigureAwait(false);
        string without = statement.TakeFrom(live) ?? live;
        bool isAsFound = PolicyForm.AreSame(without, _found!);

        // A policy that seems to lack the statement may be an old answer: KMS's reads are eventually consistent. Writing what was found harms nothing.
        if (isAsFound)
        {
            await PutAsync(_found!, cancellationToken).ConfigureAwait(false);
        }
        else if (!ReferenceEquals(without, live))
        {
            await PutAsync(without, cancellationToken).ConfigureAwait(false);
        }

        IsTouched = false;
        return isAsFound;
    }

    /// <summary>Whether a statement is in the live policy.</summary>
    public async Task<bool> HasAsync(DrillStatement statement, CancellationToken cancellationToken) =>
        statement.TakeFrom(await GetAsync(cancellationToken).ConfigureAwait(false)) is not null;

    private async Task<string> GetAsync(CancellationToken cancellationToken)
    {
        KmsAnswer<string> answer = await administration.GetKeyPolicyAsync(region.Connection, region.KeyArn, cancellationToken).ConfigureAwait(false);
        try
        {
            PolicyJson.Parse(answer.Value);
            return answer.Value;
        }
        catch (PolicySyntaxException exception)
        {
            throw new TenantEncryptionException(ErrorCodes.Unknown, $"KMS answered with a key policy that can't be read: {exception.Message}", exception)
            {
                KeyArn = region.KeyArn,
                Region = region.Region,
                RequestId = answer.RequestId,
            };
        }
    }

    private Task<KmsAnswer> PutAsync(string policy, CancellationToken cancellationToken) =>
        administration.PutKeyPolicyAsync(region.Connection, region.KeyArn, policy, cancellationToken);
}
