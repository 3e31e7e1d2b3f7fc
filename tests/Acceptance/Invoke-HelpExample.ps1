<#
.SYNOPSIS
    Runs every example of the help as it is written, and writes for each what it gave and what went wrong, as JSON.
.DESCRIPTION
    This is the prelude that the examples suppose (about_TenantEncryption says the same): what an example names exists, in a store of its own.
    The script needs a PowerShell of its own: the AWS SDK reads its configuration once in a process.
.PARAMETER Module
    The built module.
.PARAMETER Url
    The local KMS.
.PARAMETER Folder
    Where it may write.
.PARAMETER Cmdlet
    The cmdlets whose examples are run: all, or fewer to try one.
#>
param([string] $Module, [string] $Url, [string] $Folder, [string] $Cmdlet = '*')

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$env:AWS_ENDPOINT_URL_KMS = $Url
$env:AWS_ACCESS_KEY_ID = $env:AWS_SECRET_ACCESS_KEY = 'local'
$env:AWS_EC2_METADATA_DISABLED = 'true'
$env:AWS_CONFIG_FILE = Join-Path $Folder 'aws-config'
Set-Content $env:AWS_CONFIG_FILE "[profile acme]`naws_access_key_id = local`naws_secret_access_key = local`n[profile platform]`naws_access_key_id = platform`naws_secret_access_key = platform"
Import-Module $Module
Import-Module (Join-Path $PSScriptRoot '../../samples/LocalKms/LocalKms.psm1')
Import-Module (Join-Path $PSScriptRoot '../../samples/PostgreSql/LocalPostgreSql.psm1')
$kms = [pscustomobject]@{ Url = $Url }

# The values that the examples take from variables.
$role = 'arn:aws:iam::111122223333:role/Platform'
$admin = 'arn:aws:iam::111122223333:role/KeyAdmin'
$qlikTenantId = '6BxR0mKt'
$bytes = [Text.Encoding]::UTF8.GetBytes('secret')
$password = ConvertTo-SecureString 'a long passphrase of many words' -AsPlainText -Force
$principal = @{ arn = $role; accessKeys = @(@{ id = 'platform'; secret = 'platform' }); policies = @{ own = @{ Version = '2012-10-17'; Statement = @(@{ Effect = 'Allow'; Action = 'kms:*'; Resource = '*' }) } } }
$null = Invoke-RestMethod -Method Put -Uri "$Url/_localkms/principals" -Body (@{ principals = @($principal) } | ConvertTo-Json -Depth 9)

# What a person answers at the prompts.
function Read-Host([switch] $AsSecureString) { $password }
function Get-Credential($UserName) { [pscredential]::new($UserName, (ConvertTo-SecureString 'local' -AsPlainText -Force)) }
$ConfirmPreference = 'None'

$tableau = @'
{ "Version": "2012-10-17", "Id": "sfdc-key-access-policy", "Statement": [
    { "Sid": "AllowSalesforceShieldKeyBroker1234567890abc", "Effect": "Allow", "Principal": { "AWS": "arn:aws:sts::123456789012:assumed-role/EkmAwsKmsAccessRole/session12" },
      "Action": [ "kms:GenerateDataKey*", "kms:Decrypt" ], "Resource": "*", "Condition": { "StringEquals": { "kms:EncryptionContext:sf-auth": "abcdefghij" } } } ] }
'@

function Remove-Alias([string] $Name) {
    foreach ($region in 'eu-west-1', 'eu-west-2', 'eu-west-3', 'us-east-1') { try { $null = Invoke-LocalKms $kms DeleteAlias @{ AliasName = $Name } -Region $region } catch { $null = $_ } }
}

