<#
.SYNOPSIS
    Collects what an auditor asks for in one folder: the report as page and as JSON, the events, what verifying the log showed, and the SHA-256 of each file.
.DESCRIPTION
    Exit codes: 0, the log verifies; 1, it does not, and the evidence says where.
.PARAMETER Folder
    A folder, which is made.
.PARAMETER TenantId
    The tenant whom it is about; all when not given. What is given to one tenant shows nothing of the others.
.PARAMETER Live
    Asks AWS KMS, too.
.EXAMPLE
    pwsh -NoProfile -File Export-Evidence.ps1 ./evidence -TenantId acme -Live
#>
#Requires -Modules TenantEncryption
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Folder,
    [string] $TenantId,
    [switch] $Live
)

$ErrorActionPreference = 'Stop'
$tenant = $TenantId ? @{ TenantId = $TenantId } : @{}
$null = New-Item -ItemType Directory -Force $Folder
$null = Export-EncryptionReport (Join-Path $Folder report.html) @tenant -Live:$Live -Force
$null = Export-EncryptionReport (Join-Path $Folder report.json) @tenant -Live:$Live -AsJson -Force
Get-EncryptionEvent @tenant | ForEach-Object { $_ | ConvertTo-Json -Depth 9 -Compress } | Set-Content (Join-Path $Folder events.jsonl)
$log = Test-EncryptionEventLog @tenant
$log | ConvertTo-Json -Depth 5 | Set-Content (Join-Path $Folder log.json)
Get-ChildItem $Folder -File | Where-Object Name -NE SHA256SUMS | Get-FileHash | ForEach-Object { "$($_.Hash.ToLowerInvariant())  $(Split-Path -Leaf $_.Path)" } | Set-Content (Join-Path $Folder SHA256SUMS)
Get-ChildItem $Folder -File | Select-Object Name, Length
exit [int](-not $log.Success)
