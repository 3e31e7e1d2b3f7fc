#!/usr/bin/env pwsh
<#
.SYNOPSIS
    What pressing Tab costs with many tenants: the first time after the store was closed, and the median of nine after that, in milliseconds.
.PARAMETER Tenants
    How many tenants there are, each with its internal key provider.
.EXAMPLE
    dotnet pwsh -Command tests/benchmarks/Measure-Completion.ps1
#>
[CmdletBinding()]
param([ValidateRange(1, 1000000)] [int] $Tenants = 10000)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3
Import-Module (Join-Path $PSScriptRoot '../Acceptance/Sandbox.psm1')
$sandbox = Enter-Sandbox
try {
    $null = New-EncryptionTenant (1..$Tenants | ForEach-Object { 'tenant-{0:00000}' -f $_ }) -WarningAction SilentlyContinue
    # What PowerShell itself compiles the first time is not ours.
    $null = TabExpansion2 'Get-Process -Name pw' 20
    foreach ($line in 'Get-EncryptionTenant ', 'Get-EncryptionTenant tenant-0012', 'Get-KeyProvider ', 'Get-KeyProvider -TenantId tenant-00012 ', 'New-MasterKey x -TenantId tenant-00012 -Region ', 'Get-KeyMigration -Id ') {
        Disconnect-TenantEncryption
        $times = foreach ($round in 0..9) {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $found = (TabExpansion2 $line $line.Length).CompletionMatches
            $watch.Elapsed.TotalMilliseconds
        }
        [pscustomobject] @{ Line = $line; Offered = $found.Count; First = [math]::Round($times[0]); Later = [math]::Round(($times[1..9] | Sort-Object)[4], 1) }
    }
}
finally {
    Exit-Sandbox $sandbox
}
