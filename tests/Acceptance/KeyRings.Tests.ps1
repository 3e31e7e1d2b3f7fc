#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $passphrase = ConvertTo-SecureString 'correct horse' -AsPlainText -Force
    $cmk = New-TenantWithKey $sandbox acme cmk
    $old = 'before' | Protect-TenantData -TenantId acme
    $null = Start-KeyMigration -TenantId acme -To cmk
    $null = New-EncryptionTenant globex
    $value = 'secret' | Protect-TenantData -TenantId acme
    $plain = 'plain' | Protect-TenantData -TenantId globex
    $first = Join-Path $sandbox.Root 'store'
    $url = $sandbox.LocalKms.Url

    # Another machine: another store, other root keys and other heads.
    function Enter-Machine([string] $Name) {
        Disconnect-TenantEncryption
        foreach ($folder in 'store', 'config') { $null = New-Item -ItemType Directory -Force (Join-Path $sandbox.Root "$Name/$folder") }
        $env:TENANTENCRYPTION_HOME = Join-Path $sandbox.Root "$Name/store"
        $env:XDG_CONFIG_HOME = Join-Path $sandbox.Root "$Name/config"
        if ($IsWindows) { $env:LOCALAPPDATA = $env:ProgramData = $env:XDG_CONFIG_HOME }
    }
    function Enter-FirstMachine {
        Disconnect-TenantEncryption
        $env:TENANTENCRYPTION_HOME = $first
        $env:XDG_CONFIG_HOME = Join-Path $sandbox.Root 'config'
        if ($IsWindows) { $env:LOCALAPPDATA = $env:ProgramData = $env:XDG_CONFIG_HOME }
    }
}

AfterAll {
    Enter-FirstMachine
    Exit-Sandbox $sandbox
}

