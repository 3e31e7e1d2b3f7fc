using TenantEncryption.Keys.Root;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>A store that is open in this process, and how many cmdlets are in it. It closes when it is retired and the last one is out.</summary>
internal sealed class OpenStore
{
    private readonly object _gate = new();
    private readonly ConnectionSettings _settings;
    private readonly Lazy<Task<TenantEncryptionService>> _service;
    private int _users;
    private bool _retired;

    /// <summary>Makes it; it opens at the first use.</summary>
    /// <param name="settings">How to open it; this object owns their secrets.</param>
    public OpenStore(ConnectionSettings settings)
    {
        _settings = settings;
        _service = new Lazy<Task<TenantEncryptionService>>(() => Task.Run(OpenAsync));
    }

    /// <summary>Whether opening it failed; it can't be used then.</summary>
    public bool HasFailed => _service is { IsValueCreated: true, Value: { IsFaulted: true } or { IsCanceled: true } };

    /// <summary>Enters it, unless it is retired.</summary>
    /// <returns>Whether the caller is in; <see cref="LeaveAsync"/> must follow.</returns>
    public bool TryEnter()
    {
        lock (_gate)
        {
            _users += _retired ? 0 : 1;
            return !_retired;
        }
    }

    /// <summary>The service of an entered store. Opening it is shared, so one caller's cancellation ends only its own waiting.</summary>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <returns>The service.</returns>
    public Task<TenantEncryptionService> ServiceAsync(CancellationToken cancellationToken) => _service.Value.WaitAsync(cancellationToken);

    /// <summary>Leaves it; the last one out of a retired store closes it.</summary>
    /// <returns>When it is left, and closed if that was due.</returns>
    public ValueTask LeaveAsync()
    {
        lock (_gate)
        {
            _users--;
        }

        return CloseWhenEmptyAsync();
    }

    /// <summary>Lets nobody in any more and forgets plaintext keys at once.</summary>
    /// <returns>When it is closed, if nobody was in; else at once.</returns>
    public ValueTask RetireAsync()
    {
        lock (_gate)
        {
            if (_retired)
            {
                return ValueTask.CompletedTask;
            }

            _retired = true;
        }

        if (_service is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            _service.Value.Result.Keys.ClearLeases();
        }

        return CloseWhenEmptyAsync();
    }

    private async ValueTask CloseWhenEmptyAsync()
    {
        lock (_gate)
        {
            if (!_retired || _users != 0)
            {
                return;
            }

            // Nobody closes it twice.
            _users = -1;
        }

        if (_service is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await _service.Value.Result.DisposeAsync().ConfigureAwait(false);
        }

        _settings.Dispose();
    }

    private async Task<TenantEncryptionService> OpenAsync()
    {
        TenantEncryptionService service = await TenantEncryptionService.OpenAsync(
            Adapters.CreateStore(_settings),
            () => Adapters.CreateKms(_settings.Credentials),
            new TenantEncryptionOptions
            {
                RootKeyVault = VaultOf(_settings),
                KeyLease = _settings.KeyLease,
                ObjectStore = () => Adapters.CreateObjectStore(_settings.Credentials),
                OnKmsCall = call => AsyncCmdlet.Running?.Tell(call.ToString()),
                OnWarning = text => AsyncCmdlet.Running?.Warn(text),
            },
            CancellationToken.None).ConfigureAwait(false);
        if (_settings.MachineScope && (await service.DescribeAsync().ConfigureAwait(false)).RootKeyProtection is not RootKeyProtection.DpapiMachine and var kept)
        {
            AsyncCmdlet.Running?.Warn($"The root key of this store is kept as {kept}: -MachineScope is for new stores on Windows.");
        }

        if (service.IsNew && DefaultStore.IsNamedFolder && DefaultStore.Address == _settings.Address)
        {
            AsyncCmdlet.Running?.Warn($"A new store was made in '{_settings.Address}', which {DefaultStore.FolderVariable} names, with a root key of its own.");
        }

        return service;
    }

    private static IRootKeyVault VaultOf(ConnectionSettings settings) => settings switch
    {
        { RootKeyBackup: { } backup } => backup.AsVault(settings.Passphrase!),
        { RootKeyArn: { } keyArn } => new KmsRootKeyVault(keyArn),
        { Passphrase: { } passphrase } => new PassphraseRootKeyVault(passphrase),
        _ => new FileRootKeyVault(machineScope: settings.MachineScope),
    };
}
