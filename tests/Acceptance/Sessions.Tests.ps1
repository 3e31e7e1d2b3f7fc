#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'Connect-TenantEncryption' {
    AfterEach {
        Disconnect-TenantEncryption
    }

    It 'is not needed: every cmdlet opens the default store' {
        (Get-TenantEncryption).Path | Should -BeLike (Join-Path $sandbox.Root 'store*')
    }

    It 'writes nothing without -PassThru' {
        Connect-TenantEncryption other -Create | Should -BeNullOrEmpty
    }

    It 'opens a folder relative to the location of the session, and makes it with -Create' {
        $session = Connect-TenantEncryption new/store -Create -PassThru
        $session | Should -BeOfType TenantEncryption.StoreInfo
        $session.Path | Should -BeLike (Join-Path $sandbox.Root 'work/new/store*')
        (Get-TenantEncryption).StoreId | Should -Be $session.StoreId
    }

    It 'takes a folder name with brackets as it is' {
        (Connect-TenantEncryption 'st[1]re' -Create -PassThru).Path | Should -BeLike "*st``[1``]re*"
    }

    It 'opens a store under a passphrase only with the passphrase' {
        $right = ConvertTo-SecureString 'correct horse' -AsPlainText -Force
        (Connect-TenantEncryption sealed -Create -Passphrase $right -PassThru).RootKeyProtection | Should -Be 'Passphrase'
        $null = New-EncryptionTenant acme
        $value = 'secret' | Protect-TenantData -TenantId acme
        Disconnect-TenantEncryption

        { Connect-TenantEncryption sealed -Passphrase (ConvertTo-SecureString 'wrong' -AsPlainText -Force) } | Should -Throw -ErrorId 'PASSPHRASE_REQUIRED,*'
        { Connect-TenantEncryption sealed } | Should -Throw -ErrorId 'PASSPHRASE_REQUIRED,*'
        Connect-TenantEncryption sealed -Passphrase $right
        $value | Unprotect-TenantData | Should -Be 'secret'
    }

    It 'says what -MachineScope does not change' {
        Connect-TenantEncryption scoped -Create
        Disconnect-TenantEncryption
        Connect-TenantEncryption scoped -MachineScope -WarningAction SilentlyContinue -WarningVariable warnings
        $warnings | Should -BeLike '*is kept as *-MachineScope is for new stores*'
        Disconnect-TenantEncryption
    }

    It 'tells a store of which the root key is missing' {
        $null = Connect-TenantEncryption rootless -Create
        Disconnect-TenantEncryption
        Get-ChildItem -Recurse -File $env:XDG_CONFIG_HOME | Rename-Item -NewName { "$($_.Name).away" }
        try {
            { Connect-TenantEncryption rootless } | Should -Throw -ErrorId 'ROOT_KEY_MISSING,*'
            $named = [regex]::Match($Error[0].Exception.Message, 'is not in the file (\S+\.root),').Groups[1].Value
            "$named.away" | Should -Exist
        }
        finally {
            Get-ChildItem -Recurse -File $env:XDG_CONFIG_HOME -Filter *.away | Rename-Item -NewName { $_.Name -replace '\.away$' }
        }
    }

    It 'makes nothing, no folder and no root key, of a name that is no store' {
        $roots = @(Get-ChildItem -Recurse $env:XDG_CONFIG_HOME).FullName
        $caught = try { Connect-TenantEncryption ./typpo -Passphrase (ConvertTo-SecureString 'p' -AsPlainText -Force) } catch { $_ }
        $caught.FullyQualifiedErrorId | Should -BeLike 'STORE_NOT_FOUND,*'
        $caught.Exception.Message | Should -BeLike '*typpo*-Create*'
        { Connect-TenantEncryption ./typpo } | Should -Throw -ErrorId 'STORE_NOT_FOUND,*'
        'typpo' | Should -Not -Exist
        @(Get-ChildItem -Recurse $env:XDG_CONFIG_HOME).FullName | Should -Be $roots

        $null = New-Item -ItemType Directory empty
        { Connect-TenantEncryption empty } | Should -Throw -ErrorId 'STORE_NOT_FOUND,*'
        Get-ChildItem empty -Force | Should -BeNullOrEmpty
    }

    It 'leaves a script that goes on after it failed with the store that it named, and with no other' {
        $named = Join-Path $sandbox.Root fallback
        $run = Invoke-Runbook "`$env:TENANTENCRYPTION_HOME = '$named'; Connect-TenantEncryption ./typpo; New-EncryptionTenant acme; `$Error.FullyQualifiedErrorId; Disconnect-TenantEncryption; (Get-TenantEncryption -WarningAction SilentlyContinue).Path"
        $run.Output -replace '\s+', ' ' | Should -BeLike 'STORE_NOT_FOUND,*NewEncryptionTenant* STORE_NOT_FOUND,*ConnectTenantEncryption* *fallback*tenantencryption.db'
        'typpo' | Should -Not -Exist

        Connect-TenantEncryption meant -Create
        { Connect-TenantEncryption ./typpo } | Should -Throw -ErrorId 'STORE_NOT_FOUND,*'
        { New-EncryptionTenant acme -ErrorAction Stop } | Should -Throw -ErrorId 'STORE_NOT_FOUND,*' -ExpectedMessage '*typpo*'
        Connect-TenantEncryption meant
        Get-EncryptionTenant | Should -BeNullOrEmpty
    }

    It 'opens with -Create a store that is there, so that a runbook may run twice' {
        $first = Connect-TenantEncryption twice -Create -PassThru
        Disconnect-TenantEncryption
        (Connect-TenantEncryption twice -Create -PassThru).StoreId | Should -Be $first.StoreId
        Disconnect-TenantEncryption
        (Connect-TenantEncryption twice -PassThru).StoreId | Should -Be $first.StoreId
    }

    It 'makes the default store by itself, and says so where TENANTENCRYPTION_HOME names it' {
        $named = Join-Path $sandbox.Root named
        $run = Invoke-Runbook "`$env:TENANTENCRYPTION_HOME = '$named'; Get-EncryptionTenant -WarningVariable +told -WarningAction SilentlyContinue; Get-EncryptionTenant -WarningVariable +told; `$told; (Get-TenantEncryption).Path"
        $run.Errors | Should -BeNullOrEmpty
        $run.Output -replace '\s+', ' ' | Should -BeLike 'A new store was made in *named*TENANTENCRYPTION_HOME*named*tenantencryption.db'
        ($run.Output -split 'A new store').Count | Should -Be 2
    }

    It 'is not needed to look: neither Tab nor Get-EncryptionPlatform makes a store, not even the default one' {
        $looked = (New-Item -ItemType Directory (Join-Path $sandbox.Root looked)).FullName
        $run = Invoke-Runbook "`$env:TENANTENCRYPTION_HOME = '$looked'; (Get-EncryptionPlatform standalone).Name; `$line = 'Get-EncryptionTenant -TenantId a'; (TabExpansion2 `$line `$line.Length).CompletionMatches.Count"
        $run.Output -split '\s+' | Select-Object -First 1 | Should -Be 'standalone'
        Get-ChildItem $looked -Force | Should -BeNullOrEmpty
    }

    It 'takes a key lease of a second or more, or none, and refuses a bare number with the form' {
        { Connect-TenantEncryption leased -Create -KeyLease 30 } | Should -Throw -ErrorId 'INVALID_INPUT,*' -ExpectedMessage '*00:00:30*'
        'leased' | Should -Not -Exist
        Disconnect-TenantEncryption
        { New-EncryptionTenant ticks -KeyLease 30 -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*' -ExpectedMessage '*00:00:30*'
        foreach ($lease in '00:00:30', '0', '1:00:00') { Connect-TenantEncryption leased -Create -KeyLease $lease }
    }

    It 'refuses a session token without a credential' {
        { Connect-TenantEncryption -SessionToken (ConvertTo-SecureString 't' -AsPlainText -Force) } | Should -Throw -ErrorId 'INVALID_INPUT,*'
    }

    It 'tells a file that is not a store' {
        $null = New-Item -ItemType Directory notastore
        Set-Content notastore/tenantencryption.db 'This is no database, whatever its name says. It only has to be long enough to be read as one.'
        { Connect-TenantEncryption notastore } | Should -Throw -ErrorId 'STORE_UNUSABLE,*'
    }

    It 'calls KMS with the credentials of the session, which end with it' {
        $key = New-LocalKey $sandbox
        $wrong = [pscredential]::new('nobody', (ConvertTo-SecureString 'wrong' -AsPlainText -Force))
        $right = [pscredential]::new('local', (ConvertTo-SecureString 'local' -AsPlainText -Force))
        Connect-TenantEncryption credentials -Create -Credential $right
        $null = New-EncryptionTenant acme
        $provider = New-KeyProvider -TenantId acme -Name cmk -KeyArn $key.Arn -EndpointUrl $sandbox.LocalKms.Url
        ($provider | Test-KeyProvider).Code | Should -Be 'SUCCESS'

        Connect-TenantEncryption credentials -Credential $wrong
        ($provider | Test-KeyProvider).Code | Should -Be 'CREDENTIALS_INVALID'

        Disconnect-TenantEncryption
        Connect-TenantEncryption credentials
        ($provider | Test-KeyProvider).Code | Should -Be 'SUCCESS' -Because 'the environment has the right ones'
    }
}

