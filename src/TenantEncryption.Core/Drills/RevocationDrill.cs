using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Drills;

/// <summary>
/// Proves the kill switch on a scratch message. Its key carries a context pair of the drill's own, and a statement that denies this pair alone is put
/// into the key policy of every region and taken out again, while the tenant's own messages are read throughout.
/// Changes of a policy take KMS seconds, at times minutes (AWS KMS Developer Guide, "Eventual consistency"): their effect is waited for.
/// </summary>
internal sealed class RevocationDrill
{
    // How exact the times are that a drill tells: within a third, and two seconds.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private const double LongerEachTime = 1.3;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan CleanupTime = TimeSpan.FromSeconds(30);

    // One answer may come from a part of KMS that heard of the change before the others.
    private const int Answers = 2;

    private readonly KeySealer _sealer;
    private readonly Operation _operation;
    private readonly EncryptionTenant _tenant;
    private readonly KeyProvider _provider;
    private readonly DrillStatement _statement;
    private readonly IReadOnlyList<RegionPolicy> _policies;
    private readonly DrillLog _log;
    private readonly TimeProvider _time;

    // When the policy of each region was last changed, by its name.
    private readonly Dictionary<string, (DateTimeOffset Time, long Timestamp)> _changed = new(StringComparer.Ordinal);

    /// <summary>Prepares a drill.</summary>
    /// <param name="sealer">Seals and opens the scratch keys.</param>
    /// <param name="operation">Whose calls they are.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="statement">What is put into the policies.</param>
    /// <param name="policies">The policies of every region, read, the provider's own first.</param>
    /// <param name="log">Takes the steps.</param>
    /// <param name="time">The clock.</param>
    public RevocationDrill(
        KeySealer sealer,
        Operation operation,
        EncryptionTenant tenant,
        KeyProvider provider,
        DrillStatement statement,
        IReadOnlyList<RegionPolicy> policies,
        DrillLog log,
        TimeProvider time)
    {
        (_sealer, _operation, _tenant, _provider) = (sealer, operation, tenant, provider);
        (_statement, _policies, _log, _time) = (statement, policies, log, time);
    }

