#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Runs the acceptance suite on the built module, with Pester 5 or later. The last line is "N passed, N failed, N skipped".
.PARAMETER Path
    The test files; all when not given, that of credentials first: the AWS SDK reads AWS_CONFIG_FILE once in a process.
#>
[CmdletBinding()]
param([string[]] $Path = (Get-ChildItem $PSScriptRoot -Filter *.Tests.ps1 | Sort-Object { $_.Name -ne 'Credentials.Tests.ps1' }, Name).FullName)

$ErrorActionPreference = 'Stop'
Import-Module Pester -MinimumVersion 5.0
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Detailed'
$result = Invoke-Pester -Configuration $configuration
Write-Host "$($result.PassedCount) passed, $($result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount) failed, $($result.SkippedCount) skipped"
exit [int]($result.Result -ne 'Passed')
