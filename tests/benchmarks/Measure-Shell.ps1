#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Measures what a person waits for in a new PowerShell: the import, the first value, the first value whose key is in KMS; and values through the pipeline.
.DESCRIPTION
    Each figure is the median over new processes, in milliseconds of the command itself: what starting PowerShell takes is not part of it. Processor is the time of
    all processors that it took, of the pipeline for each value: what counts where the machine is not quiet. Several modules are measured in turn, so that two builds are compared in one run. KMS is the local one, on this machine.
.PARAMETER Module
    The folders of the modules.
.PARAMETER Rounds
    New processes a figure.
.PARAMETER Count
    Values of 1 KiB through the pipeline, each way; none when 0.
.EXAMPLE
    dotnet pwsh -Command tests/benchmarks/Measure-Shell.ps1 -Module out/TenantEncryption, ../before/out/TenantEncryption
#>
[CmdletBinding()]
param(
    [string[]] $Module = (Join-Path $PSScriptRoot '../../out/TenantEncryption'),
    [ValidateRange(1, 99)] [int] $Rounds = 9,
    [ValidateRange(0, 1000000)] [int] $Count = 100000
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3
Import-Module (Join-Path $PSScriptRoot '../../samples/LocalKms/LocalKms.psm1')
$sandboxModule = Import-Module (Join-Path $PSScriptRoot '../Acceptance/Sandbox.psm1') -PassThru

$scripts = [ordered]@{
    'Import-Module'            = 'Watch { Import-Module $module }'
    'first value'              = 'Import-Module $module; Watch { "a value" | Protect-TenantData -TenantId acme }'
    'first value, key in KMS'  = 'Import-Module $module; Watch { "a value" | Protect-TenantData -TenantId globex }'
    'both from nothing'        = 'Watch { Import-Module $module; "a value" | Protect-TenantData -TenantId acme }'
}
$prelude = '$ErrorActionPreference = "Stop"; $ProgressPreference = "SilentlyContinue"; function Watch($Script) { $watch = [Diagnostics.Stopwatch]::StartNew(); $spent = [Environment]::CpuUsage.TotalTime; $null = & $Script; [Console]::Out.WriteLine([string]::Join(" ", $watch.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture), ([Environment]::CpuUsage.TotalTime - $spent).TotalMilliseconds.ToString([cultureinfo]::InvariantCulture))) }; '

function Invoke-Shell([string] $Script) {
    $start = & $sandboxModule { param($Argument) New-ShellStart $Argument } @('-NoProfile', '-NonInteractive', '-EncodedCommand', [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($Script)))
    $start.RedirectStandardOutput = $true
    $process = [System.Diagnostics.Process]::Start($start)
    $output = $process.StandardOutput.ReadToEnd()
    $process.WaitForExit()
    if ($process.ExitCode -ne 0) { throw "A measured PowerShell ended with $($process.ExitCode): $output" }
    foreach ($line in $output.Trim() -split '\r?\n') {
        $elapsed, $processor = (-split $line).ForEach{ [double]::Parse($_, [cultureinfo]::InvariantCulture) }
        [pscustomobject]@{ Elapsed = $elapsed; Processor = $processor }
    }
}

function Get-Median([double[]] $Value) { ($Value | Sort-Object)[[int][math]::Floor($Value.Count / 2)] }

$work = (New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "te-shell-$([guid]::NewGuid().ToString('N'))")).FullName
$kms = Start-LocalKms
try {
    foreach ($name in 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY') { Set-Item "env:$name" 'local' }
    $key = (Invoke-LocalKms $kms CreateKey @{ Description = 'measured' }).KeyMetadata
    $modules = @(foreach ($path in $Module) { Convert-Path -LiteralPath $path })
    # Each build has a store of its own: another may have another schema.
    $prefixes = for ($i = 0; $i -lt $modules.Count; $i++) {
        $place = "`$env:TENANTENCRYPTION_HOME = '$work/store$i'; `$env:XDG_CONFIG_HOME = '$work/config'; `$module = '$($modules[$i])'; $prelude"
        $null = New-Item -ItemType Directory "$work/store$i"
        Invoke-Shell ($place + "Watch { Import-Module `$module; New-EncryptionTenant acme; New-EncryptionTenant globex; New-KeyProvider -TenantId globex -Name cmk -KeyArn $($key.Arn) -EndpointUrl $($kms.Url) -Activate }") | Out-Null
        $place
    }

    $taken = @{}
    for ($round = 0; $round -lt $Rounds; $round++) {
        foreach ($name in $scripts.Keys) {
            for ($i = 0; $i -lt $modules.Count; $i++) {
                $taken["$i $name"] += @(Invoke-Shell (@($prefixes)[$i] + $scripts[$name]))
            }
        }
    }
    for ($i = 0; $i -lt $modules.Count; $i++) {
        foreach ($name in $scripts.Keys) {
            $values = $taken["$i $name"]
            [pscustomobject]@{ Module = $modules[$i]; Work = $name; Median = [math]::Round((Get-Median $values.Elapsed)); Best = [math]::Round(($values.Elapsed | Measure-Object -Minimum).Minimum); Processor = [math]::Round((Get-Median $values.Processor)); Unit = 'ms' }
        }
    }

    if ($Count -gt 0) {
        # First what a script does that keeps its results, in a process that compiles as it goes; then the same again, passed on.
        $ways = 'protect', 'unprotect', 'protect, again', 'unprotect, again'
        $pipeline = "Import-Module `$module; `$value = 'x' * 1024; `$null = `$value | Protect-TenantData -TenantId acme
            Watch { `$script:protected = 1..$Count | ForEach-Object { `$value } | Protect-TenantData -TenantId acme }
            Watch { `$script:read = `$script:protected | Unprotect-TenantData }
            Watch { 1..$Count | ForEach-Object { `$value } | Protect-TenantData -TenantId acme | Out-Null }
            Watch { `$script:protected | Unprotect-TenantData | Out-Null }"
        for ($round = 0; $round -lt [math]::Min(3, $Rounds); $round++) {
            for ($i = 0; $i -lt $modules.Count; $i++) {
                $all = @(Invoke-Shell (@($prefixes)[$i] + $pipeline))
                for ($way = 0; $way -lt $ways.Count; $way++) { $taken["$i $($ways[$way])"] += @($all[$way]) }
            }
        }
        for ($i = 0; $i -lt $modules.Count; $i++) {
            foreach ($way in $ways) {
                $rates = $taken["$i $way"].Elapsed.ForEach{ $Count / $_ * 1000 }
                $processor = (Get-Median $taken["$i $way"].Processor) / $Count * 1000
                [pscustomobject]@{ Module = $modules[$i]; Work = "values of 1 KiB, $way"; Median = [math]::Round((Get-Median $rates)); Best = [math]::Round(($rates | Measure-Object -Maximum).Maximum); Processor = [math]::Round($processor, 1); Unit = '1/s, µs' }
            }
        }
    }
}
finally {
    Stop-LocalKms $kms
    Remove-Item -LiteralPath $work -Recurse -Force
}
