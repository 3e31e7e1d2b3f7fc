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
    Package      the module for the Gallery, the libraries and the local KMS for NuGet, each with its bill of materials, in out/packages
    Reproduce    that, and once more from a copy of the sources in another folder: fails where a byte differs, and prints the hashes
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
    [ValidateSet('Build', 'Test', 'Acceptance', 'Windows', 'Docs', 'Package', 'Reproduce', 'Bench')]
    [string[]] $Task = 'Build',
    [switch] $NoBuild
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Set-StrictMode -Version 3

$solution = Join-Path $PSScriptRoot 'TenantEncryption.PS.sln'
$shipped = Join-Path $PSScriptRoot 'build/Shipped.slnf'
$out = Join-Path $PSScriptRoot 'out'
$module = Join-Path $out 'TenantEncryption'
$packages = Join-Path $out 'packages'

Import-Module (Join-Path $PSScriptRoot 'build/Packages.psm1')

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

function Invoke-Package {
    Remove-Item -LiteralPath $packages -Recurse -Force -ErrorAction Ignore
    $null = New-Item -ItemType Directory $packages
    $projects = Get-ChildItem (Join-Path $PSScriptRoot 'src/*/*.csproj') | Where-Object { Select-String -LiteralPath $_ -SimpleMatch '<IsPackable>true<' -Quiet }
    $bills = Join-Path $out 'bills'
    Export-BillOfMaterials $bills $projects
    dotnet pack $shipped --configuration Release --no-build --output $packages "-p:BillsOfMaterials=$bills" "-p:DeterministicTimestamp=$((Get-SourceTime).ToUnixTimeSeconds())"
    Export-Module $module (Join-Path $bills 'module.cdx.json') $packages
    Get-ChildItem -LiteralPath $packages
}

function Invoke-Reproduce {
    $null = Invoke-Package
    $other = Join-Path ([IO.Path]::GetTempPath()) "tenantencryption-$(New-Guid)"
    try {
        Copy-Source $other
        # Analyzers change nothing of what is made.
        $env:RunAnalyzers = 'false'
        $null = & (Join-Path $other 'build.ps1') Package
        $differences = Compare-Package $packages (Join-Path $other 'out/packages')
    }
    finally {
        Remove-Item env:RunAnalyzers -ErrorAction Ignore
        Remove-Item -LiteralPath $other -Recurse -Force -ErrorAction Ignore
    }
    if ($differences) { throw $differences -join [Environment]::NewLine }
    Get-ChildItem -LiteralPath $packages | Get-FileHash | ForEach-Object { "$($_.Hash.ToLowerInvariant())  $(Split-Path $_.Path -Leaf)" }
}

if (-not $NoBuild -and 'Build' -notin $Task) { dotnet build $(if ($Task | Where-Object { $_ -notin 'Package', 'Reproduce' }) { $solution } else { $shipped }) --configuration Release }
foreach ($one in 'Build', 'Test', 'Acceptance', 'Windows', 'Docs', 'Package', 'Reproduce', 'Bench' | Where-Object { $_ -in $Task }) { & "Invoke-$one" }