# A message of an AWS Encryption SDK's raw AES keyring (message format version 2, suite 0x0478, one final frame).
function Write-RawMessage([string] $Path, [byte[]] $WrappingKey, [string] $Namespace, [string] $KeyName) {
    $utf8 = [Text.Encoding]::UTF8
    $big = { param($Value, $Bytes) $all = [BitConverter]::GetBytes([uint64] $Value); [Array]::Reverse($all); , [byte[]] $all[(8 - $Bytes)..7] }
    $field = { param([byte[]] $Bytes) , [byte[]] ((& $big $Bytes.Length 2) + $Bytes) }
    $seal = {
        param([byte[]] $Key, [byte[]] $Iv, [byte[]] $Plain, [byte[]] $Aad)
        $cipher, $tag = [byte[]]::new($Plain.Length), [byte[]]::new(16)
        $aes = [System.Security.Cryptography.AesGcm]::new($Key, 16)
        $aes.Encrypt($Iv, $Plain, $cipher, $tag, $Aad)
        $aes.Dispose()
        , [byte[]] ($cipher + $tag)
    }
    $random = { param($Count) , [System.Security.Cryptography.RandomNumberGenerator]::GetBytes($Count) }
    $dataKey, $wrapIv, $messageId, $sha512 = (& $random 32), (& $random 12), (& $random 32), [System.Security.Cryptography.HashAlgorithmName]::SHA512
    $derived = [System.Security.Cryptography.HKDF]::DeriveKey($sha512, $dataKey, 32, $messageId, [byte[]] ((4, 0x78) + $utf8.GetBytes('DERIVEKEY')))
    $commitment = [System.Security.Cryptography.HKDF]::DeriveKey($sha512, $dataKey, 32, $messageId, $utf8.GetBytes('COMMITKEY'))
    $information = [byte[]] ($utf8.GetBytes($KeyName) + (& $big 128 4) + (& $big 12 4) + $wrapIv)
    $wrapped = & $seal $WrappingKey $wrapIv $dataKey ([byte[]]::new(0))
    $header = [byte[]] ((2, 4, 0x78) + $messageId + (0, 0, 0, 1) + (& $field $utf8.GetBytes($Namespace)) + (& $field $information) + (& $field $wrapped) + (, 2) + (& $big 4096 4) + $commitment)
    $tag = & $seal $derived ([byte[]]::new(12)) ([byte[]]::new(0)) $header
    $content, $iv = $utf8.GetBytes('exported'), (([byte[]]::new(11)) + [byte[]] (, 1))
    $frame = & $seal $derived $iv $content ([byte[]] ($messageId + $utf8.GetBytes('AWSKMSEncryptionClient Final Frame') + (& $big 1 4) + (& $big $content.Length 8)))
    [IO.File]::WriteAllBytes($Path, [byte[]] ($header + $tag + (255, 255, 255, 255) + (& $big 1 4) + $iv + (& $big $content.Length 4) + $frame))
}

