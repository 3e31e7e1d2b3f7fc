#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Runs the acceptance suite and this folder's tests on Windows, or what stands in for it. The last line is "N passed, N failed, N skipped".
.DESCRIPTION
    Under Wine a test that known-gaps.psd1 names is expected to fail: it counts as skipped. One that passes all the same counts as failed, so that the list
    stays true, and so does a name in it that no test has.
.PARAMETER Name
    The test files, without .Tests.ps1, separated by commas; all when not given.
#>
[CmdletBinding()]
param(
    [string] $Name
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module Pester -MinimumVersion 5.0
$names = $Name.Split(',', [StringSplitOptions]::RemoveEmptyEntries)

# That of credentials first: the AWS SDK reads AWS_CONFIG_FILE once in a process.
$files = Get-ChildItem (Join-Path $PSScriptRoot ../Acceptance), $PSScriptRoot -Filter *.Tests.ps1 |
    Where-Object { -not $names -or ($_.Name -replace '\.Tests\.ps1$') -in $names } |
    Sort-Object { $_.Name -ne 'Credentials.Tests.ps1' }, Name
$configuration = New-PesterConfiguration
$configuration.Run.Path = $files.FullName
$configuration.Run.PassThru = $true
$result = Invoke-Pester -Configuration $configuration

$isWine = Test-Path HKCU:\Software\Wine
$gaps = $isWine ? (Import-PowerShellDataFile (Join-Path $PSScriptRoot known-gaps.psd1)) : @{}
foreach ($test in $result.Tests) {
    $title = "$((Split-Path -Leaf $test.ScriptBlock.File) -replace '\.Tests\.ps1$'): $($test.ExpandedPath)"
    $test | Add-Member -NotePropertyMembers @{ Title = $title; Gap = $gaps.Keys.Where({ $title -like $_ }, 'First') }
}

# The tests below a block or a file: where its preparation needs what is missing, it fails with all of them.
function Get-Test($Of) { $Of.Tests; foreach ($block in $Of.Blocks) { Get-Test $block } }
$failed = 0
$known = 0
foreach ($group in @($result.FailedContainers) + @($result.FailedBlocks)) {
    $tests = @(Get-Test $group)
    if (-not $tests -or $tests.Where{ -not $_.Gap }) {
        $failed++
        Write-Host "FAILED: $($group.Item ?? $group.ExpandedPath): its preparation"
    }
}

foreach ($test in $result.Tests) {
    if ($test.Result -eq 'Failed' -and $test.Gap) {
        $known++
        Write-Host "KNOWN GAP: $($test.Title): $($gaps[$test.Gap[0]])"
    }
    elseif ($test.Result -eq 'Failed') {
        $failed++
        Write-Host "FAILED: $($test.Title)"
    }
    elseif ($test.Result -eq 'Passed' -and $test.Gap) {
        $failed++
        Write-Host "FAILED: $($test.Title): known-gaps.psd1 names it, and it passes. Take it out."
    }
    elseif ($test.Result -eq 'Skipped') {
        Write-Host "SKIPPED: $($test.Title)"
    }
}

if (-not $names) {
    foreach ($gap in $gaps.Keys.Where{ $_ -notin $result.Tests.Gap }) {
        $failed++
        Write-Host "FAILED: $($gap): known-gaps.psd1 names it, and there is no such test."
    }
}

$passed = $result.PassedCount
Write-Host "$passed passed, $failed failed, $($result.SkippedCount + $known) skipped"
exit [int]($failed -gt 0 -or $passed -eq 0)