    /// <summary>Makes the steps. Ended at any moment, it takes its statement out again.</summary>
    /// <param name="own">A key of the tenant that the provider seals, if there is one.</param>
    /// <param name="cancellationToken">Ends the drill.</param>
    public async Task RunAsync(KeyRecord? own, CancellationToken cancellationToken)
    {
        ScratchMessage? scratch = null;
        ScratchMessage? control = null;
        await _log.TryAsync("Write", Home.Region, async () =>
        {
            scratch = await ScratchMessage.WriteAsync(_sealer, At(Home), _tenant, _provider, Pair, cancellationToken).ConfigureAwait(false);
            control = await ScratchMessage.WriteAsync(_sealer, At(Home), _tenant, _provider, null, cancellationToken).ConfigureAwait(false);
            return $"A scratch message was written; its key has the pair {Pair.Key}={Pair.Value}.";
        }).ConfigureAwait(false);
        if (scratch is null || control is null)
        {
            return;
        }

        var readings = new TenantReadings(_sealer, _provider, control, own);
        foreach (KeyRegion region in Regions)
        {
            await _log.TryAsync("ReadBefore", region.Region, async () =>
            {
                await scratch.ReadAsync(At(region), cancellationToken).ConfigureAwait(false);
                await readings.ReadAsync(At(region), cancellationToken).ConfigureAwait(false);
                return "The scratch message reads.";
            }).ConfigureAwait(false);
        }

        if (_log.HasFailed || readings.Failed > 0)
        {
            TellOfTenant(readings);
            return;
        }

        try
        {
            if (await WithdrawAsync(cancellationToken).ConfigureAwait(false))
            {
                await WaitAsync(scratch, readings, DrillResult.Shut, isRefused: true, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await GiveBackAsync().ConfigureAwait(false);
        }

        await WaitAsync(scratch, readings, DrillResult.OpenedAgain, isRefused: false, cancellationToken).ConfigureAwait(false);
        TellOfTenant(readings);
    }

    private KeyValuePair<string, string> Pair => new(DrillStatement.ContextKey, _statement.DrillId.ToString());

    private KeyRegion Home => _policies[0].Region;

    private IEnumerable<KeyRegion> Regions => _policies.Select(policy => policy.Region);

    private IKmsChannel At(KeyRegion region) => _operation.Kms.At(region.Connection, region.KeyArn);

    private async Task<bool> WithdrawAsync(CancellationToken cancellationToken)
    {
        foreach (RegionPolicy policy in _policies)
        {
            bool isPut = await _log.TryAsync("Withdraw", policy.Region.Region, async () =>
            {
                await policy.WithdrawAsync(_statement, cancellationToken).ConfigureAwait(false);
                NoteChange(policy.Region);
                return $"The statement {_statement.Sid} was put into the key policy of {policy.Region.KeyArn}; it lapses by itself at {_statement.LapsesAt:u}.";
            }).ConfigureAwait(false);
            if (!isPut)
            {
                return false;
            }
        }

        return true;
    }

    private void NoteChange(KeyRegion region) => _changed[region.Region] = (_time.GetUtcNow(), _time.GetTimestamp());

    // Neither Ctrl+C nor an error may leave the statement behind, so its removal has a time of its own.
    private async Task GiveBackAsync()
    {
        using var deadline = new CancellationTokenSource(CleanupTime, _time);
        foreach (RegionPolicy policy in _policies.Where(policy => policy.IsTouched))
        {
            bool isOut = await _log.TryAsync("GiveBack", policy.Region.Region, async () =>
            {
                bool isAsFound = await GiveBackAsync(policy, deadline.Token).ConfigureAwait(false);
                NoteChange(policy.Region);
                return isAsFound
                    ? $"The key policy of {policy.Region.KeyArn} is as the drill found it."
                    : $"The statement is out of the key policy of {policy.Region.KeyArn}; what someone else changed in it meanwhile stays.";
            }).ConfigureAwait(false);
            if (!isOut)
            {
                _operation.WarnOnce(
                    $"The statement {_statement.Sid} may still be in the key policy of {policy.Region.KeyArn}. It denies nothing but the drill, lapses by itself at "
                        + $"{_statement.LapsesAt:u}, and the next drill takes it out.");
            }
        }
    }

    private async Task<bool> GiveBackAsync(RegionPolicy policy, CancellationToken deadline)
    {
        while (true)
        {
            try
            {
                return await policy.GiveBackAsync(_statement, deadline).ConfigureAwait(false);
            }
            catch (TenantEncryptionException exception) when (exception.Definition.Kind == ErrorKind.Unavailable && !deadline.IsCancellationRequested)
            {
                _log.Tell($"GiveBack in {policy.Region.Region}: {exception.Code}, trying again");
            }
            catch (OperationCanceledException exception)
            {
                throw new TenantEncryptionException(ErrorCodes.KmsUnreachable, "KMS did not take the policy in time.", exception);
            }

            await Task.Delay(ShortestPause, _time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Waits in all regions at once until KMS refuses the scratch message, or opens it again, reading the tenant's own throughout.</summary>
    private async Task WaitAsync(ScratchMessage scratch, TenantReadings readings, string step, bool isRefused, CancellationToken cancellationToken)
    {
        long begun = _time.GetTimestamp();
        TimeSpan pause = ShortestPause;
        List<Waiting> waiting = [.. Regions.Select(region => new Waiting(region, _changed.GetValueOrDefault(region.Region, (_time.GetUtcNow(), begun))))];
        while (true)
        {
            _log.Tell($"{step} in {string.Join(", ", waiting.Select(one => one.Region.Region))}");
            foreach (Waiting one in waiting)
            {
                string? code = await CodeOfUseAsync(scratch, one.Region, isRefused, cancellationToken).ConfigureAwait(false);
                one.Note(code, isRefused ? code == ErrorCodes.PolicyDenied : code is null, _time.GetElapsedTime(one.Changed.Timestamp));
                await readings.ReadAsync(At(one.Region), cancellationToken).ConfigureAwait(false);
            }

            bool isOver = _time.GetElapsedTime(begun) >= LongestWait;
            foreach (Waiting done in waiting.Where(one => one.InARow >= Answers || isOver).ToList())
            {
                _log.Add(Describe(done, step, isRefused, _time.GetElapsedTime(done.Changed.Timestamp)));
                waiting.Remove(done);
            }

            if (waiting.Count == 0)
            {
                return;
            }

            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
            pause = pause * LongerEachTime < LongestPause ? pause * LongerEachTime : LongestPause;
        }
    }

    // A withdrawal must shut writing, too: it is refused only when both are.
    private async Task<string?> CodeOfUseAsync(ScratchMessage scratch, KeyRegion region, bool isRefused, CancellationToken cancellationToken)
    {
        try
        {
            await scratch.ReadAsync(At(region), cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (TenantEncryptionException exception) when (!isRefused || exception.Code != ErrorCodes.PolicyDenied)
        {
            return exception.Code;
        }
        catch (TenantEncryptionException)
        {
            return await CodeOfWritingAsync(region, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<string?> CodeOfWritingAsync(KeyRegion region, CancellationToken cancellationToken)
    {
        try
        {
            await ScratchMessage.WriteAsync(_sealer, At(region), _tenant, _provider, Pair, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (TenantEncryptionException exception)
        {
            return exception.Code;
        }
    }

    private DrillStep Describe(Waiting done, string name, bool isRefused, TimeSpan waited)
    {
        bool isReached = done.InARow >= Answers;
        string observed = (isRefused, isReached) switch
        {
            (true, true) => $"KMS refuses to open the scratch message and to make another. A process that holds a key forgets it within {_tenant.KeyLease} of KMS's last answer, "
                + "and within a second once any process was refused.",
            (true, false) => $"KMS still opens the scratch message after {waited:c} ({done.LastCode ?? ErrorCodes.Success}).",
            (false, true) => "The scratch message reads again.",
            (false, false) => $"The scratch message does not read again after {waited:c} ({done.LastCode}).",
        };
        return new DrillStep
        {
            Name = name,
            Region = done.Region.Region,
            Outcome = isReached ? CheckOutcome.Passed : CheckOutcome.Failed,
            Code = isReached ? ErrorCodes.Success : done.LastCode ?? (_policies.Count > 1 ? ErrorCodes.ReplicaStillOpen : ErrorCodes.Unknown),
            Time = done.Changed.Time,
            Elapsed = isReached ? done.Since : waited,
            Observed = observed,
        };
    }

    private void TellOfTenant(TenantReadings readings)
    {
        string counted = $"{readings.Count - readings.Failed} of {readings.Count} readings of {readings.Subject}";
        _log.Add(new DrillStep
        {
            Name = "TenantUntouched",
            Outcome = readings.Failed == 0 ? CheckOutcome.Passed : CheckOutcome.Failed,
            Code = readings.FirstFailure?.Code ?? ErrorCodes.Success,
            Time = _time.GetUtcNow(),
            Observed = readings.FirstFailure is { } failure ? $"{counted} worked. {failure.Detail}" : $"{counted} worked throughout the drill.",
        });
    }

    private sealed class Waiting(KeyRegion region, (DateTimeOffset Time, long Timestamp) changed)
    {
        public KeyRegion Region => region;

        /// <summary>When the policy was changed whose effect is waited for.</summary>
        public (DateTimeOffset Time, long Timestamp) Changed => changed;

        public int InARow { get; private set; }

        public TimeSpan Since { get; private set; }

        public string? LastCode { get; private set; }

        public void Note(string? code, bool isReached, TimeSpan elapsed)
        {
            LastCode = code;
            Since = isReached && InARow == 0 ? elapsed : Since;
            InARow = isReached ? InARow + 1 : 0;
        }
    }
}
