#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# The root key under a key of the platform's own in AWS KMS: shared by machines, shut, rotated, moved, lost and brought back. Each machine is a PowerShell of its own
# with folders of its own.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $sandbox.LocalKms = Start-LocalKms
    $shared = Join-Path $sandbox.Root 'shared'
    $key = (New-LocalKey $sandbox).Arn
    $work = $PWD.Path

    # A shell on a machine: what it needs is in variables of the environment, as on a real one. It writes its answers, and the code of what went wrong.
    function Invoke-Machine([string] $Name, [string] $Script, [string] $RootKeyArn = $key, [string] $Option = '') {
        $config = Join-Path $sandbox.Root "config-$Name"
        $null = New-Item -ItemType Directory -Force $config
        $prelude = @"
`$env:XDG_CONFIG_HOME = `$env:LOCALAPPDATA = `$env:ProgramData = '$config'; `$env:AWS_ENDPOINT_URL_KMS = '$($sandbox.LocalKms.Url)'; Set-Location '$work'
`$ErrorActionPreference = 'Stop'
`$passphrase = ConvertTo-SecureString 'correct horse' -AsPlainText -Force
try {
$(if ($RootKeyArn) { "Connect-TenantEncryption '$shared' -RootKeyArn '$RootKeyArn' $Option" } else { "Connect-TenantEncryption '$shared' $Option" })
$Script
} catch { `$_.FullyQualifiedErrorId; `$_.ErrorDetails.Message; `$_.ErrorDetails.RecommendedAction; `$_.Exception.Message }
"@
        (Invoke-Runbook $prelude).Output
    }
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'A root key under the key of the platform' {
    It 'is shared by the machines that share the store' {
        Invoke-Machine one "`$null = New-EncryptionTenant acme; 'secret' | Protect-TenantData -TenantId acme | Set-Content value; (Get-TenantEncryption | Select-Object RootKeyProtection, RootKeyArn | ConvertTo-Json -Compress)" -Option -Create |
            Should -BeLike "*Kms*$key*"
        Invoke-Machine two "Get-Content value | Unprotect-TenantData; Test-EncryptionEventLog -Quiet" | Should -Be "secret$([Environment]::NewLine)True"
        Get-ChildItem $sandbox.Root -Recurse -Filter *.root | Should -BeNullOrEmpty
    }

    It 'asks for the ARN, and opens under no other key' {
        $said = Invoke-Machine two 'Get-EncryptionTenant' -RootKeyArn ''
        $said | Should -BeLike 'ROOT_KEY_MISMATCH,*'
        $said | Should -BeLike "*$key*Connect-TenantEncryption -RootKeyArn*"
        Invoke-Machine two 'Get-EncryptionTenant' -RootKeyArn (New-LocalKey $sandbox).Arn | Should -BeLike 'ROOT_KEY_MISMATCH,*'
        Invoke-Machine two 'Get-EncryptionTenant' -RootKeyArn 'alias/platform' | Should -BeLike 'INVALID_ARN,*'
        Invoke-Machine two 'Get-EncryptionTenant' -Option '-MachineScope' | Should -BeLike 'INVALID_INPUT,*'
    }

    It 'is shut in a running shell within its lease when the key is disabled, and open again when it is enabled' {
        $switch = { param($Operation) "`$null = Invoke-RestMethod -Method Put '$($sandbox.LocalKms.Url)/_localkms/key-state' -ContentType application/json -Body (@{ arn = '$key'; state = '$Operation' } | ConvertTo-Json)" }
        $said = Invoke-Machine one @"
Get-Content value | Unprotect-TenantData
$(& $switch 'Disabled')
Start-Sleep -Milliseconds 1200
try { Get-Content value | Unprotect-TenantData } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message }
Test-EncryptionEventLog -Quiet
$(& $switch 'Enabled')
Get-Content value | Unprotect-TenantData
"@ -Option '-KeyLease 00:00:01'
        $said | Should -BeLike "secret*KEY_DISABLED,*$key*internal KMS*True*secret"
    }

    It 'is rotated on one machine while another works on' {
        $env:AWS_ENDPOINT_URL_KMS = $sandbox.LocalKms.Url
        try {
            Connect-TenantEncryption $shared -RootKeyArn $key
            $before = (Get-TenantEncryption).RootKeyId
            Get-Content value | Unprotect-TenantData | Should -Be 'secret'
            Invoke-Machine two 'Update-RootKey' | Should -BeNullOrEmpty
            Clear-KeyLease
            Get-Content value | Unprotect-TenantData | Should -Be 'secret'
            (Get-TenantEncryption).RootKeyId | Should -Not -Be $before
        }
        finally {
            Remove-Item env:AWS_ENDPOINT_URL_KMS
            Disconnect-TenantEncryption
        }
    }

    It 'comes back from its backup under another key when the key is lost' {
        Invoke-Machine one '$null = Export-RootKey ./root.json $passphrase' | Should -BeNullOrEmpty
        $null = Invoke-RestMethod -Method Put "$($sandbox.LocalKms.Url)/_localkms/key-state" -ContentType application/json -Body (@{ arn = $key; state = 'PendingDeletion' } | ConvertTo-Json)
        $said = Invoke-Machine one 'Get-EncryptionTenant'
        $said | Should -BeLike 'KEY_PENDING_DELETION,*'
        $said | Should -BeLike '*Connect-TenantEncryption -RootKeyBackup, then Update-RootKey -RootKeyArn*'

        $second = (New-LocalKey $sandbox).Arn
        Invoke-Machine two 'Get-EncryptionTenant' -RootKeyArn '' -Option '-RootKeyBackup ./root.json' | Should -BeLike 'PASSPHRASE_REQUIRED,*'
        Invoke-Machine two "Get-Content value | Unprotect-TenantData; Update-RootKey -RootKeyArn '$second' -Confirm:`$false; (Get-TenantEncryption).RootKeyArn" -RootKeyArn '' -Option '-RootKeyBackup ./root.json -Passphrase $passphrase' |
            Should -Be "secret$([Environment]::NewLine)$second"
        Invoke-Machine one 'Get-Content value | Unprotect-TenantData; Test-EncryptionEventLog -Quiet' -RootKeyArn $second | Should -Be "secret$([Environment]::NewLine)True"
        Invoke-Machine one 'Get-EncryptionTenant' -RootKeyArn $key | Should -BeLike 'ROOT_KEY_MISMATCH,*'
    }
}

