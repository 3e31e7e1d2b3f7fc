<#
.SYNOPSIS
    Takes a tenant off a key that is no longer trusted: writes all that it protects anew under another one, destroys what the old one opened, shuts it, and keeps the proof.
.DESCRIPTION
    It can be run again after any end, and goes on. Exit codes: 0, nothing of the tenant needs the old key any more, and it is disabled; 1, something still needs it, and the output says what.
    Values that were protected outside files are not in the catalog: nobody but you can write these anew, and until then their key stays.
.PARAMETER TenantId
    The tenant.
.PARAMETER Compromised
    The key provider that is no longer trusted.
.PARAMETER KeyArn
    The new master key.
.PARAMETER Name
    The name of the new key provider.
.PARAMETER ProofPath
    A folder for the tenant's report and the SHA-256 of it.
.EXAMPLE
    pwsh -NoProfile -File Move-FromCompromisedKey.ps1 acme -Compromised acme-cmk -KeyArn arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab -Name acme-cmk-2 -ProofPath ./proof
#>
#Requires -Modules TenantEncryption
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $TenantId,
    [Parameter(Mandatory)] [string] $Compromised,
    [Parameter(Mandatory)] [string] $KeyArn,
    [Parameter(Mandatory)] [string] $Name,
    [Parameter(Mandatory)] [string] $ProofPath
)

$ErrorActionPreference = 'Stop'
$old = Get-KeyProvider $Compromised -TenantId $TenantId
if (-not (Get-KeyProvider $Name -TenantId $TenantId -ErrorAction SilentlyContinue)) {
    $null = New-KeyProvider -TenantId $TenantId -Name $Name -KeyArn $KeyArn
}

# 1. Every message is written anew, under a key-encryption key that the old master key never sealed.
$unfinished = Get-KeyMigration -TenantId $TenantId -State Suspended, Failed
if ($unfinished) { $unfinished | Resume-KeyMigration }
if (-not (Get-KeyProvider $Name -TenantId $TenantId).Current) {
    $null = Start-KeyMigration -TenantId $TenantId -To $Name -Mode Reencrypt -Confirm:$false
}

# 2. The old key-encryption keys are destroyed, as soon as no process can hold one any more: when the tenant's lease has passed.
$kept = @(foreach ($kek in Get-KeyEncryptionKey -KeyProvider $old -TenantId $TenantId) {
    for ($until = [DateTimeOffset]::Now + (Get-EncryptionTenant $TenantId).KeyLease + [TimeSpan]::FromSeconds(10); ; Start-Sleep 1) {
        try { $kek | Remove-KeyEncryptionKey -Confirm:$false; break }
        catch {
            $refusal = $_
            if ([DateTimeOffset]::Now -gt $until) { [pscustomobject]@{ KekId = $kek.KekId; Messages = $kek.Messages; Values = $kek.Values; Why = "$refusal" }; break }
        }
    }
})
if ($kept) {
    $kept
    exit 1
}

# 3. The old provider goes, and the old master key is shut in every region.
if ((Get-EncryptionPlatform (Get-EncryptionTenant $TenantId).Platform).Lifecycle.Removal -ne 'Never') { Remove-KeyProvider $old -Confirm:$false } else { Disable-KeyProvider $old -Confirm:$false }
if (Get-KeyProvider -KeyArn $old.KeyArn -ErrorAction SilentlyContinue | Where-Object TenantId -NE $TenantId) {
    Write-Warning "Other tenants hang on $($old.KeyArn), so it is not disabled: Get-KeyProvider -KeyArn names them."
}
else { Disable-MasterKey $old.KeyArn -AllRegions -Confirm:$false }

# 4. The proof.
$null = New-Item -ItemType Directory -Force $ProofPath
Export-EncryptionReport (Join-Path $ProofPath "$TenantId.html") -TenantId $TenantId -Force
Test-EncryptionEventLog -TenantId $TenantId