Describe 'Export-KeyRing' {
    BeforeAll { Enter-FirstMachine }

    It 'writes JSON that only its owner can read, and says what is in it' {
        $ring = Export-KeyRing acme ./acme.json
        $ring.TenantId, $ring.Keys, $ring.KeysOfInternalKms, $ring.Sealed | Should -Be 'acme', 2, 0, $false
        $ring.Hash | Should -Be (Get-FileHash ./acme.json).Hash
        if (-not $IsWindows) { (Get-Item ./acme.json).UnixFileMode | Should -Be ([IO.UnixFileMode] 'UserRead, UserWrite') }
        $json = Get-Content ./acme.json -Raw | ConvertFrom-Json
        $json.recipe | Should -Be 'TenantEncryption KEK wrap v1'
        $json.keys.keyArn | Should -Be $cmk.KeyArn, $cmk.KeyArn
        $json.keys[0].encryptionContext.KekId | Should -Be $json.keys[0].kekId
        (Get-EncryptionEvent acme -Type *.keyring.exported -Newest 1).Data.sha256 | Should -Be $ring.Hash
        $ring | Get-Item | Should -BeOfType IO.FileInfo
    }

    It 'names -Passphrase where the internal KMS has a part, before anything is asked or written' {
        $failure = { Export-KeyRing globex ./globex.json -Confirm -ErrorAction Stop } | Should -Throw -ErrorId 'PASSPHRASE_REQUIRED,*' -PassThru
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*Export-KeyRing -Passphrase*'
        { Export-KeyRing globex ./globex.json -Passphrase ([securestring]::new()) -ErrorAction Stop } | Should -Throw -ErrorId 'PASSPHRASE_REQUIRED,*'
        './globex.json' | Should -Not -Exist
        (Export-KeyRing globex ./globex.json -Passphrase $passphrase).Sealed | Should -BeTrue
    }

    It 'leaves what is there, unless it may replace it, and does nothing with -WhatIf' {
        { Export-KeyRing acme ./acme.json -ErrorAction Stop } | Should -Throw -ErrorId 'OUTPUT_EXISTS,*'
        Export-KeyRing acme ./acme.json -Force | Should -Not -BeNullOrEmpty
        Export-KeyRing acme ./none.json -WhatIf | Should -BeNullOrEmpty
        './none.json' | Should -Not -Exist
    }

    It 'writes a file for each tenant into a folder, and goes on after one that fails' {
        $null = New-Item -ItemType Directory rings
        $rings = Export-KeyRing * ./rings -ErrorAction SilentlyContinue -ErrorVariable problems
        $rings.TenantId | Should -Be 'acme'
        $problems.FullyQualifiedErrorId | Should -BeLike 'PASSPHRASE_REQUIRED,*'
        (Get-EncryptionTenant | Export-KeyRing -Path ./rings -Passphrase $passphrase -Force).Count | Should -Be 2
        (Get-ChildItem rings).Name | Should -Be 'tenant-acme-keyring.json', 'tenant-globex-keyring.json'
        { Export-KeyRing acme, globex ./both.json -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        { Export-KeyRing nosuch ./none.json -ErrorAction Stop } | Should -Throw -ErrorId 'TENANT_NOT_FOUND,*'
    }
}

Describe 'Import-KeyRing' {
    BeforeAll {
        Enter-FirstMachine
        $null = Export-KeyRing acme ./open.json
    }

    It 'makes a tenant readable on another machine by its provider alone, and activates nothing' {
        Enter-Machine second
        Import-KeyRing ./open.json -KeyArn $cmk.KeyArn -EndpointUrl $url -WhatIf | Should -BeNullOrEmpty
        Get-EncryptionTenant | Should -BeNullOrEmpty
        $import = Import-KeyRing ./open.json -KeyArn $cmk.KeyArn -EndpointUrl $url
        $import.TenantId, $import.NewTenant, $import.Keys, $import.Failed | Should -Be 'acme', $true, 2, 0
        $import.Providers | Should -Be 'cmk'
        $value, $old | Unprotect-TenantData | Should -Be 'secret', 'before'
        (Get-KeyProvider cmk).Status | Should -Be 'Archived'
        (Get-KeyProvider -Current).Type | Should -Be 'Internal'
        'new' | Protect-TenantData -TenantId acme | Unprotect-TenantData | Should -Be 'new'
        (Get-EncryptionEvent acme -Type *.keyring.imported).Data.keys.Count | Should -Be 2
        Test-EncryptionEventLog -Quiet | Should -BeTrue

        $again = Import-KeyRing ./open.json -Confirm
        $again.Keys, $again.KnownKeys | Should -Be 0, 2
    }

    It 'takes no master key that nobody named' {
        Enter-Machine third
        $failure = { Import-KeyRing ./open.json -EndpointUrl $url -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*' -PassThru
        "$failure" | Should -BeLike "*$($cmk.KeyArn)*"
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*-KeyArn*'
        { Import-KeyRing ./nothing.json -ErrorAction Stop } | Should -Throw -ErrorId 'SOURCE_NOT_FOUND,*'
        { Import-KeyRing ./open.json -TenantId globex -KeyArn $cmk.KeyArn -ErrorAction Stop } | Should -Throw -ErrorId 'WRONG_TENANT,*'
        Get-EncryptionTenant | Should -BeNullOrEmpty
    }

    It 'opens with the passphrase what the internal KMS of the old machine sealed' {
        Enter-FirstMachine
        $null = Export-KeyRing acme ./sealed.json -Passphrase $passphrase
        $null = Export-KeyRing globex ./inner.json -Passphrase $passphrase
        Enter-Machine third
        { Import-KeyRing ./inner.json -ErrorAction Stop } | Should -Throw -ErrorId 'PASSPHRASE_REQUIRED,*'
        { Import-KeyRing ./inner.json -Passphrase (ConvertTo-SecureString 'wrong' -AsPlainText -Force) -ErrorAction Stop } | Should -Throw -ErrorId 'PASSPHRASE_REQUIRED,*'
        { Import-KeyRing ./open.json -Passphrase $passphrase -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        Import-KeyRing ./inner.json -Passphrase $passphrase | Out-Null
        Import-KeyRing ./sealed.json -Passphrase $passphrase | Out-Null
        $plain, $value | Unprotect-TenantData | Should -Be 'plain', 'secret'
    }

    It 'puts in what opens, and writes an error for each key that does not' {
        $json = Get-Content ./open.json -Raw | ConvertFrom-Json
        $json.keys[0].sealedKek = [Convert]::ToBase64String([byte[]]::new(48))
        $json | ConvertTo-Json -Depth 9 | Set-Content ./half.json
        Enter-Machine fourth
        $import = Import-KeyRing ./half.json -KeyArn $cmk.KeyArn -EndpointUrl $url -ErrorAction SilentlyContinue -ErrorVariable problems
        $import.Keys, $import.Failed | Should -Be 1, 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'WRONG_KEY,*'
        $problems[0].TargetObject | Should -Be $json.keys[0].kekId
    }

    It 'brings nothing back that was removed, and says so' {
        Enter-Machine second
        $null = Remove-KeyProvider cmk -TenantId acme -Force
        $import = Import-KeyRing ./open.json -KeyArn $cmk.KeyArn -EndpointUrl $url -WarningVariable warnings -WarningAction SilentlyContinue
        $import.Keys, $import.LeftOut | Should -Be 0, 2
        "$warnings" | Should -BeLike "*'cmk'*removed it*"
        Remove-EncryptionTenant acme -Force
        { Import-KeyRing ./open.json -KeyArn $cmk.KeyArn -EndpointUrl $url -ErrorAction Stop } | Should -Throw -ErrorId 'TRANSITION_FORBIDDEN,*'
    }
}
