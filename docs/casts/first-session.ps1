<#
    The first session, typed by a script: every command runs, and what it shows is what it showed. record.sh records it.
#>
$ErrorActionPreference = 'Stop'
$ConfirmPreference = 'None'
$repository = Join-Path $PSScriptRoot '../..' | Convert-Path
Import-Module (Join-Path $repository out/TenantEncryption), (Join-Path $repository samples/LocalKms/LocalKms.psm1)
$kms = Start-LocalKms
$env:AWS_ENDPOINT_URL_KMS = $env:AWS_ENDPOINT_URL_STS = $kms.Url
$env:AWS_ACCESS_KEY_ID = $env:AWS_SECRET_ACCESS_KEY = 'local'
$folder = (New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "cast-$([guid]::NewGuid().ToString('N'))")).FullName
$env:XDG_CONFIG_HOME = Join-Path $folder config
$null = New-Item -ItemType Directory (Join-Path $folder work)
Set-Location (Join-Path $folder work)
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
    Remove-Item -LiteralPath $folder -Recurse -Force
}
