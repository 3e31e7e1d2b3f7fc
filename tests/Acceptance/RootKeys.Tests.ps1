#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $null = New-EncryptionTenant acme, globex
    $value = 'secret' | Protect-TenantData -TenantId acme
    $passphrase = ConvertTo-SecureString 'correct horse' -AsPlainText -Force
    $rootFile = { (Get-ChildItem $env:XDG_CONFIG_HOME -Recurse -Filter *.root).FullName }
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'Update-RootKey' {
    It 'rotates the root key, and everything reads on' {
        $before = Get-TenantEncryption
        $after = Update-RootKey -PassThru
        $after.RootKeyId | Should -Not -Be $before.RootKeyId
        Clear-KeyLease
        $value | Unprotect-TenantData | Should -Be 'secret'
        $rotated = Get-EncryptionEvent -Type *.root.rotated
        $rotated | Should -HaveCount 3
        $rotated.TenantId | Sort-Object | Should -Be 'acme', 'globex'
        Test-EncryptionEventLog -Quiet | Should -BeTrue
    }

    It 'writes nothing without -PassThru, and does nothing with -WhatIf' {
        $id = (Get-TenantEncryption).RootKeyId
        Update-RootKey -WhatIf | Should -BeNullOrEmpty
        (Get-TenantEncryption).RootKeyId | Should -Be $id
        Update-RootKey | Should -BeNullOrEmpty
        (Get-TenantEncryption).RootKeyId | Should -Not -Be $id
    }
}

Describe 'Export-RootKey and Import-RootKey' {
    BeforeEach {
        $backup = Export-RootKey ./root.json $passphrase -Force
        $script:kept = [IO.File]::ReadAllBytes((& $rootFile))
    }

    AfterEach {
        Disconnect-TenantEncryption
        $file = (& $rootFile) ?? $lost
        [IO.File]::WriteAllBytes($file, $script:kept)
        if (-not $IsWindows) { [IO.File]::SetUnixFileMode($file, 'UserRead, UserWrite') }
    }

    It 'write a file that only its owner can read, and that names the store' {
        $backup | Should -BeOfType IO.FileInfo
        if (-not $IsWindows) { $backup.UnixFileMode | Should -Be ([IO.UnixFileMode] 'UserRead, UserWrite') }
        (Get-Content $backup -Raw | ConvertFrom-Json).storeId | Should -Be (Get-TenantEncryption).StoreId
        (Get-EncryptionEvent -Type *.root.exported -Newest 1).Data.rootKeyId | Should -Be (Get-TenantEncryption).RootKeyId
    }

    It 'leave what is there, unless they may replace it' {
        { Export-RootKey ./root.json $passphrase -ErrorAction Stop } | Should -Throw -ErrorId 'OUTPUT_EXISTS,*'
        Export-RootKey ./root.json $passphrase -Force | Should -Not -BeNullOrEmpty
        Export-RootKey ./none.json $passphrase -WhatIf | Should -BeNullOrEmpty
        './none.json' | Should -Not -Exist
        { Export-RootKey ./empty.json ([securestring]::new()) -ErrorAction Stop } | Should -Throw -ErrorId 'PASSPHRASE_REQUIRED,*'
        './empty.json' | Should -Not -Exist
    }

    It 'bring a lost root key back, and the error of its absence says where it was looked for and what restores it' {
        Disconnect-TenantEncryption
        $lost = & $rootFile
        Remove-Item $lost
        $failure = { Get-EncryptionTenant -ErrorAction Stop } | Should -Throw -ErrorId 'ROOT_KEY_MISSING,*' -PassThru
        "$failure" | Should -BeLike "*$lost*"
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*Import-RootKey*'
        Import-RootKey ./root.json $passphrase -Confirm:$false | Should -BeNullOrEmpty
        $value | Unprotect-TenantData | Should -Be 'secret'
        if (-not $IsWindows) { (Get-Item (& $rootFile)).UnixFileMode | Should -Be ([IO.UnixFileMode] 'UserRead, UserWrite') }
    }

    It 'do nothing where the same root key is, and leave another one' {
        Import-RootKey ./root.json $passphrase
        Update-RootKey
        { Import-RootKey ./root.json $passphrase -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'OUTPUT_EXISTS,*'
        $script:kept = [IO.File]::ReadAllBytes((& $rootFile))
        Import-RootKey ./root.json $passphrase -Force
        Disconnect-TenantEncryption
        { Get-EncryptionTenant -ErrorAction Stop } | Should -Throw -ErrorId 'ROOT_KEY_MISMATCH,*'
    }

    It 'refuse a wrong passphrase and a file that is no backup' {
        Disconnect-TenantEncryption
        $lost = & $rootFile
        Remove-Item $lost
        { Import-RootKey ./root.json (ConvertTo-SecureString 'wrong' -AsPlainText -Force) -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'PASSPHRASE_REQUIRED,*'
        'nonsense' > ./nonsense.json
        { Import-RootKey ./nonsense.json $passphrase -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        { Import-RootKey ./nothing.json $passphrase -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'SOURCE_NOT_FOUND,*'
        & $rootFile | Should -BeNullOrEmpty
    }

    It 'ask before a root key is put in place' {
        Disconnect-TenantEncryption
        $lost = & $rootFile
        Remove-Item $lost
        $run = Invoke-Runbook "try { Import-RootKey '$($backup.FullName)' (ConvertTo-SecureString 'correct horse' -AsPlainText -Force) -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId }" -Option '-NonInteractive'
        $run.Output | Should -BeLike 'CONFIRMATION_REQUIRED,*'
        & $rootFile | Should -BeNullOrEmpty
    }
}

Describe 'A store that is older than what this machine saw' {
    It 'is refused until somebody accepts it, and then works on' {
        $store = Join-Path $sandbox.Root 'store'
        Disconnect-TenantEncryption
        Copy-Item $store ./backup -Recurse
        $null = Update-KeyEncryptionKey acme
        Disconnect-TenantEncryption
        Remove-Item $store -Recurse
        Copy-Item ./backup $store -Recurse

        $failure = { $value | Unprotect-TenantData -ErrorAction Stop } | Should -Throw -ErrorId 'STORE_ROLLED_BACK,*' -PassThru
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*Connect-TenantEncryption -AcceptRollback*'
        (Get-TenantEncryption).RolledBack.TenantId | Should -Be 'acme'
        (Test-EncryptionEventLog).TenantId | Should -Be 'acme'
        Get-EncryptionTenant -WarningVariable warnings -WarningAction SilentlyContinue | Should -HaveCount 1
        "$warnings" | Should -BeLike '*STORE_ROLLED_BACK*acme*'

        Connect-TenantEncryption -AcceptRollback
        $value | Unprotect-TenantData | Should -Be 'secret'
        (Get-TenantEncryption).RolledBack | Should -BeNullOrEmpty
        (Get-EncryptionEvent acme -Type *.rollback-accepted).Count | Should -Be 1
        Test-EncryptionEventLog -Quiet | Should -BeTrue
    }
}