# A store with the tenants, master keys, providers and files that an example names.
function Initialize-World([string] $Code, [string] $Name, [int] $Number) {
    $work = Join-Path $Folder "$Name-$Number"
    $null = New-Item -ItemType Directory $work, "$work/store", "$work/place/invoices/2026"
    Set-Location "$work/place"
    $env:TENANTENCRYPTION_HOME = "$work/store"
    Disconnect-TenantEncryption
    Set-Content invoices/invoice.pdf, invoices/2026/march.pdf, a.csv, b.csv 'contents'
    Set-Content tenants.csv "TenantId,Name,Platform,Region,Edition,Organization,Parent,KeyHierarchy,KeyLease`nfirst,First Corp,,eu-west-1,,,,,`nsecond,,qlik-cloud,eu-west-1,,,,,"
    Set-Content tableau.json $tableau
    'alias/acme', 'alias/old', 'alias/qlik-prod', 'alias/amazonq' | ForEach-Object { Remove-Alias $_ }
    if ($Name -ne 'New-EncryptionTenant') { $null = New-EncryptionTenant acme, globex, acme-eu, acme-us -Region eu-west-1 }
    if ($Code -match '\btableau-site\b') { $null = New-EncryptionTenant tableau-site -Platform tableau-cloud }
    $named = $Name -match '-(Key|Master)' -or $Code -match 'keyprovider|-cmk|alias/|\$arn'
    if ($named -and $Name -ne 'New-MasterKey') {
        $script:arn = (New-MasterKey acme -TenantId acme -Region eu-west-1 -MultiRegion -ReplicaRegion eu-west-2 -User $role, arn:aws:iam::111122223333:root).KeyArn
        if ($Code -match '\bold\b|-Failure' -or $Name -eq 'Restore-MasterKey') { $old = New-MasterKey old -TenantId acme -Region eu-west-1 -User arn:aws:iam::111122223333:root }
    }
    if ($named -and $Name -notin 'New-MasterKey', 'New-KeyProvider') { $null = New-KeyProvider -TenantId acme -Name acme-cmk -KeyArn $arn }
    if ($Code -match '\bshared-cmk\b') { $null = New-KeyProvider -TenantId acme-eu -Name shared-cmk -KeyArn $arn }
    if ($Code -match '\bold-cmk\b') {
        $null = New-KeyProvider -TenantId acme -Name old-cmk -KeyArn $old.KeyArn -Migrate
        $null = Protect-TenantData ./invoices -TenantId acme -Recurse -Destination ./old
        $null = Start-KeyMigration -TenantId acme -To Internal
    }
    if ($Code -match '\./protected' -and $Name -ne 'Protect-TenantData') { $null = Protect-TenantData ./invoices -TenantId acme -Recurse -Destination ./protected }
    if ($Code -match 'policy\.json' -and $Name -eq 'Test-KeyPolicy') { Get-KeyPolicy -Platform qlik-cloud -TenantId 6BxR0mKt -KeyArn $arn -AsJson -WarningAction Ignore | Set-Content policy.json }
    if ($Code -match '\$text \|') { $script:text = 'secret' | Protect-TenantData -TenantId acme }
    if ($Code -match '\$noted\b') { $script:noted = (Get-TenantEncryption).Heads.ForEach('ToString') }
    if ($Code -match '\$anchor\b|-Anchor ' -or $Name -eq 'Get-EncryptionAnchor') { $script:anchor = New-EncryptionAnchor ./anchors.jsonl }
    if ($Code -match 'proof\.json' -and $Name -eq 'Test-EncryptionAnchor') { Get-EncryptionAnchor -TenantId acme | ConvertTo-Json -Depth 4 | Set-Content proof.json }
    if ($Name -eq 'Export-EncryptionEvent' -or $Code -match '\./archive/') { $null = New-Item -ItemType Directory archive; 'acme', 'globex' | ForEach-Object { $null = Update-KeyEncryptionKey $_ } }
    if ($Code -match '\./archive/') { $null = Export-EncryptionEvent -TenantId * -Before (Get-Date) -Path ./archive -Confirm:$false -WarningAction Ignore }
    if ($Code -match '\$rootKeyArn\b') { $script:rootKeyArn = (Invoke-LocalKms $kms CreateKey @{}).KeyMetadata.Arn }
    if ($Code -match '-ConnectionString') {
        $script:server ??= Start-LocalPostgreSql
        $script:database, $script:owner = $server.App, $server.Owner
        Connect-TenantEncryption -ConnectionString $owner -Create -ApplicationRole te_app -WarningAction Ignore
        Disconnect-TenantEncryption
    }
    $script:key = $arn
    $script:id = $null
    switch ("$Name/$Number") {
        'Unprotect-TenantData/3' {
            $raw = [System.Security.Cryptography.RandomNumberGenerator]::GetBytes(32)
            Write-RawMessage "$PWD/export.bin" $raw backup k1
            $script:key = ConvertTo-SecureString ([Convert]::ToBase64String($raw)) -AsPlainText -Force
        }
        'Export-KeyRing/2' { $null = New-Item -ItemType Directory rings }
        'Import-KeyRing/1' { $null = Export-KeyRing acme ./acme.json -Passphrase (Read-Host -AsSecureString) }
        'Import-KeyRing/2' { $null = Export-KeyRing acme ./acme.json -Passphrase (Read-Host -AsSecureString) }
        'Import-KeyRing/3' {
            $null = Start-KeyMigration -TenantId acme -To acme-cmk
            $null = Export-KeyRing acme ./acme.json
        }
        # The root key is there still, or somebody would be asked.
        'Import-RootKey/1' { $null = Export-RootKey ./root.json (Read-Host -AsSecureString) }
        'Restore-KeyProvider/1' { Disable-KeyProvider old-cmk -TenantId acme -Force }
        'Start-KeyMigration/2' { $null = Start-KeyMigration -TenantId acme -To acme-cmk }
        'Enable-MasterKey/1' { Disable-MasterKey $arn -AllRegions }
        'Restore-MasterKey/1' {
            $script:arn = $old.KeyArn
            $null = Remove-MasterKey $arn -PendingWindowInDays 7
        }
        'Update-TenantDataCatalog/1' { Move-Item ./protected/2026/march.pdf.tenc ./protected/moved.tenc }
        'Update-TenantDataCatalog/2' {
            $null = New-Item -ItemType Directory archive
            Move-Item ./protected/2026/march.pdf.tenc ./archive
            Remove-Item ./protected/invoice.pdf.tenc
        }
        'Get-TenantMessage/2' { $null = Start-KeyMigration -TenantId acme -To old-cmk }
        'Get-KeyMigration/1' { $null = Start-KeyMigration -TenantId acme -To acme-cmk }
        'Get-KeyGrant/1' { $null = New-KeyGrant acme-cmk -GranteePrincipal $role -TenantId acme }
        'Get-KeyGrant/2' { $null = New-KeyGrant -KeyArn $arn -GranteePrincipal $role -TenantId acme }
        'Remove-KeyGrant/1' { $null = New-KeyGrant acme-cmk -GranteePrincipal $role }
        'Remove-KeyGrant/2' { $script:id = (New-KeyGrant -KeyArn $arn -GranteePrincipal $role -RetiringPrincipal $role -TenantId acme)[0].GrantId }
        'Get-KeyMigration/2' {
            # A key that can't be opened: its provider's master key is disabled.
            $null = New-KeyProvider -TenantId acme -Name was -KeyArn $old.KeyArn -Migrate
            Disable-MasterKey $old.KeyArn
            Clear-KeyLease
            $null = Start-KeyMigration -TenantId acme -To acme-cmk -ErrorAction SilentlyContinue
        }
    }
}

$server = $null
$results = foreach ($one in Get-Command -Module TenantEncryption -Name $Cmdlet | Sort-Object Name) {
    $number = 0
    foreach ($example in (Get-Help $one.Name -Full).examples.example) {
        $number++
        $result = [ordered]@{ Name = $one.Name; Number = $number; Code = $example.code; Prepared = $false; Outputs = 0; Errors = @() }
        try {
            Initialize-World $example.code $one.Name $number
            $result.Prepared = $true
            $script = [scriptblock]::Create($example.code)
            $problems = $null
            # Following ends with Ctrl+C; the first output is enough here.
            $output = if ($example.code -match '-Wait\b') { . $script | Select-Object -First 1 } else { . $script 2>&1 3>$null }
            $result.Outputs = @($output | Where-Object { $_ -isnot [System.Management.Automation.ErrorRecord] }).Count
            $result.Errors = @($output | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } | ForEach-Object { "$_" })
        }
        catch { $result.Errors = @("$($_.FullyQualifiedErrorId): $_ $($_.ScriptStackTrace -split "`n" | Select-Object -First 1)") }
        $result
    }
}
Disconnect-TenantEncryption
if ($server) { Stop-LocalPostgreSql $server }
ConvertTo-Json @($results) -Depth 4
