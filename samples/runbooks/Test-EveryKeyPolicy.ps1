<#
.SYNOPSIS
    Judges every key policy in a folder before it is put, and exits with what came of it. It needs no AWS account and no store.
.DESCRIPTION
    A file is named by its tenant's id: policies/acme.json is for tenant acme. Exit codes: 0, all are right; 1, at least one is not, or there was none.
.PARAMETER Folder
    The folder.
.PARAMETER Platform
    The platform, by name or a .json file.
.PARAMETER Parameter
    What the platform's statements need beside the tenant's id.
.EXAMPLE
    pwsh -NoProfile -File Test-EveryKeyPolicy.ps1 ./policies -Platform qlik-cloud
#>
#Requires -Modules TenantEncryption
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Folder,
    [Parameter(Mandatory)] [string] $Platform,
    [hashtable] $Parameter = @{}
)

$ErrorActionPreference = 'Stop'
$results = @(Get-ChildItem $Folder -Filter *.json | ForEach-Object {
    $analysis = Test-KeyPolicy -Path $_.FullName -Platform $Platform -TenantId $_.BaseName -Parameter $Parameter
    [pscustomobject]@{ Policy = $_.Name; Success = $analysis.Success; Code = $analysis.Code; Findings = $analysis.Findings.Where{ "$($_.Severity)" -eq 'Error' }.Observed -join ' ' }
})
$results
if (-not $results) { Write-Warning "There is no policy in '$Folder'." }
exit [int](-not $results -or $results.Success -contains $false)