Describe 'Runspaces' {
    AfterEach {
        Disconnect-TenantEncryption
    }

    It 'share the connection of the one that connected' {
        Connect-TenantEncryption shared -Create
        $null = New-EncryptionTenant acme
        $values = 1..20 | ForEach-Object -Parallel { "$_" | Protect-TenantData -TenantId acme } -ThrottleLimit 4
        $values.Count | Should -Be 20
        $values | Unprotect-TenantData | Sort-Object { [int] $_ } | Should -Be (1..20).ForEach{ "$_" }
        (Get-TenantEncryption).Path | Should -BeLike (Join-Path $sandbox.Root 'work/shared*')
    }

    It 'that connect to different stores do not disturb each other' {
        $ids = 'one', 'two', 'three', 'four' | ForEach-Object -Parallel {
            Set-Location $using:PWD
            Connect-TenantEncryption "apart-$_" -Create
            $null = New-EncryptionTenant "only-$_"
            Start-Sleep -Milliseconds 100
            "$_ has $((Get-EncryptionTenant).TenantId -join ',')"
            # Nobody else closes it, and Windows removes no folder of an open store.
            Disconnect-TenantEncryption
        } -ThrottleLimit 4
        $ids | Sort-Object | Should -Be 'four has only-four', 'one has only-one', 'three has only-three', 'two has only-two'
    }

    It 'in thread jobs work as well' {
        Connect-TenantEncryption threads -Create
        $null = New-EncryptionTenant acme
        Start-ThreadJob { (Get-EncryptionTenant).TenantId } | Receive-Job -Wait -AutoRemoveJob | Should -Be 'acme'
    }
}

