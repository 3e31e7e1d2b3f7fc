#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeDiscovery {
    $walks = @(
        @{ Platform = 'standalone'; Region = 'eu-west-1'; Parameter = @{ Users = 'arn:aws:iam::444455556666:role/platform' }; ContextValue = $null; Migrates = $true }
        @{ Platform = 'qlik-cloud'; Region = 'eu-west-1'; Parameter = @{}; ContextValue = $null; Migrates = $true }
        @{ Platform = 'qlik-cloud-government'; Region = 'us-gov-west-1'; Parameter = @{}; ContextValue = $null; Migrates = $true }
        @{ Platform = 'tableau-cloud'; Region = 'us-east-2'; ContextValue = 'sf-auth-value'; Migrates = $false
            Parameter = @{ SidSuffix = '1234567890abc'; Account = '123456789012'; SessionPrincipal = 'abcXYZ12' } }
        @{ Platform = 'amazon-q-business'; Region = 'us-east-1'; Parameter = @{ AdminRole = 'arn:aws:iam::111122223333:role/Admin' }; ContextValue = $null; Migrates = $false }
    )
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $null = New-LocalKey $sandbox
    $kms = @{ EndpointUrl = $sandbox.LocalKms.Url }
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'A key for <Platform>' -ForEach $walks {
    BeforeAll {
        $tenant = "t-$Platform"
        $context = if ($ContextValue) { @{ ContextValue = $ContextValue } } else { @{} }
        $given = @{ Parameter = $Parameter } + $context + $kms
        $null = New-EncryptionTenant $tenant -Platform $Platform -Region $Region
    }

    It 'is made, refused before its policy is set, and works after' {
        # A key with KMS's own policy, as an administrator who did not read on makes it.
        $key = New-MasterKey "k-$Platform" -Region $Region -MultiRegion:($Platform -eq 'qlik-cloud') `
            -ReplicaRegion $(if ($Platform -eq 'qlik-cloud') { 'eu-west-3' } else { @() }) @kms -WarningAction SilentlyContinue
        $before = Test-KeyProvider -KeyArn $key.KeyArn -Platform $Platform -TenantId $tenant @given -Region $Region
        $before.Code | Should -Be 'POLICY_DENIED'
        $before.Verdict | Should -Be 'WontWork'
        ($before.Checks | Where-Object { $_.Outcome -eq 'Failed' }).Remedy | Should -Not -BeNullOrEmpty

        $provider = New-KeyProvider -TenantId $tenant -Name CMK -KeyArn $key.KeyArn @given
        $provider | Test-KeyProvider -Quiet | Should -BeFalse
        $provider | Set-KeyPolicy -Confirm:$false -WarningAction SilentlyContinue
        $after = $provider | Test-KeyProvider
        $after.Code | Should -Be 'SUCCESS' -Because ($after.Checks | Where-Object { $_.Outcome -eq 'Failed' } | ForEach-Object Observed)
        $after.Verdict | Should -Be 'SafeToActivate'
        $after.Checks.Where{ $_.Name -eq 'Policy' -and $_.Subject -eq 'Platform' -and $_.Outcome -eq 'Passed' } | Should -Not -BeNullOrEmpty
        # A second time changes nothing.
        $again = $provider | Get-KeyPolicy -Merged
        $again | Should -Not -BeNullOrEmpty
        $again.Changes | Should -BeNullOrEmpty
    }

    It 'takes the tenant over, and its data reads' {
        if ($Migrates) { $null = Start-KeyMigration -TenantId $tenant -To CMK -Confirm:$false }
        else { Enable-KeyProvider CMK -TenantId $tenant -Confirm:$false }
        $message = 'walked' | Protect-TenantData -TenantId $tenant
        $message | Unprotect-TenantData | Should -Be 'walked'
        (Get-KeyProvider -TenantId $tenant -Current).Name | Should -Be CMK
    }
}

Describe 'What a platform shows' {
    It 'gives the values that nobody types' {
        $shown = Join-Path $TestDrive tableau.json
        Get-KeyPolicy -Platform tableau-cloud -StatementOnly -AsJson -Parameter @{
            SidSuffix = '1234567890abc'; Account = '123456789012'; SessionPrincipal = 'abcXYZ12'; SfAuth = 'made-by-tableau'
        } | Set-Content $shown
        $null = New-EncryptionTenant shown -Platform tableau-cloud -Region us-east-2
        $key = New-MasterKey k-shown -TenantId shown -From $shown @kms -WarningAction SilentlyContinue

        (Test-KeyProvider -KeyArn $key.KeyArn -TenantId shown -From $shown @kms).Code | Should -Be SUCCESS
        $provider = New-KeyProvider -TenantId shown -Name CMK -KeyArn $key.KeyArn -From $shown @kms

        $provider.ContextValue | Should -Be 'made-by-tableau'
        $provider.Parameters['SessionPrincipal'] | Should -Be 'abcXYZ12'
        $provider | Test-KeyProvider -Quiet | Should -BeTrue
        { New-KeyProvider -TenantId shown -Name Other -KeyArn $key.KeyArn -From '{}' @kms } | Should -Throw -ErrorId 'TEMPLATE_MISMATCH,*'
    }
}

Describe 'The rules of platforms' {
    It 'lists five platforms with their regions and backup regions' {
        (Get-EncryptionPlatform).Name | Should -Be 'amazon-q-business', 'qlik-cloud', 'qlik-cloud-government', 'standalone', 'tableau-cloud'
        (Get-EncryptionPlatform qlik-cloud).Regions.Where{ $_.Name -eq 'ap-south-1' }.Backup | Should -Be 'ap-south-2'
        (Get-EncryptionPlatform qlik-cloud).Regions.Where{ $_.Name -eq 'eu-north-1' }.Backup | Should -BeNullOrEmpty
    }

    It 'asks before what Tableau calls permanent, and hangs nowhere' {
        $null = New-EncryptionTenant permanent -Platform tableau-cloud -Region us-east-2
        $null = New-KeyProvider -TenantId permanent -Name CMK -KeyArn (New-MasterKey permanent -Region us-east-2 @kms -WarningAction SilentlyContinue).KeyArn `
            -ContextValue x @kms
        $run = Invoke-Runbook 'Enable-KeyProvider CMK -TenantId permanent'
        $run.Errors | Should -BeLike '*-Confirm:$false*'
        (Get-KeyProvider -TenantId permanent -Current).Name | Should -Be 'Salesforce KMS'
    }

    It 'asks before a change of provider that Qlik has confirmed, whichever cmdlet makes it, and changes nothing unasked' {
        $null = New-EncryptionTenant confirmed -Platform qlik-cloud-government -Region us-gov-west-1
        $arn = (New-MasterKey confirmed -Platform qlik-cloud-government -TenantId confirmed -Region us-gov-west-1 @kms -WarningAction SilentlyContinue).KeyArn
        $new = "New-KeyProvider -TenantId confirmed -Name CMK -KeyArn $arn -EndpointUrl $($kms.EndpointUrl)"
        $run = Invoke-Runbook "$new -Migrate"
        $run.Errors | Should -BeLike '*-Confirm:$false*'
        Get-KeyProvider -TenantId confirmed | Should -HaveCount 1
        $null = New-KeyProvider -TenantId confirmed -Name CMK -KeyArn $arn @kms
        (Invoke-Runbook 'Start-KeyMigration confirmed CMK').Errors | Should -BeLike '*-Confirm:$false*'
        (Invoke-Runbook 'Start-KeyMigration confirmed CMK -WhatIf').Output | Should -BeLike '*qlik-cloud-government asks: Confirm*'
        Get-KeyMigration -TenantId confirmed | Should -BeNullOrEmpty

        (Start-KeyMigration confirmed CMK -Confirm:$false).State | Should -Be Completed
        # The current provider is asked about no more; the way back is a change again.
        (Invoke-Runbook 'Start-KeyMigration confirmed CMK').ExitCode | Should -Be 0
        (Invoke-Runbook 'Start-KeyMigration confirmed Internal').Errors | Should -BeLike '*-Confirm:$false*'
        (Get-KeyProvider -TenantId confirmed -Current).Name | Should -Be CMK
    }

    It 'refuses what the platform has no step for, naming platform and rule' {
        { Disable-KeyProvider 'Qlik Internal KMS' -TenantId t-qlik-cloud -Confirm:$false } | Should -Throw -ErrorId 'TRANSITION_FORBIDDEN,*'
        { Remove-KeyProvider 'CMK' -TenantId t-tableau-cloud -Confirm:$false } | Should -Throw -ErrorId 'TRANSITION_FORBIDDEN,*'
        { Start-KeyMigration -TenantId t-tableau-cloud -To Internal } | Should -Throw -ErrorId 'TRANSITION_FORBIDDEN,*'
    }

    It 'lets indexes inherit the provider of their application environment' {
        $index = New-EncryptionTenant index -Platform amazon-q-business -Parent t-amazon-q-business
        $index.Parent | Should -Be 't-amazon-q-business'
        (Get-KeyProvider -TenantId index -Current).KeyArn | Should -Be (Get-KeyProvider -TenantId t-amazon-q-business -Current).KeyArn
        { New-EncryptionTenant starter -Platform amazon-q-business -Parent t-amazon-q-business -Edition Starter -ErrorAction Stop } |
            Should -Throw -ErrorId 'TRANSITION_FORBIDDEN,*'
    }

    It 'shuts an application environment and its indexes when its grant is revoked, and opens them with a new one' {
        $parameter = @{ AdminRole = 'arn:aws:iam::111122223333:role/Admin' }
        $role = 'arn:aws:iam::111122223333:role/application'
        $key = New-MasterKey environment -Platform amazon-q-business -TenantId environment -Region us-east-1 -Parameter $parameter @kms -WarningAction SilentlyContinue
        $null = New-EncryptionTenant environment -Platform amazon-q-business -Region us-east-1 -KeyArn $key.KeyArn -Parameter $parameter -GranteePrincipal $role -KeyLease 0 @kms
        $null = New-EncryptionTenant env-index -Platform amazon-q-business -Parent environment -KeyLease 0
        $provider = Get-KeyProvider -TenantId environment -Current
        $provider.Grants.GranteePrincipal | Should -Be $role
        $messages = 'environment', 'env-index' | ForEach-Object { 'kept' | Protect-TenantData -TenantId $_ }
        $messages | Unprotect-TenantData | Should -Be 'kept', 'kept'

        # As the account's administrator does it, without this module.
        $null = Invoke-LocalKms $sandbox.LocalKms RevokeGrant @{ KeyId = $key.KeyArn; GrantId = $provider.Grants[0].GrantId } -Region us-east-1
        foreach ($message in $messages) {
            { $message | Unprotect-TenantData -ErrorAction Stop } | Should -Throw -ErrorId 'GRANT_NOT_FOUND,*'
        }
        $result = $provider | Test-KeyProvider
        $result.Code | Should -Be GRANT_NOT_FOUND
        $result.Verdict | Should -Be WontWork

        $null = New-KeyGrant $provider -TenantId environment -GranteePrincipal $role
        ($provider | Test-KeyProvider).Code | Should -Be SUCCESS
        $messages | Unprotect-TenantData | Should -Be 'kept', 'kept'
        (Get-EncryptionEvent -TenantId environment -Type '*grant*').Type | Should -Be 'amazon.q.v1.encryption.grant.created', 'amazon.q.v1.encryption.grant.created'
        Get-KeyGrant $provider | Where-Object GranteePrincipal -eq $role | Select-Object -First 1 | Remove-KeyGrant -Confirm:$false
        Get-EncryptionEvent -Type '*grant.revoked' -Newest 1 | ForEach-Object Type | Should -BeLike 'amazon.q.v1.encryption.*'
    }

    It 'tells the calls of a key that is used by a grant, and makes as many' {
        $parameter = @{ AdminRole = 'arn:aws:iam::111122223333:role/Admin' }
        $arn = (New-MasterKey promised -Platform amazon-q-business -TenantId promised -Region us-east-1 -Parameter $parameter @kms -WarningAction SilentlyContinue).KeyArn
        $null = New-EncryptionTenant promised -Platform amazon-q-business -Region us-east-1
        $new = "New-KeyProvider -TenantId promised -Name CMK -KeyArn $arn -Parameter @{ AdminRole = 'arn:aws:iam::111122223333:role/Admin' } -EndpointUrl $($kms.EndpointUrl) -Activate"
        $promised = [int] ([regex]::Match((Invoke-Runbook "$new -WhatIf").Output, 'with\s+(\d+)\s+KMS\s+calls').Groups[1].Value)
        $promised | Should -BeGreaterThan 0
        (Get-ArrivedCall $sandbox { Invoke-Expression $new }).Count | Should -Be $promised
    }

    It 'begins a tenant with a customer key, and makes nothing when the key does not work' {
        $arn = (Get-KeyProvider -TenantId t-standalone -Current).KeyArn
        $null = New-EncryptionTenant from-the-start -KeyArn $arn @kms
        (Get-KeyProvider -TenantId from-the-start -Current).KeyArn | Should -Be $arn
        { New-EncryptionTenant never -KeyArn "$($arn.Substring(0, $arn.Length - 4))0000" @kms -ErrorAction Stop } | Should -Throw -ErrorId 'KEY_NOT_FOUND,*'
        { Get-EncryptionTenant never } | Should -Throw -ErrorId 'TENANT_NOT_FOUND,*'
    }

    It 'takes a platform of your own from a file, and names an error in one by its path' {
        Get-EncryptionPlatform standalone | Out-Null
        $profile = '{ "name": "acme-cloud", "description": "Ours.", "partitions": [ "aws" ], "contextKey": "AcmeTenant", "internalProvider": "Acme KMS", "eventPrefix": "com.acme.v1", "identifierForms": [ "KeyArn" ], "lifecycle": { "keyChange": "Migrate" } }'
        $profile | Set-Content acme.json
        $null = New-EncryptionTenant ours -Platform ./acme.json
        (Get-EncryptionPlatform acme-cloud).FileHash | Should -HaveCount 1
        (Get-EncryptionTenant ours).Platform | Should -Be 'acme-cloud'
        $message = 'ours' | Protect-TenantData -TenantId ours
        $message | Unprotect-TenantData | Should -Be 'ours'
        $profile -replace '"KeyArn"', '"KeyArm"' -replace 'acme-cloud', 'other' | Set-Content wrong.json
        { New-EncryptionTenant wrong -Platform ./wrong.json -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_PLATFORM,*' -ExpectedMessage '*$.identifierForms`[0`]*'
    }

    It 'looks at the registration alone with -Offline' {
        $offline = Test-KeyProvider CMK -TenantId t-qlik-cloud -Offline
        $offline.Success | Should -BeTrue
        $offline.Verdict | Should -Be 'NotTested'
        $offline.Checks.Where{ $_.Outcome -eq 'Skipped' }.Name | Should -Contain 'Online'
    }
}
