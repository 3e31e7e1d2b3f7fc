#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Builds, tests and packages the module: a thin convenience over dotnet and Pester.
.DESCRIPTION
    Without a switch it builds the solution and leaves the importable module in out/TenantEncryption.
.PARAMETER Test
    Also runs every suite; the acceptance suite, with the PowerShell and the Pester of NuGet.
.PARAMETER Package
    Also writes the module as out/TenantEncryption.<version>.zip.
.EXAMPLE
    ./build.ps1 -Test
#>
[CmdletBinding()]
param(
    [switch] $Test,
    [switch] $Package
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Set-StrictMode -Version 3

$solution = Join-Path $PSScriptRoot 'TenantEncryption.PS.sln'
$module = Join-Path $PSScriptRoot 'out' 'TenantEncryption'

dotnet build $solution --configuration Release

if ($Test) {
    dotnet test $solution --configuration Release --no-build
}

if ($Package) {
    $version = (Import-PowerShellDataFile (Join-Path $module 'TenantEncryption.psd1')).ModuleVersion
    $archive = Join-Path $PSScriptRoot 'out' "TenantEncryption.$version.zip"
    Compress-Archive -Path $module -DestinationPath $archive -Force
    Get-Item -LiteralPath $archive
}
