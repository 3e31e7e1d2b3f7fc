#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Builds, tests and packages: a name for each thing that is done with this repository. Each is a line or two of dotnet, which works without this script, too.
.DESCRIPTION
    Build        the solution; the importable module is left in out/TenantEncryption
    Test         every suite; the acceptance suite, with the PowerShell and the Pester of NuGet
    Acceptance   the acceptance suite alone
    Windows      the acceptance suite in PowerShell for Windows, under Wine
    Docs         the pages as a site, in out/site
    Package      the module for the Gallery, the libraries and the local KMS for NuGet, in out/packages
    Bench        the benchmarks of a first value and of files
.PARAMETER Task
    What to do, in this order.
.PARAMETER NoBuild
    What is needed is built already, as Release.
.EXAMPLE
    ./build.ps1 Build, Test, Package
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Acceptance', 'Windows', 'Docs', 'Package', 'Bench')]
    [string[]] $Task = 'Build',
    [switch] $NoBuild
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Set-StrictMode -Version 3

$solution = Join-Path $PSScriptRoot 'TenantEncryption.PS.sln'
$out = Join-Path $PSScriptRoot 'out'
$module = Join-Path $out 'TenantEncryption'
$packages = Join-Path $out 'packages'

function Invoke-Build { dotnet build $solution --configuration Release }

function Invoke-Test { dotnet test $solution --configuration Release --no-build }

function Invoke-Acceptance { dotnet test (Join-Path $PSScriptRoot 'tests/TenantEncryption.Acceptance.Tests') --configuration Release --no-build }

function Invoke-Windows { & (Join-Path $PSScriptRoot 'tests/Windows/check.sh') }

function Invoke-Docs {
    dotnet tool update docfx --version 2.81.0 --tool-path (Join-Path $out 'tools')
    & (Join-Path $out 'tools/docfx') build (Join-Path $PSScriptRoot 'docs/docfx.json')
}

function Invoke-Bench {
    & (Join-Path $PSScriptRoot 'tests/benchmarks/Measure-Shell.ps1')
    dotnet run --configuration Release --project (Join-Path $PSScriptRoot 'tests/benchmarks') -- files
}

# The module as the Gallery takes it: its manifest names each of its files.
function Export-Module {
    $staged = Join-Path $out 'staged/TenantEncryption'
    Remove-Item -LiteralPath (Split-Path $staged) -Recurse -Force -ErrorAction Ignore
    $null = New-Item -ItemType Directory (Split-Path $staged)
    Copy-Item -LiteralPath $module -Destination $staged -Recurse
    $files = Get-ChildItem -LiteralPath $staged -Recurse -File | ForEach-Object { [IO.Path]::GetRelativePath($staged, $_.FullName).Replace('\', '/') } | Sort-Object
    $manifest = Join-Path $staged 'TenantEncryption.psd1'
    $text = [IO.File]::ReadAllText($manifest)
    [IO.File]::WriteAllText($manifest, $text.Replace('FileList             = @()', "FileList             = @($(($files | ForEach-Object { "'$_'" }) -join ', '))"))
    Compress-PSResource -Path $staged -DestinationPath $packages
}

function Invoke-Package {
    Remove-Item -LiteralPath $packages -Recurse -Force -ErrorAction Ignore
    $null = New-Item -ItemType Directory $packages
    dotnet pack $solution --configuration Release --no-build --output $packages
    Export-Module
    Get-ChildItem -LiteralPath $packages
}

if (-not $NoBuild -and 'Build' -notin $Task) { Invoke-Build }
foreach ($one in 'Build', 'Test', 'Acceptance', 'Windows', 'Docs', 'Package', 'Bench' | Where-Object { $_ -in $Task }) { & "Invoke-$one" }