Describe 'A root key that was kept in a file' {
    It 'moves under the key of the platform with Update-RootKey, and its file goes' {
        $third = (New-LocalKey $sandbox).Arn
        $shared = Join-Path $sandbox.Root 'moved'
        Invoke-Machine three "`$null = New-EncryptionTenant acme; 'secret' | Protect-TenantData -TenantId acme | Set-Content moved; Update-RootKey -RootKeyArn '$third' -WhatIf; (Get-TenantEncryption).RootKeyProtection" -RootKeyArn '' -Option -Create | Should -BeLike ($IsWindows ? '*DpapiUser' : '*File')
        Get-ChildItem (Join-Path $sandbox.Root 'config-three') -Recurse -Filter *.root | Should -HaveCount 1
        Invoke-Machine three "(Update-RootKey -RootKeyArn '$third' -PassThru).RootKeyArn; Get-Content moved | Unprotect-TenantData" -RootKeyArn '' | Should -Be "$third$([Environment]::NewLine)secret"
        Get-ChildItem (Join-Path $sandbox.Root 'config-three') -Recurse -Filter *.root | Should -BeNullOrEmpty
        Invoke-Machine four 'Get-Content moved | Unprotect-TenantData' -RootKeyArn $third | Should -Be 'secret'
    }
}
