#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
<#
    Pipes a provider, a tenant, a name, a migration and a file into every cmdlet that takes pipeline input and asserts what ran. 'refused' means that nothing
    ran and an error says so.
#>
BeforeDiscovery {
    # Cmdlet, its other arguments, what it gives as text, and what is expected of each kind of input.
    $cases = @(
        @{ Cmdlet = 'Test-KeyProvider'; Show = { "$($_.TenantId)/$($_.Name)" }
            Provider = 'acme/cmk'; Tenant = 'acme/Internal KMS', 'acme/cmk'; Name = 'acme/cmk'; Migration = 'acme/Internal KMS', 'acme/cmk'; File = 'refused' }
        @{ Cmdlet = 'Get-KeyHistory'; Show = { $_.Name }; Unique = $true
            Provider = 'cmk'; Tenant = 'Internal KMS', 'cmk'; Name = 'cmk'; Migration = 'Internal KMS', 'cmk'; File = 'refused' }
        @{ Cmdlet = 'Get-KeyEncryptionKey'; Show = { $_.TenantId }; Unique = $true
            Provider = 'acme'; Tenant = 'acme'; Name = 'acme'; Migration = 'acme'; File = 'refused' }
        @{ Cmdlet = 'Get-KeyProvider'; Show = { "$($_.TenantId)/$($_.Name)" }
            Provider = 'acme/Internal KMS', 'acme/cmk'; Tenant = 'acme/Internal KMS', 'acme/cmk'; Name = 'acme/cmk'; Migration = 'acme/Internal KMS', 'acme/cmk'; File = 'refused' }
        @{ Cmdlet = 'Get-EncryptionTenant'; Show = { $_.TenantId }
            Provider = 'acme'; Tenant = 'acme'; Name = 'TENANT_NOT_FOUND'; Migration = 'acme'; File = 'refused' }
        @{ Cmdlet = 'Get-KeyMigration'; Show = { $_.TenantId }; Unique = $true
            Provider = 'MIGRATION_NOT_FOUND'; Tenant = 'acme'; Name = 'MIGRATION_NOT_FOUND'; Migration = 'acme'; File = 'refused' }
        @{ Cmdlet = 'Get-EncryptionPlatform'; Show = { $_.Name }
            Provider = 'refused'; Tenant = 'refused'; Name = 'INVALID_INPUT'; Migration = 'refused'; File = 'refused' }
        @{ Cmdlet = 'Resume-KeyMigration'; Arguments = @{ PassThru = $true }; Show = { $_.TenantId }
            Provider = 'MIGRATION_NOT_FOUND'; Tenant = 'refused'; Name = 'refused'; Migration = 'acme'; File = 'refused' }
        @{ Cmdlet = 'Stop-KeyMigration'; Arguments = @{ PassThru = $true }; Show = { $_.TenantId }
            Provider = 'MIGRATION_NOT_FOUND'; Tenant = 'refused'; Name = 'refused'; Migration = 'TRANSITION_FORBIDDEN'; File = 'refused' }
        @{ Cmdlet = 'Measure-KeyMigration'; Arguments = @{ To = 'Internal' }; Show = { $_.TenantId }
            Provider = 'acme'; Tenant = 'acme'; Name = 'refused'; Migration = 'acme'; File = 'refused' }
        @{ Cmdlet = 'Start-KeyMigration'; Arguments = @{ To = 'cmk' }; Show = { $_.TenantId }
            Provider = 'acme'; Tenant = 'acme'; Name = 'refused'; Migration = 'acme'; File = 'refused' }
        @{ Cmdlet = 'Get-TenantMessage'; Show = { Split-Path -Leaf $_.Path }
            Provider = 'file.txt.tenc'; Tenant = 'file.txt.tenc'; Name = 'file.txt.tenc'; Migration = 'file.txt.tenc'; File = 'NOT_A_MESSAGE' }
        @{ Cmdlet = 'Get-EncryptionEvent'; Arguments = @{ Newest = 1 }; Show = { $_.TenantId }
            Provider = 'acme'; Tenant = 'acme'; Name = 'refused'; Migration = 'acme'; File = 'refused' }
        @{ Cmdlet = 'Protect-TenantData'; Arguments = @{ TenantId = 'acme'; Force = $true }; Show = { if ($_ -is [string]) { $_ | Unprotect-TenantData } else { Split-Path -Leaf $_.Source } }
            Provider = 'INVALID_INPUT'; Tenant = 'INVALID_INPUT'; Name = 'cmk'; Migration = 'INVALID_INPUT'; File = 'file.txt' }
        @{ Cmdlet = 'Unprotect-TenantData'; Show = { $_ }
            Provider = 'INVALID_INPUT'; Tenant = 'INVALID_INPUT'; Name = 'NOT_A_MESSAGE'; Migration = 'INVALID_INPUT'; File = 'INVALID_INPUT' }
        @{ Cmdlet = 'Test-TenantData'; Show = { $_.Code }
            Provider = 'INVALID_INPUT'; Tenant = 'INVALID_INPUT'; Name = 'NOT_A_MESSAGE'; Migration = 'INVALID_INPUT'; File = 'NOT_A_MESSAGE' }
        @{ Cmdlet = 'Update-TenantDataCatalog'; Show = { $_.Code }
            Provider = 'refused'; Tenant = 'refused'; Name = 'refused'; Migration = 'refused'; File = 'NOT_A_MESSAGE' }
        @{ Cmdlet = 'Update-KeyEncryptionKey'; Show = { $_.TenantId }
            Provider = 'acme'; Tenant = 'acme'; Name = 'refused'; Migration = 'acme'; File = 'refused' }
        @{ Cmdlet = 'Invoke-KeyProviderDrill'; Arguments = @{ Drill = 'Failover' }; Show = { $_.Name }
            Provider = 'REPLICA_MISSING'; Tenant = 'refused'; Name = 'REPLICA_MISSING'; Migration = 'refused'; File = 'refused' }
        @{ Cmdlet = 'Enable-KeyProvider'; Arguments = @{ PassThru = $true }; Show = { $_.Name }
            Provider = 'cmk'; Tenant = 'refused'; Name = 'cmk'; Migration = 'refused'; File = 'refused' }
        @{ Cmdlet = 'Disable-KeyProvider'; Arguments = @{ Confirm = $false }; Show = { $_.Name }
            Provider = 'TRANSITION_FORBIDDEN'; Tenant = 'refused'; Name = 'TRANSITION_FORBIDDEN'; Migration = 'refused'; File = 'refused' }
        @{ Cmdlet = 'Restore-KeyProvider'; Arguments = @{ PassThru = $true }; Show = { $_.Name }
            Provider = 'TRANSITION_FORBIDDEN'; Tenant = 'refused'; Name = 'TRANSITION_FORBIDDEN'; Migration = 'refused'; File = 'refused' }
        @{ Cmdlet = 'Remove-KeyProvider'; Arguments = @{ Confirm = $false }; Show = { $_.Name }
            Provider = 'TRANSITION_FORBIDDEN'; Tenant = 'refused'; Name = 'TRANSITION_FORBIDDEN'; Migration = 'refused'; File = 'refused' }
        @{ Cmdlet = 'New-KeyProvider'; Arguments = @{ KeyArn = 'nonsense:'; Name = 'new' }; Show = { $_.Name }
            Provider = 'INVALID_ARN'; Tenant = 'INVALID_ARN'; Name = 'refused'; Migration = 'INVALID_ARN'; File = 'refused' }
        @{ Cmdlet = 'New-EncryptionTenant'; Show = { $_.TenantId }
            Provider = 'TENANT_EXISTS'; Tenant = 'TENANT_EXISTS'; Name = 'refused'; Migration = 'TENANT_EXISTS'; File = 'refused' }
        @{ Cmdlet = 'Get-KeyPolicy'; Arguments = @{ User = 'arn:aws:iam::111122223333:role/app' }; Show = { $_.Platform }
            Provider = 'standalone'; Tenant = 'refused'; Name = 'standalone'; Migration = 'refused'; File = 'refused' }
        @{ Cmdlet = 'Set-KeyPolicy'; Arguments = @{ User = 'arn:aws:iam::111122223333:role/app'; Confirm = $false; PassThru = $true }; Show = { $_.Region }
            Provider = 'eu-west-1'; Tenant = 'refused'; Name = 'eu-west-1'; Migration = 'refused'; File = 'refused' }
        @{ Cmdlet = 'Test-KeyPolicy'; Arguments = @{ Principal = '111122223333'; Action = 'kms:Decrypt' }; Show = { $_.Code }
            Provider = 'INVALID_INPUT'; Tenant = 'INVALID_INPUT'; Name = 'MALFORMED_POLICY'; Migration = 'INVALID_INPUT'; File = 'INVALID_INPUT' }
        @{ Cmdlet = 'Get-MasterKey'; Show = { $_.Providers.Name }
            Provider = 'cmk'; Tenant = 'refused'; Name = 'INVALID_ARN'; Migration = 'refused'; File = 'refused' }
        @{ Cmdlet = 'Update-MasterKey'; Arguments = @{ Description = 'piped' }; Show = { $_.Providers.Name }
            Provider = 'cmk'; Tenant = 'refused'; Name = 'INVALID_ARN'; Migration = 'refused'; File = 'refused' }
        @{ Cmdlet = 'Disable-MasterKey'; Arguments = @{ PassThru = $true; Confirm = $false }; Show = { $_.State }
            Provider = 'Disabled'; Tenant = 'refused'; Name = 'INVALID_ARN'; Migration = 'refused'; File = 'refused' }
        @{ Cmdlet = 'Enable-MasterKey'; Arguments = @{ PassThru = $true }; Show = { $_.State }
            Provider = 'Enabled'; Tenant = 'refused'; Name = 'INVALID_ARN'; Migration = 'refused'; File = 'refused' }
        @{ Cmdlet = 'Remove-MasterKey'; Arguments = @{ Confirm = $false }; Show = { $_.State }
            Provider = 'HAS_DEPENDANTS'; Tenant = 'refused'; Name = 'INVALID_ARN'; Migration = 'refused'; File = 'refused' }
        @{ Cmdlet = 'Restore-MasterKey'; Arguments = @{ PassThru = $true; WarningAction = 'SilentlyContinue' }; Show = { $_.State }
            Provider = 'Enabled'; Tenant = 'refused'; Name = 'INVALID_ARN'; Migration = 'refused'; File = 'refused' }
        @{ Cmdlet = 'New-KeyGrant'; Arguments = @{ GranteePrincipal = 'arn:aws:iam::111122223333:role/piped' }; Show = { $_.TenantId }
            Provider = 'acme'; Tenant = 'refused'; Name = 'acme'; Migration = 'refused'; File = 'refused' }
        @{ Cmdlet = 'Get-KeyGrant'; Show = { $_.GranteePrincipal -replace '.*/' }
            Provider = 'piped'; Tenant = 'refused'; Name = 'piped'; Migration = 'refused'; File = 'refused' }
        @{ Cmdlet = 'Remove-KeyGrant'; Arguments = @{ GrantId = 'none'; Confirm = $false }; Show = { $_ }
            Provider = 'GRANT_NOT_FOUND'; Tenant = 'refused'; Name = 'GRANT_NOT_FOUND'; Migration = 'refused'; File = 'refused' }
        @{ Cmdlet = 'Set-KeyProvider'; Arguments = @{ Description = 'piped'; PassThru = $true }; Show = { $_.Name }
            Provider = 'cmk'; Tenant = 'refused'; Name = 'cmk'; Migration = 'refused'; File = 'refused' }
        @{ Cmdlet = 'Set-EncryptionTenant'; Arguments = @{ Name = 'piped'; PassThru = $true }; Show = { $_.TenantId }
            Provider = 'acme'; Tenant = 'acme'; Name = 'refused'; Migration = 'acme'; File = 'refused' }
        @{ Cmdlet = 'Remove-EncryptionTenant'; Arguments = @{ Confirm = $false }; Show = { $_ }
            Provider = 'HAS_DEPENDANTS'; Tenant = 'HAS_DEPENDANTS'; Name = 'refused'; Migration = 'HAS_DEPENDANTS'; File = 'refused' }
        @{ Cmdlet = 'Clear-KeyLease'; Arguments = @{ Verbose = $true }; Show = { $_ }
            Provider = 'acme'; Tenant = 'acme'; Name = 'refused'; Migration = 'acme'; File = 'refused' }
    )
    $tests = foreach ($case in $cases) {
        foreach ($kind in 'Provider', 'Tenant', 'Name', 'Migration', 'File') {
            @{ Cmdlet = $case.Cmdlet; Kind = $kind; Expected = $case.$kind; Show = $case.Show; Arguments = $case.Arguments ?? @{}; Unique = [bool] $case.Unique }
        }
    }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $null = New-TenantWithKey $sandbox acme cmk
    $null = New-EncryptionTenant globex
    $migration = Start-KeyMigration acme cmk
    Set-Content file.txt 'content'
    $null = Protect-TenantData file.txt -TenantId acme
    $inputs = @{
        Provider  = Get-KeyProvider cmk
        Tenant    = Get-EncryptionTenant acme
        Name      = 'cmk'
        Migration = $migration
        File      = Get-Item file.txt
    }
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'The pipeline' {
    It 'of a <Kind> into <Cmdlet> is <Expected>' -ForEach $tests {
        $errors = $null
        $output = $inputs[$Kind] | & $Cmdlet @Arguments -ErrorAction SilentlyContinue -ErrorVariable errors 4>&1
        $actual = @($output | ForEach-Object {
                if ($_ -is [System.Management.Automation.VerboseRecord]) { if ("$_" -match 'on target "(.+)"') { $Matches[1] } }
                else { & $Show }
            })
        if ($Unique) { $actual = @($actual | Select-Object -Unique) }
        $actual += @($errors | ForEach-Object {
                if ($_.FullyQualifiedErrorId -match '^(InputObjectNotBound|InputObjectMissingMandatory|AmbiguousParameterSet)') { 'refused' }
                else { $_.FullyQualifiedErrorId -replace ',.*' }
            })
        $actual | Should -Be $Expected
    }

    It 'of a deserialized provider is that of a provider' {
        $inputs.Provider | Export-Clixml provider.clixml
        (Import-Clixml provider.clixml | Test-KeyProvider).Name | Should -Be 'cmk'
    }

    It 'of a name that is not one is PROVIDER_NOT_FOUND' {
        { 'no such name' | Test-KeyProvider -ErrorAction Stop } | Should -Throw -ErrorId 'PROVIDER_NOT_FOUND,*'
    }
}
