#!/usr/bin/env pwsh
<#
.SYNOPSIS
    The main job, end to end, with cmdlets: no AWS account is needed.
.DESCRIPTION
    Protects every file of a folder for two tenants, starts the local KMS, registers a customer master key for one of them, tests it, moves the tenant to it,
    reads all back and compares byte for byte, shows that one tenant can't read the other's and that disabling the key shuts the data, and prints the events.
    It leaves nothing behind. The exit code is 1 when any of that is not so.
.PARAMETER Folder
    The folder whose files are protected; a small one is made when none is given.
.EXAMPLE
    dotnet build TenantEncryption.PS.sln -c Release; pwsh samples/Quickstart.ps1
#>
[CmdletBinding()]
param(
    [ValidateScript({ Test-Path -LiteralPath $_ -PathType Container }, ErrorMessage = "There is no folder '{0}'. Name one with files in it, or none: then the sample makes some.")]
    [string] $Folder
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3
Import-Module (Join-Path $PSScriptRoot '../out/TenantEncryption')
Import-Module (Join-Path $PSScriptRoot 'LocalKms/LocalKms.psm1')

$script:held = $script:failed = 0
function Confirm-Claim([string] $Claim, [bool] $Holds) {
    if ($Holds) { $script:held++ } else { $script:failed++ }
    Write-Host "$($Holds ? 'ok  ' : 'FAIL') $Claim"
}

function Get-ErrorCode([scriptblock] $Script) {
    try { $null = & $Script } catch [TenantEncryption.TenantEncryptionException] { $_.Exception.Code }
}

$work = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "te-quickstart-$([guid]::NewGuid().ToString('N'))")
$previous = $env:XDG_CONFIG_HOME
$localKms = $null
try {
    # Root keys are kept in the configuration folder, apart from the store; here both are in the scratch folder.
    $env:XDG_CONFIG_HOME = Join-Path $work 'config'
    if (-not $Folder) {
        $Folder = New-Item -ItemType Directory (Join-Path $work 'sample/reports')
        Set-Content (Join-Path $Folder 'summary.txt') 'Everything went well.'
        [IO.File]::WriteAllBytes((Join-Path $Folder 'figures.bin'), [System.Security.Cryptography.RandomNumberGenerator]::GetBytes(300000))
        $null = New-Item -ItemType File (Join-Path $Folder 'empty.log')
    }
    $Folder = Convert-Path -LiteralPath $Folder
    $files = Get-ChildItem -LiteralPath $Folder -Recurse -File

    # 1. A store, with the credentials of this session.
    Connect-TenantEncryption (Join-Path $work 'store') -Create -Credential ([pscredential]::new('local', (ConvertTo-SecureString 'local' -AsPlainText -Force)))

    # 2. Two tenants, whose files are protected. The second keeps no key in memory: each operation asks its provider.
    $null = New-EncryptionTenant acme
    $null = New-EncryptionTenant globex -KeyLease 00:00:00
    foreach ($tenant in 'acme', 'globex') {
        $protected = @(Protect-TenantData -LiteralPath $Folder -TenantId $tenant -Recurse -Destination "$work/protected/$tenant")
        Confirm-Claim "$($protected.Count) of $(@($files).Count) files are protected for $tenant" ($protected.Count -eq @($files).Count)
    }

    # 3. A local KMS stands in for AWS; the tenant's organisation makes a key there.
    $localKms = Start-LocalKms
    $key = (Invoke-LocalKms $localKms CreateKey @{ Description = 'globex master key' }).KeyMetadata
    Write-Host "customer master key $($key.Arn)"

    # 4. It is registered for one tenant, tested, and the tenant moves to it. No file is touched.
    $provider = New-KeyProvider -TenantId globex -Name 'Globex CMK' -KeyArn $key.Arn -EndpointUrl $localKms.Url
    $test = $provider | Test-KeyProvider
    $test.Checks | Format-Table | Out-Host
    Confirm-Claim "the key provider works: $($test.Code)" $test.Success
    Measure-KeyMigration globex $provider | Format-Table | Out-Host
    $migration = Start-KeyMigration globex $provider
    Confirm-Claim "the migration is $($migration.State): $($migration.Done) of $($migration.Total) keys" ($migration.State -eq 'Completed' -and $migration.Failed -eq 0)
    Confirm-Claim "the customer's key is Active" (Get-KeyProvider 'Globex CMK' -TenantId globex).Current

    # 5. Everything reads, byte for byte.
    foreach ($tenant in 'acme', 'globex') {
        $read = @(Unprotect-TenantData "$work/protected/$tenant" -Recurse -Destination "$work/read/$tenant" -TenantId $tenant)
        $same = $files | Where-Object {
            $copy = Join-Path "$work/read/$tenant" ([IO.Path]::GetRelativePath($Folder, $_.FullName))
            (Get-FileHash -LiteralPath $copy).Hash -eq (Get-FileHash -LiteralPath $_.FullName).Hash
        }
        Confirm-Claim "$($read.Count) files of $tenant read as they were" (@($same).Count -eq @($files).Count)
    }

    # 6. One tenant can't read the other's.
    $code = Get-ErrorCode { Unprotect-TenantData "$work/protected/globex" -Recurse -Destination "$work/stolen" -TenantId acme }
    Confirm-Claim "acme can't read globex's files: $code" ($code -eq 'WRONG_TENANT')
    Confirm-Claim 'nothing was written meanwhile' (-not (Get-ChildItem "$work/stolen" -Recurse -File -ErrorAction Ignore))

    # 7. The organisation disables its key: the data is shut, for this tenant alone.
    Invoke-LocalKms $localKms DisableKey @{ KeyId = $key.KeyId }
    $code = Get-ErrorCode { Unprotect-TenantData "$work/protected/globex" -Recurse -Destination "$work/shut" }
    Confirm-Claim "globex's files are shut: $code" ($code -eq 'KEY_DISABLED')
    Confirm-Claim "acme's files still verify" (Test-TenantData "$work/protected/acme" -Recurse -Quiet)

    # 8. All of it is in the log, which nobody without the root key can rewrite.
    Get-EncryptionEvent | Format-Table | Out-Host
    $log = Test-EncryptionEventLog
    Confirm-Claim "the event log verifies: $($log.Code), $($log.Records) records" $log.Success
}
finally {
    Disconnect-TenantEncryption
    if ($localKms) { Stop-LocalKms $localKms }
    $env:XDG_CONFIG_HOME = $previous
    Remove-Item -LiteralPath $work -Recurse -Force
}

Write-Host "$script:held claims hold, $script:failed do not"
exit [int]($script:failed -gt 0 -or $script:held -eq 0)
