#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# What the store in PostgreSQL has of its own. That all else is as on SQLite, the other files say: they are run on both.
BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot '../../samples/PostgreSql/LocalPostgreSql.psm1')
    $missing = -not (Test-LocalPostgreSql)
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    Import-Module (Join-Path $PSScriptRoot '../../samples/PostgreSql/LocalPostgreSql.psm1')
    if (Test-LocalPostgreSql) { $server = Start-LocalPostgreSql }
}

AfterAll {
    Exit-Sandbox $sandbox
    if ($server) { Stop-LocalPostgreSql $server }
}

Describe 'Connect-TenantEncryption to a database' -Skip:$missing {
    AfterEach {
        Disconnect-TenantEncryption
        Remove-Item -ErrorAction Ignore env:TENANTENCRYPTION_STORE
        $env:TENANTENCRYPTION_HOME = Join-Path $sandbox.Root store
    }

    It 'makes nothing where there is no store, unless it is asked to' {
        { Connect-TenantEncryption -ConnectionString $server.Owner } | Should -Throw -ErrorId 'STORE_NOT_FOUND,*'
        { Get-EncryptionTenant -ErrorAction Stop } | Should -Throw -ErrorId 'STORE_NOT_CONNECTED,*'
    }

    It 'makes it with -Create, for a role that owns nothing' {
        $made = Connect-TenantEncryption -ConnectionString $server.Owner -Create -ApplicationRole te_app -PassThru
        $made.Path | Should -Be "postgresql://127.0.0.1:$($server.Port)/tenants"
        $made.Capabilities.SharedByMachines | Should -BeTrue
        Disconnect-TenantEncryption

        Connect-TenantEncryption -ConnectionString $server.App -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $null = New-EncryptionTenant acme
        'a value' | Protect-TenantData -TenantId acme | Unprotect-TenantData | Should -Be 'a value'
        (Get-TenantEncryption).StoreId | Should -Be $made.StoreId
    }

    It 'warns who works as the role that owns the tables' {
        Connect-TenantEncryption -ConnectionString $server.Owner -WarningAction SilentlyContinue -WarningVariable warnings
        $warnings | Should -BeLike '*owns it: a second role*'
    }

    It 'takes the connection string as text and as a SecureString' {
        Connect-TenantEncryption -ConnectionString (ConvertTo-SecureString $server.App -AsPlainText -Force)
        (Get-EncryptionTenant).TenantId | Should -Be acme
    }

    It 'works in another schema where Search Path names one' {
        $other = Connect-TenantEncryption -ConnectionString "$($server.Owner);Search Path=other" -Create -PassThru -WarningAction SilentlyContinue
        $other.Path | Should -Be "postgresql://127.0.0.1:$($server.Port)/tenants?schema=other"
        Get-EncryptionTenant | Should -BeNullOrEmpty
        { Connect-TenantEncryption -ConnectionString "$($server.Owner);Search Path=one,two" } | Should -Throw -ErrorId 'INVALID_INPUT,*'
    }

    It 'is the default where TENANTENCRYPTION_STORE has the connection string' {
        Remove-Item env:TENANTENCRYPTION_HOME
        $env:TENANTENCRYPTION_STORE = $server.App
        (Get-EncryptionTenant).TenantId | Should -Be acme
        (Get-TenantEncryption).Path | Should -BeLike 'postgresql://*/tenants'
        (Invoke-Runbook '(Get-EncryptionTenant).TenantId').Output.Trim() | Should -Be acme
        $line = 'Get-EncryptionTenant -TenantId a'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be acme
    }

    It 'does not guess where two variables name a store' {
        $env:TENANTENCRYPTION_STORE = $server.App
        { Get-EncryptionTenant -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        $line = 'Get-EncryptionTenant -TenantId a'
        (TabExpansion2 $line $line.Length).CompletionMatches | Should -BeNullOrEmpty
        (Connect-TenantEncryption ./named -Create -PassThru).Path | Should -BeLike '*named*'
    }

    It 'is inherited by parallel runspaces' {
        Connect-TenantEncryption -ConnectionString $server.App
        1..4 | ForEach-Object -Parallel { "value $_" | Protect-TenantData -TenantId acme | Unprotect-TenantData } -ThrottleLimit 4 | Sort-Object | Should -Be 'value 1', 'value 2', 'value 3', 'value 4'
    }

    It 'says nothing of a connection string that it can not use: <Given>' -ForEach @(
        @{ Given = 'Host=127.0.0.1;Database=d;Password=hush;Nonsense=1' }
        @{ Given = 'Password=hush' }
        @{ Given = 'postgresql://somebody:hush@db.example.com/tenants' }
    ) {
        { Connect-TenantEncryption -ConnectionString $Given } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        $Error[0].Exception.ToString() | Should -Not -BeLike '*hush*'
    }

    It 'takes nothing else for a connection string' {
        { Connect-TenantEncryption -ConnectionString 42 } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
        { Connect-TenantEncryption -ConnectionString $server.App -ApplicationRole te_app } | Should -Throw -ErrorId 'INVALID_INPUT,*'
    }

    It 'says that the server lets a role not in' {
        { Connect-TenantEncryption -ConnectionString "Host=127.0.0.1;Port=$($server.Port);Database=tenants;Username=nobody;Password=hush" } | Should -Throw -ErrorId 'STORE_ACCESS_DENIED,*'
        $Error[0].Exception.ToString() | Should -Not -BeLike '*hush*'
    }

    It 'says that the server is away, and goes on when it is back' {
        Connect-TenantEncryption -ConnectionString "$($server.App);Timeout=2"
        $value = 'before' | Protect-TenantData -TenantId acme
        Stop-LocalPostgreSql $server -Keep
        { Connect-TenantEncryption -ConnectionString "$($server.App);Timeout=2" } | Should -Throw -ErrorId 'STORE_UNREACHABLE,*'
        Resume-LocalPostgreSql $server
        Connect-TenantEncryption -ConnectionString $server.App
        $value | Unprotect-TenantData | Should -Be before
    }

    It 'leaves a database that was taken back alone until that is accepted' {
        Connect-TenantEncryption -ConnectionString $server.App
        Save-LocalPostgreSql $server
        Connect-TenantEncryption -ConnectionString $server.App
        $null = Update-KeyEncryptionKey acme
        $later = 'later' | Protect-TenantData -TenantId acme
        Disconnect-TenantEncryption
        Restore-LocalPostgreSql $server

        Connect-TenantEncryption -ConnectionString $server.App
        { 'x' | Protect-TenantData -TenantId acme -ErrorAction Stop } | Should -Throw -ErrorId 'STORE_ROLLED_BACK,*'
        Connect-TenantEncryption -ConnectionString $server.App -AcceptRollback
        'x' | Protect-TenantData -TenantId acme | Unprotect-TenantData | Should -Be x
        # Its key is one that the restored store does not know.
        { $later | Unprotect-TenantData -ErrorAction Stop } | Should -Throw -ErrorId 'WRONG_KEY,*'
        (Test-EncryptionEventLog).Success | Should -BeTrue
    }
}
