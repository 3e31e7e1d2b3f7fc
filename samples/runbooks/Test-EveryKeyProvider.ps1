<#
.SYNOPSIS
    Tests every key provider and the event log, says what is wrong, and exits with what came of it.
.DESCRIPTION
    Exit codes: 0, all work; 1, at least one does not, or there was nothing to test; 2, something could not be tested at all. It changes nothing but the record of the last test.
.PARAMETER Path
    The store's folder; the default store when not given.
.PARAMETER TenantId
    The tenants, with wildcards.
.PARAMETER ResultPath
    A CSV file to which a line for each provider is added.
.EXAMPLE
    pwsh -NoProfile -File Test-EveryKeyProvider.ps1 -Path /srv/keys -ResultPath /var/log/key-providers.csv
#>
#Requires -Modules TenantEncryption
[CmdletBinding()]
param(
    [string] $Path,
    [string[]] $TenantId = '*',
    [string] $ResultPath
)

$ErrorActionPreference = 'Continue'
try {
    if ($Path) { Connect-TenantEncryption $Path -ErrorAction Stop }
    $results = @(
        # What is Deactivated is shut on purpose.
        Get-KeyProvider -TenantId $TenantId -Status Pending, Active, Archived -ErrorVariable untested | Test-KeyProvider -ErrorVariable +untested | ForEach-Object {
            $failed = $_.Checks.Where{ $_.Outcome -eq 'Failed' }
            [pscustomobject]@{
                Time     = $_.Time
                TenantId = $_.TenantId
                Name     = $_.Name
                Success  = $_.Success
                Code     = $_.Code
                Cause    = $failed.Observed -join ' '
                Remedy   = $failed.Remedy -join ' '
            }
        }
    )
    $log = Test-EncryptionEventLog -ErrorVariable +untested
}
catch {
    Write-Error $_
    exit 2
}

$results
if ($ResultPath) { $results | Export-Csv $ResultPath -Append }
if (-not $log.Success) { Write-Warning "The event log does not verify: $($log.Code). $($log.Detail)" }
if (-not $results) { Write-Warning 'There was no key provider to test.' }
if ($untested) { exit 2 }
exit [int](-not $results -or $results.Success -contains $false -or -not $log.Success)