Describe 'Jobs' {
    It 'are processes of their own on the same store, and what comes back compares and binds' {
        $null = New-TenantWithKey $sandbox jobs
        $module = $sandbox.Module
        $provider = Start-Job { Import-Module $using:module; Get-KeyProvider -TenantId jobs -Type AwsKms } | Receive-Job -Wait -AutoRemoveJob
        $provider.PSTypeNames | Should -Contain 'Deserialized.TenantEncryption.Providers.KeyProvider'
        $provider.Status | Should -BeOfType string
        $provider.Status | Should -Be 'Pending'
        ($provider | Test-KeyProvider).Name | Should -Be 'jobs-cmk'
    }

    It 'never wait for an answer to a question' {
        $null = New-TenantWithKey $sandbox asked
        $module = $sandbox.Module
        $job = Start-Job { Import-Module $using:module; Remove-KeyProvider asked-cmk -TenantId asked }
        $errors = $null
        $job | Wait-Job -Timeout 60 | Receive-Job -ErrorVariable errors -ErrorAction SilentlyContinue
        $job.State | Should -BeIn 'Completed', 'Failed'
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'CONFIRMATION_REQUIRED,*'
        $job | Remove-Job -Force
    }
}

Describe 'Clixml' {
    It 'brings a test result back with its checks and its words' {
        $null = New-EncryptionTenant clixml
        Test-KeyProvider Internal -TenantId clixml | Export-Clixml result.clixml
        $back = Import-Clixml result.clixml
        $back.Success | Should -BeTrue
        $back.Verdict | Should -Be 'Working'
        $back.Checks[-1].Outcome | Should -Be 'Passed'
        $back.Checks[-1].Name | Should -Be 'RoundTrip'
    }

    It 'brings a provider back that still is a reference' {
        Get-KeyProvider -TenantId clixml | Export-Clixml provider.clixml
        (Import-Clixml provider.clixml | Get-KeyHistory)[0].Event | Should -BeLike '*.tenant.created'
    }
}

