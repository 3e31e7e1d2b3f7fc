<#
    The first session, typed by a script: every command runs, and what it shows is what it showed. record.sh records it.
    Folder is made and removed again; its name is seen.
#>
param([Parameter(Mandatory)] [string] $Folder)

$ErrorActionPreference = 'Stop'
$ConfirmPreference = 'None'
$repository = Join-Path $PSScriptRoot '../..' | Convert-Path
Import-Module (Join-Path $repository out/TenantEncryption), (Join-Path $repository samples/LocalKms/LocalKms.psm1)
$null = New-Item -ItemType Directory $Folder
$kms = Start-LocalKms
$env:AWS_ENDPOINT_URL_KMS = $env:AWS_ENDPOINT_URL_STS = $kms.Url
$env:AWS_ACCESS_KEY_ID = $env:AWS_SECRET_ACCESS_KEY = 'local'
$env:XDG_CONFIG_HOME = Join-Path $Folder .config
Set-Location $Folder
$ProgressPreference = 'SilentlyContinue'

$session = @(
    'Connect-TenantEncryption ./store -Create'
    "New-EncryptionTenant acme -Name 'Acme Corporation'"
    "'salaries' | Set-Content salaries.txt"
    'Protect-TenantData salaries.txt -TenantId acme -Destination safe'
    '$key = New-MasterKey acme -Platform standalone -TenantId acme -User arn:aws:iam::111122223333:root -Region eu-west-1'
    "New-KeyProvider -TenantId acme -Name 'Acme CMK' -KeyArn `$key.KeyArn -Migrate"
    "Test-KeyProvider 'Acme CMK' | Format-List Success, Code, Verdict"
    'Disable-MasterKey $key.KeyArn; Clear-KeyLease'
    'Test-TenantData safe/salaries.txt.tenc'
    'Enable-MasterKey $key.KeyArn'
    'Test-TenantData safe/salaries.txt.tenc'
    "Get-KeyHistory 'Acme CMK' | Format-Table Time, Event, Status"
)

Clear-Host
try {
    foreach ($line in $session) {
        Write-Host -NoNewline "$($PSStyle.Foreground.Green)PS>$($PSStyle.Reset) "
        foreach ($word in $line -split '(?<= )') {
            Write-Host -NoNewline $word
            Start-Sleep -Milliseconds 150
        }
        Write-Host
        . ([scriptblock]::Create($line)) | Out-Host
        Start-Sleep -Milliseconds 500
    }
    Start-Sleep -Seconds 2
}
finally {
    Disconnect-TenantEncryption
    Stop-LocalKms $kms
    Set-Location $repository
    Remove-Item -LiteralPath $Folder -Recurse -Force
}
