#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $unusable = 'arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000'
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'New-KeyProvider' {
    It 'registers a Pending provider' {
        $provider = New-TenantWithKey $sandbox registered
        $provider | Should -BeOfType TenantEncryption.Providers.KeyProvider
        $provider.Status | Should -Be 'Pending'
        $provider.Id | Should -Match '^kp-[0-9a-f]{20}$'
        $provider.KeyArn | Should -Be $provider.KeyIdentifier
    }

    It 'tells which part of an ARN is malformed' -ForEach @(
        @{ arn = 'arn:aws:s3:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'; part = '*service*' }
        @{ arn = 'arn:aws:kms:eu-west-1:1111:key/1234abcd-12ab-34cd-56ef-1234567890ab'; part = '*account*' }
    ) {
        $null = New-EncryptionTenant "malformed $arn"
        { New-KeyProvider -TenantId "malformed $arn" -Name bad -KeyArn $arn -ErrorAction Stop } |
            Should -Throw -ErrorId 'INVALID_ARN,*' -ExpectedMessage $part
        (Get-KeyProvider -TenantId "malformed $arn").Count | Should -Be 1
    }

    It 'with -Activate makes it Active' {
        $null = New-EncryptionTenant activated
        $key = New-LocalKey $sandbox
        $provider = New-KeyProvider -TenantId activated -Name cmk -KeyArn $key.Arn -EndpointUrl $sandbox.LocalKms.Url -Activate
        $provider.Status | Should -Be 'Active'
        (Get-KeyProvider Internal* -TenantId activated).Status | Should -Be 'Archived'
    }

    It 'with -Migrate moves the keys to it' {
        $null = New-EncryptionTenant migrated
        $key = New-LocalKey $sandbox
        $provider = New-KeyProvider -TenantId migrated -Name cmk -KeyArn $key.Arn -EndpointUrl $sandbox.LocalKms.Url -Migrate
        $provider.Status | Should -Be 'Active'
        $provider.KeyCount | Should -Be 2
        (Get-KeyProvider Internal* -TenantId migrated).KeyCount | Should -Be 0
    }

    It 'stays Pending when it does not work, and tells why' {
        $null = New-EncryptionTenant stays
        $provider = New-KeyProvider -TenantId stays -Name cmk -KeyArn $unusable -EndpointUrl $sandbox.LocalKms.Url -Activate -ErrorAction SilentlyContinue -ErrorVariable errors
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'KEY_NOT_FOUND,*'
        $errors[0].Exception.Message | Should -BeLike '*stays Pending*'
        $errors[0].Exception.Message | Should -Not -BeLike '*nothing was changed*'
        $provider.Status | Should -Be 'Pending'
    }

    It 'registers one for each line of a CSV file, with the columns that say how its key is reached' {
        $null = New-EncryptionTenant csv
        $lines = (1..2).ForEach{ "csv,cmk$_,$((New-LocalKey $sandbox).Arn),note $_,,$($sandbox.LocalKms.Url),p$_,arn:aws:iam::111122223333:role/r$_,x$_,us-east-1" }
        $providers = @('TenantId,Name,KeyArn,Description,ContextValue,EndpointUrl,ProfileName,RoleArn,ExternalId,Region') + $lines | ConvertFrom-Csv |
            New-KeyProvider -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $providers.Description | Should -Be 'note 1', 'note 2'
        $providers.Connection.EndpointUrl | Should -Be $sandbox.LocalKms.Url, $sandbox.LocalKms.Url
        $providers.Connection.ProfileName | Should -Be 'p1', 'p2'
        $providers.Connection.RoleArn | Should -Be 'arn:aws:iam::111122223333:role/r1', 'arn:aws:iam::111122223333:role/r2'
        $providers.Connection.ExternalId | Should -Be 'x1', 'x2'
        $providers.ContextValue | Should -Be $null, $null -Because 'an empty cell says nothing'
        $providers.Connection.Region | Should -Be 'eu-west-1', 'eu-west-1' -Because 'the ARN has it'
    }

    It 'takes an argument before a column, and names the columns that nothing takes, once' {
        $null = New-EncryptionTenant columns
        $lines = (1..2).ForEach{ "columns,cmk$_,$((New-LocalKey $sandbox).Arn),http://127.0.0.1:1,sales,7" }
        $providers = @('TenantId,Name,KeyArn,EndpointUrl,Department,CostCenter') + $lines | ConvertFrom-Csv |
            New-KeyProvider -EndpointUrl $sandbox.LocalKms.Url -WarningVariable warnings -WarningAction SilentlyContinue
        $providers.Connection.EndpointUrl | Should -Be $sandbox.LocalKms.Url, $sandbox.LocalKms.Url
        $warnings.Count | Should -Be 1
        $warnings[0] | Should -BeLike "*'Department', 'CostCenter'*"
    }

    It 'takes from a piped master key how it is reached, and no region from a piped tenant that its ARN contradicts' {
        $key = New-MasterKey "piped-$(Get-Random)" -Region eu-west-1 -EndpointUrl (New-LocalKey $sandbox | ForEach-Object { $sandbox.LocalKms.Url })
        $null = New-EncryptionTenant piped -Region us-east-1
        $provider = $key | New-KeyProvider -TenantId piped -Name made
        $provider.KeyArn | Should -Be $key.KeyArn
        $provider.Connection.EndpointUrl | Should -Be $sandbox.LocalKms.Url
        $other = Get-EncryptionTenant piped | New-KeyProvider -Name other -KeyArn (New-LocalKey $sandbox).Arn -EndpointUrl $sandbox.LocalKms.Url
        $other.Connection.Region | Should -Be 'eu-west-1'
    }

    It 'tells the KMS calls with -WhatIf: those that are made' -ForEach @(
        @{ how = 'Activate' }
        @{ how = 'Migrate' }
    ) {
        $null = New-EncryptionTenant "calls-$how"
        $key = (New-LocalKey $sandbox).Arn
        $arguments = @{ TenantId = "calls-$how"; Name = 'cmk'; KeyArn = $key; EndpointUrl = $sandbox.LocalKms.Url; $how = $true }
        $run = Invoke-Runbook "New-KeyProvider -TenantId calls-$how -Name cmk -KeyArn $key -EndpointUrl $($sandbox.LocalKms.Url) -$how -WhatIf"
        $promised = [int] [regex]::Match($run.Output, '(\d+)\s+KMS\s+calls').Groups[1].Value
        $promised | Should -BeGreaterThan 0
        (Get-ArrivedCall $sandbox { New-KeyProvider @arguments }).Count | Should -Be $promised
    }

    It 'changes nothing with -WhatIf' {
        $null = New-EncryptionTenant whatif
        New-KeyProvider -TenantId whatif -Name cmk -KeyArn $unusable -Migrate -WhatIf | Should -BeNullOrEmpty
        (Get-KeyProvider -TenantId whatif).Count | Should -Be 1
    }

    It 'ends at an unknown tenant' {
        { New-KeyProvider -TenantId nope -Name cmk -KeyArn $unusable } | Should -Throw -ErrorId 'TENANT_NOT_FOUND,*'
    }
}

