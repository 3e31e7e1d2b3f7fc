#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Runs the acceptance suite on the built module, with Pester 5 or later. The last line is "N passed, N failed, N skipped".
.DESCRIPTION
    `dotnet test tests/TenantEncryption.Acceptance.Tests -c Release` runs it with the PowerShell and the Pester of NuGet; this script, with those at hand.
.PARAMETER Path
    The test files; all when not given, that of credentials first: the AWS SDK reads AWS_CONFIG_FILE once in a process.
.PARAMETER Pester
    The module, or the path of its manifest; where PowerShell has no Pester of its own, that which a build took from NuGet.
.PARAMETER ResultPath
    Where the results are written, too, as NUnit 3 XML.
#>
[CmdletBinding()]
param(
    [string[]] $Path = (Get-ChildItem $PSScriptRoot -Filter *.Tests.ps1 | Sort-Object { $_.Name -ne 'Credentials.Tests.ps1' }, Name).FullName,
    [string] $Pester = 'Pester',
    [string] $ResultPath
)

$ErrorActionPreference = 'Stop'
if (-not $PSBoundParameters.ContainsKey('Pester') -and -not (Get-Module Pester -ListAvailable | Where-Object Version -GE ([version] '5.0'))) {
    $packages = $env:NUGET_PACKAGES ?? (Join-Path $HOME '.nuget' 'packages')
    $Pester = (Get-ChildItem (Join-Path $packages 'pester' '*' 'tools' 'Pester.psd1') | Sort-Object { [version] $_.Directory.Parent.Name })[-1].FullName
}
Import-Module $Pester -MinimumVersion 5.0
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Detailed'
if ($ResultPath) {
    $configuration.TestResult.Enabled = $true
    $configuration.TestResult.OutputFormat = 'NUnit3'
    $configuration.TestResult.OutputPath = $ResultPath
}
$result = Invoke-Pester -Configuration $configuration
Write-Host "$($result.PassedCount) passed, $($result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount) failed, $($result.SkippedCount) skipped"
exit [int]($result.Result -ne 'Passed')
