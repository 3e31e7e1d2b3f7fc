<#
.SYNOPSIS
    Makes tenants and moves each to its key, from a CSV file; run again, it does what is missing.
.DESCRIPTION
    Columns: TenantId, Platform, KeyArn; and, as they are needed, Name, Region, Organization, KeyName, ContextValue. A row without a KeyArn stays under the internal KMS. A row that fails is told and ends
    nothing: its key stays Pending. Exit codes: 0, every row is done; 1, at least one is not, or there was none.
.PARAMETER CsvPath
    The file.
.PARAMETER Path
    The store's folder; the default store when not given.
.PARAMETER Parameter
    What the platform's key policy needs beside the rows' values, as New-KeyProvider takes it.
.EXAMPLE
    pwsh -NoProfile -File Add-TenantFromCsv.ps1 tenants.csv -Path /srv/keys
#>
#Requires -Modules TenantEncryption
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [string] $CsvPath,
    [string] $Path,
    [hashtable] $Parameter = @{}
)

$ErrorActionPreference = 'Stop'
if ($Path) { Connect-TenantEncryption $Path }

function Select-Given($Row, [string[]] $Column) {
    $given = @{}
    foreach ($name in $Column) { if ($Row.PSObject.Properties[$name] -and $Row.$name) { $given[$name] = $Row.$name } }
    $given
}

$results = foreach ($row in Import-Csv $CsvPath) {
    $result = [pscustomobject]@{ TenantId = $row.TenantId; Done = $false; Provider = ''; Status = ''; Detail = '' }
    try {
        $change = (Get-EncryptionPlatform $row.Platform).Lifecycle.KeyChange
        $key = Select-Given $row KeyArn, ContextValue
        if ($key.Count -and $Parameter.Count) { $key.Parameter = $Parameter }
        if (-not (Get-EncryptionTenant $row.TenantId -ErrorAction SilentlyContinue)) {
            $new = Select-Given $row TenantId, Platform, Name, Region, Organization
            # Where a key can't be changed, the tenant begins with it.
            if ($change -eq 'Never') { $new += $key }
            $null = New-EncryptionTenant @new
        }
        if ($row.KeyArn -and $change -ne 'Never') {
            $name = $row.PSObject.Properties['KeyName'] ? $row.KeyName : "$($row.TenantId)-cmk"
            $provider = Get-KeyProvider $name -TenantId $row.TenantId -ErrorAction SilentlyContinue
            if (-not $provider) {
                $how = $change -eq 'Activate' ? @{ Activate = $true } : @{ Migrate = $true }
                $null = New-KeyProvider -TenantId $row.TenantId -Name $name @key @how -Confirm:$false
            }
            elseif (-not $provider.Current) {
                if ($change -eq 'Activate') { Enable-KeyProvider $provider -Confirm:$false } else { $null = Start-KeyMigration -TenantId $row.TenantId -To $provider -Confirm:$false }
            }
        }
        if (-not $WhatIfPreference) {
            $current = Get-KeyProvider -TenantId $row.TenantId -Current
            $result.Provider, $result.Status = $current.Name, $current.Status
        }
        $result.Done = -not $WhatIfPreference
    }
    catch {
        $result.Detail = "$($_.FullyQualifiedErrorId -replace ',.*'): $_"
    }
    $result
}

$results
exit [int](-not $results -or (-not $WhatIfPreference -and $results.Done -contains $false))