Describe 'Get-KeyProvider' {
    BeforeAll {
        $one = New-TenantWithKey $sandbox get1 'same name'
        $null = New-EncryptionTenant get2
        $null = New-KeyProvider -TenantId get2 -Name 'same name' -KeyArn $one.KeyArn -EndpointUrl $sandbox.LocalKms.Url
    }

    It 'narrows by tenant, name, id, key, type, state' {
        (Get-KeyProvider -TenantId get1).Name | Should -Be 'Internal KMS', 'same name'
        (Get-KeyProvider 'same*').TenantId | Should -Be 'get1', 'get2'
        (Get-KeyProvider -Id $one.Id).TenantId | Should -Be 'get1'
        (Get-KeyProvider -KeyArn $one.KeyArn).TenantId | Should -Be 'get1', 'get2'
        (Get-KeyProvider -TenantId get1 -Type AwsKms).Id | Should -Be $one.Id
        (Get-KeyProvider -TenantId get1 -Status Pending).Id | Should -Be $one.Id
        (Get-KeyProvider -TenantId get1 -Current).Type | Should -Be 'Internal'
    }

    It 'tells a name or id that does not exist, and is empty for a wildcard without match' {
        { Get-KeyProvider nothing -ErrorAction Stop } | Should -Throw -ErrorId 'PROVIDER_NOT_FOUND,*'
        { Get-KeyProvider -Id kp-00000000000000000000 -ErrorAction Stop } | Should -Throw -ErrorId 'PROVIDER_NOT_FOUND,*'
        Get-KeyProvider 'nothing*' -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'is ambiguous as a reference until the tenant is named' {
        { Test-KeyProvider 'same name' -ErrorAction Stop } | Should -Throw -ErrorId 'AMBIGUOUS_PROVIDER,*' -ExpectedMessage "*$($one.Id)*"
        (Test-KeyProvider 'same name' -TenantId get2).TenantId | Should -Be 'get2'
    }
}

Describe 'Test-KeyProvider' {
    BeforeAll {
        $provider = New-TenantWithKey $sandbox tested
        $broken = New-KeyProvider -TenantId tested -Name broken -KeyArn $unusable -EndpointUrl $sandbox.LocalKms.Url
    }

    It 'gives a result with checks' {
        $result = Test-KeyProvider tested-cmk -TenantId tested
        $result.Success | Should -BeTrue
        $result.Verdict | Should -Be 'SafeToActivate'
        $result.Checks | Should -BeOfType TenantEncryption.Providers.KeyProviderCheck
        $result.Checks[-1].Name | Should -Be 'RoundTrip'
    }

    It 'gives a failed check as a result, not as an error' {
        $result = $broken | Test-KeyProvider -ErrorAction Stop
        $result.Success | Should -BeFalse
        $result.Code | Should -Be 'KEY_NOT_FOUND'
    }

    It 'gives one Boolean with -Quiet, for all of its input' {
        $provider | Test-KeyProvider -Quiet | Should -BeExactly $true
        @($provider, $broken | Test-KeyProvider -Quiet) | Should -BeExactly @($false)
        Test-KeyProvider nothing -Quiet -ErrorAction SilentlyContinue | Should -BeExactly $false
    }

    It 'takes AWS parameters that say what was registered, such as a default for every cmdlet, and refuses others' {
        $PSDefaultParameterValues = @{ '*:EndpointUrl' = $sandbox.LocalKms.Url }
        (Test-KeyProvider -TenantId tested).Code | Should -Be 'SUCCESS', 'SUCCESS', 'KEY_NOT_FOUND'
        { Test-KeyProvider tested-cmk -TenantId tested -EndpointUrl http://127.0.0.1:1 -ErrorAction Stop } |
            Should -Throw -ErrorId 'INVALID_INPUT,*' -ExpectedMessage "*$($sandbox.LocalKms.Url)*"
        # Of a tenant's providers, none is tested before one is refused.
        Test-KeyProvider -TenantId tested -EndpointUrl http://127.0.0.1:1 -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }

    It 'tests every provider of a tenant' {
        (Test-KeyProvider -TenantId tested).Code | Should -Be 'SUCCESS', 'SUCCESS', 'KEY_NOT_FOUND'
    }

    It 'says what it needs when it has neither' {
        { Test-KeyProvider -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*' -ExpectedMessage '*-KeyProvider and -TenantId*'
    }

    It 'tells a KMS that can not be reached' {
        $null = New-EncryptionTenant unreachable
        $null = New-KeyProvider -TenantId unreachable -Name cmk -KeyArn $unusable -EndpointUrl http://127.0.0.1:1
        (Test-KeyProvider cmk -TenantId unreachable).Code | Should -Be 'KMS_UNREACHABLE'
    }

    It 'tells the KMS calls with -Verbose' {
        $verbose = $provider | Test-KeyProvider -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
        ($verbose.Message -like 'kms:*') -replace '^kms:(\w+).*$', '$1' | Should -Be 'DescribeKey', 'GetKeyRotationStatus', 'GenerateDataKey', 'Decrypt'
    }
}

Describe 'Set-KeyProvider' {
    BeforeAll {
        $null = New-TenantWithKey $sandbox mended cmk
        Enable-KeyProvider cmk -TenantId mended
        $null = New-TenantWithKey $sandbox mended2 other
    }

    It 'changes what is given and emits nothing without -PassThru' {
        Set-KeyProvider cmk -TenantId mended -Name 'Key of 2026' -Description ours | Should -BeNullOrEmpty
        $provider = Get-KeyProvider -TenantId mended -Name 'Key of 2026' | Set-KeyProvider -Name cmk -Description '' -PassThru
        $provider.Name, $provider.Description, $provider.Status | Should -Be 'cmk', $null, 'Active'
        (Get-KeyHistory cmk -TenantId mended -WarningAction Ignore).Event[-1] | Should -BeLike '*keyprovider.updated'
    }

    It 'tells with -WhatIf what would change, and the KMS calls that are made' {
        $url = "$($sandbox.LocalKms.Url)/"
        $run = Invoke-Runbook "Set-KeyProvider cmk -TenantId mended -EndpointUrl $url -WhatIf"
        $run.Output -replace '\s+', ' ' | Should -BeLike "*Change the key provider: EndpointUrl from '$($sandbox.LocalKms.Url)' to '$url', with * KMS calls*cmk of tenant mended*"
        $promised = [int] [regex]::Match($run.Output, '(\d+)\s+KMS\s+calls').Groups[1].Value
        (Get-ArrivedCall $sandbox { Set-KeyProvider cmk -TenantId mended -EndpointUrl $url }).Count | Should -Be $promised
        (Get-KeyProvider cmk -TenantId mended).Connection.EndpointUrl | Should -Be $url
        (Get-ArrivedCall $sandbox { Set-KeyProvider cmk -TenantId mended -EndpointUrl $url }).Count | Should -Be 0
    }

    It 'refuses an endpoint where the key is not, and the tenant reads on' {
        $text = 'secret' | Protect-TenantData -TenantId mended
        Clear-KeyLease mended
        { Set-KeyProvider cmk -TenantId mended -EndpointUrl http://127.0.0.1:1 -ErrorAction Stop } |
            Should -Throw -ErrorId 'KMS_UNREACHABLE,*' -ExpectedMessage '*would not work with the new connection*Nothing was changed*'
        $text | Unprotect-TenantData | Should -Be 'secret'
    }

    It 'changes a Pending one without a test, and takes all that hang on a key from the pipeline' {
        $arn = (Get-KeyProvider other -TenantId mended2).KeyArn
        Get-ArrivedCall $sandbox { Get-KeyProvider -KeyArn $arn | Set-KeyProvider -EndpointUrl 'http://127.0.0.1:1' -ExternalId x } | Should -BeNullOrEmpty
        (Get-KeyProvider other -TenantId mended2).Connection.EndpointUrl | Should -Be 'http://127.0.0.1:1'
    }

    It 'refuses before it asks: <Code>' -ForEach @(
        @{ Arguments = @{ Name = 'INTERNAL' }; Code = 'INVALID_INPUT' }
        @{ Arguments = @{ Name = 'internal kms' }; Code = 'PROVIDER_EXISTS' }
        @{ Arguments = @{ Region = 'eu-west-3' }; Code = 'WRONG_REGION' }
    ) {
        { Set-KeyProvider cmk -TenantId mended @Arguments -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId "$Code,*"
    }
}

Describe 'The life of a provider' {
    BeforeAll {
        $provider = New-TenantWithKey $sandbox life
        $text = 'written under the internal KMS' | Protect-TenantData -TenantId life
    }

    It 'goes from Pending to Active' {
        Enable-KeyProvider life-cmk -TenantId life | Should -BeNullOrEmpty
        (Get-KeyProvider life-cmk).Status | Should -Be 'Active'
        $text | Unprotect-TenantData | Should -Be 'written under the internal KMS'
    }

    It 'refuses to deactivate while something depends on it, and says what' {
        { Get-KeyProvider Internal* -TenantId life | Disable-KeyProvider -Confirm:$false -ErrorAction Stop } |
            Should -Throw -ErrorId 'HAS_DEPENDANTS,*' -ExpectedMessage '*value*'
    }

    It 'deactivates with -Force, and restores' {
        $disabled = Get-KeyProvider Internal* -TenantId life | Disable-KeyProvider -Force -PassThru
        $disabled.Status | Should -Be 'Deactivated'
        $deadline = [DateTime]::UtcNow.AddSeconds(2)
        do {
            $code = try { $null = $text | Unprotect-TenantData -ErrorAction Stop } catch { $_.Exception.Code }
        } until ($code -or [DateTime]::UtcNow -gt $deadline)
        $code | Should -Be 'PROVIDER_DEACTIVATED' -Because 'a lease of an older epoch lasts no longer than a second'
        ($disabled | Restore-KeyProvider -PassThru).Status | Should -Be 'Archived'
        $text | Unprotect-TenantData | Should -Be 'written under the internal KMS'
    }

    It 'refuses to remove the Active one and the internal one' {
        { Remove-KeyProvider life-cmk -TenantId life -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'TRANSITION_FORBIDDEN,*'
        { Remove-KeyProvider Internal -TenantId life -Force -ErrorAction Stop } | Should -Throw -ErrorId 'TRANSITION_FORBIDDEN,*'
    }

    It 'removes one on which nothing depends' {
        $spare = New-KeyProvider -TenantId life -Name spare -KeyArn (New-LocalKey $sandbox).Arn -EndpointUrl $sandbox.LocalKms.Url
        $spare | Remove-KeyProvider -WhatIf
        (Get-KeyProvider spare).Id | Should -Be $spare.Id
        $spare | Remove-KeyProvider -Confirm:$false | Should -BeNullOrEmpty
        Get-KeyProvider spare* | Should -BeNullOrEmpty
    }

    It 'is its history' {
        $history = Get-KeyHistory life-cmk -TenantId life
        $history | Should -BeOfType TenantEncryption.Providers.KeyHistoryEntry
        $history.Event | Should -Contain 'tenantencryption.v1.keyprovider.created'
        $history.Event | Should -Contain 'tenantencryption.v1.keyprovider.activated'
        $history[0].Actor | Should -Not -BeNullOrEmpty
    }

    It 'changes nothing with -WhatIf, which also tells what would be refused' {
        $before = Get-KeyProvider -TenantId life | ConvertTo-Json -Depth 5
        $refused = @{ ErrorAction = 'SilentlyContinue'; ErrorVariable = '+errors'; WhatIf = $true }
        Get-KeyProvider -TenantId life | Enable-KeyProvider @refused
        Get-KeyProvider -TenantId life | Disable-KeyProvider @refused
        Get-KeyProvider -TenantId life | Restore-KeyProvider @refused
        Get-KeyProvider -TenantId life | Remove-KeyProvider @refused
        $errors.Exception.Code | Select-Object -Unique | Should -Be 'TRANSITION_FORBIDDEN', 'HAS_DEPENDANTS'
        Get-KeyProvider -TenantId life | ConvertTo-Json -Depth 5 | Should -Be $before
    }
}

Describe 'Keys' {
    BeforeAll {
        $null = New-TenantWithKey $sandbox keys
    }

    It 'are listed by tenant and by provider' {
        $key = Get-KeyEncryptionKey keys
        $key | Should -BeOfType TenantEncryption.Keys.KeyEncryptionKey
        $key.Status | Should -Be 'Current'
        $key.Provider | Should -Be (Get-KeyProvider -TenantId keys -Current).Id
        (Get-KeyProvider -TenantId keys -Current | Get-KeyEncryptionKey).KekId | Should -Be $key.KekId
        Get-KeyEncryptionKey -KeyProvider keys-cmk | Should -BeNullOrEmpty
        { Get-KeyEncryptionKey -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
    }

    It 'rotate, and the one before still opens what it wrapped' {
        $value = 'before' | Protect-TenantData -TenantId keys
        $before = Get-KeyEncryptionKey keys
        Update-KeyEncryptionKey keys -WhatIf | Should -BeNullOrEmpty
        $new = Update-KeyEncryptionKey keys
        $new.Status | Should -Be 'Current'
        (Get-KeyEncryptionKey keys | Where-Object KekId -eq $before.KekId).Status | Should -Be 'Previous'
        $value | Unprotect-TenantData | Should -Be 'before'
    }

    It 'are forgotten by Clear-KeyLease' {
        Start-KeyMigration keys keys-cmk | Out-Null
        $value = 'leased' | Protect-TenantData -TenantId keys
        $calls = { @($value | Unprotect-TenantData -Verbose 4>&1 | Where-Object { "$_" -like 'kms:Decrypt*' }).Count }
        $null = & $calls
        & $calls | Should -Be 0 -Because 'the key is leased'
        Clear-KeyLease keys
        & $calls | Should -Be 1
        { Clear-KeyLease nope } | Should -Throw -ErrorId 'TENANT_NOT_FOUND,*'
    }
}

Describe 'Tab' {
    BeforeAll {
        $null = New-EncryptionTenant tabbed
        $null = New-EncryptionTenant "tab it's"
        $null = New-KeyProvider -TenantId tabbed -Name 'a name' -KeyArn $unusable
        function Complete([string] $Line) { ([System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null)).CompletionMatches.CompletionText }
    }

    It 'completes tenants, quoted where need be' {
        Complete 'Get-EncryptionTenant tab' | Should -Be "'tab it''s'", 'tabbed'
    }

    It 'completes the providers of the tenant on the line' {
        Complete 'Test-KeyProvider -TenantId tabbed -KeyProvider ' | Should -Be "'a name'", "'Internal KMS'"
        Complete 'Start-KeyMigration -TenantId tabbed -To a' | Should -Be "'a name'"
    }

    It 'completes platforms and regions' {
        Complete 'New-EncryptionTenant x -Platform st' | Should -Be 'standalone'
        Complete 'New-EncryptionTenant x -Region eu-we' | Should -Be 'eu-west-1', 'eu-west-2', 'eu-west-3'
    }

    It 'makes no store' {
        $store = $env:TENANTENCRYPTION_HOME
        try {
            $env:TENANTENCRYPTION_HOME = Join-Path $sandbox.Root 'none'
            Complete 'Get-EncryptionTenant tab' | Should -BeNullOrEmpty
            Test-Path $env:TENANTENCRYPTION_HOME | Should -BeFalse
        }
        finally {
            $env:TENANTENCRYPTION_HOME = $store
        }
    }
}
