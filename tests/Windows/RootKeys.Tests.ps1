#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# Where Windows keeps the root of the internal KMS, and who can use it.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot '../Acceptance/Sandbox.psm1')
    $sandbox = Enter-Sandbox

    # Runs a script with the profile folder of another account. An account of its own no test can have: its password would have to be known.
    function Invoke-WithProfile([string] $Script) {
        $before = $env:LOCALAPPDATA
        try {
            $env:LOCALAPPDATA = (New-Item -ItemType Directory -Force (Join-Path $sandbox.Root 'another')).FullName
            Invoke-Runbook $Script
        }
        finally { $env:LOCALAPPDATA = $before }
    }
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'A key in memory' {
    It 'is locked, and holds what it is given until it is disposed' {
        $key = [TenantEncryption.Keys.SecretBytes]::Random(32)
        $key.Memory.ToArray() | Where-Object { $_ -ne 0 } | Should -Not -BeNullOrEmpty
        [TenantEncryption.Keys.SecretBytes]::LockFailure | Should -BeNullOrEmpty
        $key.Dispose()
        { $key.get_Memory() } | Should -Throw '*disposed*'
    }

    It 'may be larger than a page' {
        $key = [TenantEncryption.Keys.SecretBytes]::new(1MB)
        $key.Memory.Length | Should -Be 1MB
        $key.Dispose()
    }
}

Describe 'A root key of a user' {
    AfterEach { Disconnect-TenantEncryption }

    It 'is sealed, and opens for nobody when it was altered' {
        $store = Connect-TenantEncryption user -Create -PassThru
        $store.RootKeyProtection | Should -Be 'DpapiUser'
        Disconnect-TenantEncryption
        $file = Join-Path $env:LOCALAPPDATA "TenantEncryption\roots\$($store.StoreId).root"
        $bytes = [IO.File]::ReadAllBytes($file)
        [Text.Encoding]::ASCII.GetString($bytes) | Should -Not -BeLike '*TERK*'
        $bytes[-1] = $bytes[-1] -bxor 1
        [IO.File]::WriteAllBytes($file, $bytes)
        { Connect-TenantEncryption user } | Should -Throw -ErrorId 'ROOT_KEY_MISMATCH,*'
    }

    It 'is looked for in the profile of who works' {
        $null = Connect-TenantEncryption users -Create
        Disconnect-TenantEncryption
        (Invoke-WithProfile "try { Connect-TenantEncryption '$PWD\users' } catch { `$_.FullyQualifiedErrorId }").Output | Should -BeLike 'ROOT_KEY_MISSING,*'
    }
}

Describe 'A root key of the machine' {
    AfterEach { Disconnect-TenantEncryption }

    It 'lies in a folder of its own that names who may use it, and serves another account, without the switch' {
        $store = Connect-TenantEncryption machine -Create -MachineScope -PassThru
        $store.RootKeyProtection | Should -Be 'DpapiMachine'
        $null = New-EncryptionTenant acme
        $value = 'of all services' | Protect-TenantData -TenantId acme
        Disconnect-TenantEncryption

        $folder = Join-Path $env:ProgramData "TenantEncryption\roots\$($store.StoreId)"
        @(Get-ChildItem $folder).Name | Sort-Object | Should -Be "$($store.StoreId).heads", "$($store.StoreId).root"
        # Nobody who is everybody: the world, those who signed in, the users.
        foreach ($path in @($folder) + (Get-ChildItem $folder).FullName) { (Get-Acl $path).Sddl | Should -Not -Match ';;;(WD|AU|BU)\)' -Because $path }
        (Connect-TenantEncryption machine -PassThru).RootKeyProtection | Should -Be 'DpapiMachine'
        Disconnect-TenantEncryption

        $run = Invoke-WithProfile "Connect-TenantEncryption '$PWD\machine'; '$value' | Unprotect-TenantData; `$null = New-EncryptionTenant theirs; (Test-EncryptionEventLog).Success"
        $run.Output -split '\r?\n' | Should -Be 'of all services', 'True' -Because $run.Errors
    }

    It 'is refused when everybody may read it' {
        $store = Connect-TenantEncryption exposed -Create -MachineScope -PassThru
        Disconnect-TenantEncryption
        $folder = Join-Path $env:ProgramData "TenantEncryption\roots\$($store.StoreId)"
        $acl = Get-Acl $folder
        $acl.AddAccessRule([System.Security.AccessControl.FileSystemAccessRule]::new([System.Security.Principal.SecurityIdentifier]::new('S-1-1-0'), 'ReadAndExecute', 'ContainerInherit, ObjectInherit', 'None', 'Allow'))
        Set-Acl $folder $acl
        { Connect-TenantEncryption exposed } | Should -Throw -ErrorId 'ROOT_KEY_EXPOSED,*'
    }
}