Describe 'A question that can not be shown' {
    BeforeAll {
        $null = New-TenantWithKey $sandbox question
    }

    It 'is CONFIRMATION_REQUIRED <name>' -ForEach @(
        @{ name = 'with -NonInteractive'; option = @('-NonInteractive'); text = '' }
        @{ name = 'when the input is redirected and empty'; option = @(); text = '' }
        @{ name = 'when the input is redirected and says yes'; option = @(); text = "Y`nY`n" }
    ) {
        $run = Invoke-Runbook "try { Remove-KeyProvider question-cmk -TenantId question -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message }" $option $text
        $run.Ended | Should -BeTrue
        $run.Output | Should -BeLike 'CONFIRMATION_REQUIRED,*'
        $run.Output | Should -BeLike '*-Confirm:$false*'
    }

    It 'is answered by -Confirm:$false' {
        $null = New-TenantWithKey $sandbox answered
        $run = Invoke-Runbook 'Remove-KeyProvider answered-cmk -TenantId answered -Confirm:$false; (Get-KeyProvider -TenantId answered).Name' @('-NonInteractive')
        $run.Output | Should -Be 'Internal KMS'
    }

    It 'is answered by -Force, unless -Confirm is given' {
        $null = New-TenantWithKey $sandbox forced
        $run = Invoke-Runbook @'
            foreach ($confirm in @{ Confirm = $true }, @{}) {
                try { Remove-KeyProvider forced-cmk -TenantId forced -Force @confirm -ErrorAction Stop } catch { $_.Exception.Code }
                (Get-KeyProvider -TenantId forced).Count
            }
'@ @('-NonInteractive')
        $run.Output -split '\r?\n' | Should -Be 'CONFIRMATION_REQUIRED', '2', '1'
    }

    It 'is not asked about what is refused anyway: <script>' -ForEach @(
        @{ script = 'Remove-KeyProvider Internal -TenantId question'; code = 'TRANSITION_FORBIDDEN' }
        @{ script = 'Disable-KeyProvider question-cmk -TenantId question'; code = 'TRANSITION_FORBIDDEN' }
        @{ script = 'Restore-KeyProvider question-cmk -TenantId question -Confirm'; code = 'TRANSITION_FORBIDDEN' }
        @{ script = 'Enable-KeyProvider Internal -TenantId question-none -Confirm'; code = 'TENANT_NOT_FOUND' }
        @{ script = 'Remove-MasterKey (Get-KeyProvider question-cmk).KeyArn'; code = 'HAS_DEPENDANTS' }
        @{ script = 'New-KeyProvider question -Name question-cmk -KeyArn arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab -Confirm'; code = 'PROVIDER_EXISTS' }
    ) {
        $run = Invoke-Runbook "try { $script -ErrorAction Stop } catch { `$_.Exception.Code }" @('-NonInteractive')
        $run.Output | Should -Be $code
    }
}
