<#
.SYNOPSIS
    Does each job of docs/permissions.md as a role that has the job's policy, and once more without each of its actions, and writes what came of it as JSON.
.DESCRIPTION
    It needs a PowerShell of its own, whose credentials and endpoint are the role's and the local KMS's from the beginning.
.PARAMETER Module
    The built module.
.PARAMETER Url
    The local KMS.
.PARAMETER Folder
    Where it may write.
#>
param([string] $Module, [string] $Url, [string] $Folder)

$ProgressPreference = $WarningPreference = 'SilentlyContinue'
$ConfirmPreference = 'None'
$env:AWS_ENDPOINT_URL_KMS = $env:AWS_ENDPOINT_URL_STS = $Url
$env:AWS_ACCESS_KEY_ID = $env:AWS_SECRET_ACCESS_KEY = 'job'
Import-Module $Module, (Join-Path $PSScriptRoot 'Pages.psm1')
Set-Location $Folder
$page = Join-Path $PSScriptRoot '../../docs/permissions.md'
$role = 'arn:aws:iam::111122223333:role/job'
$everything = @{ Version = '2012-10-17'; Statement = @(@{ Effect = 'Allow'; Action = 'kms:*'; Resource = '*' }) }

function Set-Right($Policy) {
    $principal = @{ arn = $role; accessKeys = @(@{ id = 'job'; secret = 'job' }); policies = @{ job = $Policy } }
    $null = Invoke-RestMethod -Method Put -Uri "$Url/_localkms/principals" -Body (@{ principals = @($principal) } | ConvertTo-Json -Depth 12)
}

# What the page says is there already, made anew for each run, with every right.
function Initialize-Job([string] $Job, [int] $Number) {
    Set-Right $everything
    Disconnect-TenantEncryption
    Connect-TenantEncryption "store$Number" -Create
    $platform = @{ Platform = if ($Job -eq 'Operate on Amazon Q') { 'amazon-q-business' } elseif ($Job -eq 'Serve') { 'standalone' } else { 'qlik-cloud' } }
    if ($Job -in 'Operate', 'Serve', 'Look') { $null = New-EncryptionTenant acme @platform }
    if ($Job -eq 'Prepare') { return }
    # By the key policy nobody is let in but who the platform says: what the job may do, its own policy says.
    $values = if ($Job -eq 'Serve') { @{ User = 'arn:aws:iam::111122223333:role/other' } } elseif ($Job -eq 'Operate on Amazon Q') { @{ Parameter = @{ AdminRole = 'arn:aws:iam::111122223333:role/Admin' } } } else { @{} }
    $script:keyArn = (New-MasterKey "key$Number" -TenantId acme -Region eu-west-1 @platform @values).KeyArn
    if ($Job -in 'Serve', 'Look') { $null = New-KeyProvider -TenantId acme -Name acme-cmk -KeyArn $keyArn -Migrate }
    Clear-KeyLease
}

$number = 0
function Invoke-Job([string] $Job, $Policy, [string] $Without) {
    $script:number++
    Initialize-Job $Job $number
    Set-Right $Policy
    $alias, $sharedFolder = "key$number", "./shared$number"
    $output = @(. ([scriptblock]::Create((Get-PageBlock $page -Heading $Job).Text)) *>&1)
    $errors = $output.Where{ $_ -is [System.Management.Automation.ErrorRecord] }
    [ordered]@{
        Job     = $Job
        Without = $Without
        Errors  = @($errors.ForEach{ "$($_.FullyQualifiedErrorId): $_ $($_.ErrorDetails.RecommendedAction)" })
        # What could not be seen, where that is no error: notes of a key, checks of a test, what a report tells.
        Notes   = @($output.Where{ $_ -isnot [System.Management.Automation.ErrorRecord] }.ForEach{ $_.Notes; @($_.Checks).Where{ $_ -and $_.Outcome -ne 'Passed' }.ForEach{ $_.Observed } })
    }
}

$results = foreach ($job in (Get-PageBlock $page -Language json).Heading) {
    $policy = (Get-PageBlock $page -Language json -Heading $job).Text | ConvertFrom-Json -AsHashtable
    Invoke-Job $job $policy
    foreach ($action in @($policy.Statement.Action) | Sort-Object -Unique) {
        $less = $policy | ConvertTo-Json -Depth 9 | ConvertFrom-Json -AsHashtable
        foreach ($statement in $less.Statement) { $statement.Action = @($statement.Action).Where{ $_ -ne $action } }
        $less.Statement = @($less.Statement).Where{ $_.Action }
        Invoke-Job $job $less $action
    }
}
ConvertTo-Json @($results) -Depth 4 -EscapeHandling EscapeNonAscii
