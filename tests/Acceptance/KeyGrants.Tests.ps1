#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $role = 'arn:aws:iam::111122223333:role/Platform'
    $provider = New-TenantWithKey $sandbox acme
    $kms = @{ EndpointUrl = $sandbox.LocalKms.Url }
    $null = New-EncryptionTenant globex
    $null = Invoke-WebRequest "$($sandbox.LocalKms.Url)/_localkms/principals" -Method Put -ContentType application/json -Body (@{
            principals = @(@{ arn = $role; accessKeys = @(@{ id = 'platform'; secret = 'platform' }) })
        } | ConvertTo-Json -Depth 9)
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'New-KeyGrant' {
    It 'grants the use of a provider''s key for its tenant, once' {
        $grant = New-KeyGrant acme-cmk -GranteePrincipal $role
        $grant | Should -BeOfType TenantEncryption.Grants.KeyGrant
        $grant.GrantToken | Should -Not -BeNullOrEmpty
        $grant.TenantId | Should -Be 'acme'
        $grant.EncryptionContextSubset['TenantId'] | Should -Be 'acme'
        (New-KeyGrant acme-cmk -GranteePrincipal $role).GrantId | Should -Be $grant.GrantId
        @(Get-KeyGrant acme-cmk).Count | Should -Be 1
    }

    It 'makes the grantee able to use the key for that tenant, and no other' {
        $password = ConvertTo-SecureString 'platform' -AsPlainText -Force
        Connect-TenantEncryption platform -Create -Credential ([pscredential]::new('platform', $password))
        try {
            $null = New-EncryptionTenant acme
            $null = New-EncryptionTenant other
            $own = New-KeyProvider -TenantId acme -Name cmk -KeyArn $provider.KeyArn @kms
            $foreign = New-KeyProvider -TenantId other -Name cmk -KeyArn $provider.KeyArn @kms
            $null = Enable-KeyProvider $own
            'for acme' | Protect-TenantData -TenantId acme | Unprotect-TenantData | Should -Be 'for acme'
            { Enable-KeyProvider $foreign -ErrorAction Stop } | Should -Throw -ErrorId 'POLICY_DENIED,*'
        }
        finally {
            Disconnect-TenantEncryption
        }
    }

    It 'asks KMS with -WhatIf whether it would permit it' {
        $run = Invoke-Runbook "New-KeyGrant acme-cmk -GranteePrincipal $role -TenantId acme, globex -Operation Decrypt -WhatIf"
        $run.Output | Should -BeLike '*TenantId=acme*would permit*TenantId=globex*would permit*'
        $disabled = New-LocalKey $sandbox
        $null = Invoke-LocalKms $sandbox.LocalKms DisableKey @{ KeyId = $disabled.Arn }
        $run = Invoke-Runbook "New-KeyGrant -KeyArn $($disabled.Arn) -GranteePrincipal $role -EndpointUrl $($kms.EndpointUrl) -WhatIf"
        $run.Output | Should -BeLike '*would refuse it: KEY_DISABLED*'
        @(Get-KeyGrant acme-cmk).Count | Should -Be 1
    }

    It 'makes the grant of Amazon Q, in each region of the key' {
        $key = New-MasterKey amazonq -Region us-east-1 -ReplicaRegion us-east-2 @kms -WarningAction SilentlyContinue
        $grants = $key | New-KeyGrant -GranteePrincipal $role -TenantId app-1 -Platform amazon-q-business
        $grants.Region | Should -Be 'us-east-1', 'us-east-2'
        $grants[0].Operations | Should -Be 'DescribeKey', 'GenerateDataKeyWithoutPlaintext', 'Decrypt'
        $grants[0].RetiringPrincipal | Should -Be $role
    }

    It 'grants an AWS service the use of a key for one resource, as the page on platforms says' {
        $keyArn = (New-LocalKey $sandbox).Arn
        $page = Get-Content (Join-Path $PSScriptRoot '../../docs/platforms.md') -Raw
        $code = [regex]::Matches($page, '(?s)```powershell\n(.*?)```').ForEach({ $_.Groups[1].Value }).Where({ $_ -like '*GranteeServicePrincipal*' })
        $code.Count | Should -Be 1
        $PSDefaultParameterValues = @{ '*-KeyGrant:EndpointUrl' = $kms.EndpointUrl }
        $made, $listed = & ([scriptblock]::Create($code[0]))
        $made.GranteeServicePrincipal, $made.RetiringServicePrincipal | Should -Be 'qbusiness.amazonaws.com', 'qbusiness.amazonaws.com'
        $made.Operations | Should -Be 'DescribeKey', 'GenerateDataKeyWithoutPlaintext', 'Decrypt'
        $made.GranteePrincipal | Should -BeNullOrEmpty
        $listed.GrantId | Should -Be $made.GrantId
        $listed.SourceArn | Should -Be $made.SourceArn
        ($listed | Format-List | Out-String) | Should -Match 'SourceArn +: arn:aws:qbusiness'
        ($listed | Format-Table | Out-String -Width 200) | Should -Match 'qbusiness\.amazonaws\.com'
    }

    It 'names what is wrong' {
        { New-KeyGrant acme-cmk -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        { New-KeyGrant acme-cmk -GranteeServicePrincipal qbusiness.amazonaws.com -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        { New-KeyGrant acme-cmk -GranteeServicePrincipal qbusiness.amazonaws.com -SourceArn application/1 -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_ARN,*'
        { New-KeyGrant Internal* -GranteePrincipal $role -ErrorAction Stop } | Should -Throw -ErrorId 'PROVIDER_NOT_FOUND,*'
        { Get-KeyProvider 'Internal KMS' -TenantId acme | New-KeyGrant -GranteePrincipal $role -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        { New-KeyGrant acme-cmk -GranteePrincipal $role -TenantId nobody -ErrorAction Stop } | Should -Throw -ErrorId 'TENANT_NOT_FOUND,*'
        { New-KeyGrant acme-cmk -GranteePrincipal nobody -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_ARN,*'
        { New-KeyGrant acme-cmk -GranteePrincipal $role -Name 'with space' -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
    }
}

Describe 'Get-KeyGrant' {
    It 'lists and filters, without tokens' {
        $grants = Get-KeyGrant acme-cmk -TenantId acme
        $grants.GrantToken | Should -BeNullOrEmpty
        (Get-KeyGrant acme-cmk -GrantId $grants[0].GrantId).Name | Should -Be 'TenantEncryption:acme'
        Get-KeyGrant acme-cmk -GranteePrincipal arn:aws:iam::111122223333:role/Nobody | Should -BeNullOrEmpty
    }

    It 'takes master keys and providers from the pipeline' {
        ($provider | Get-KeyGrant).Name | Should -Be 'TenantEncryption:acme'
        (Get-MasterKey alias/amazonq -Region us-east-1 @kms | Get-KeyGrant).Region | Should -Be 'us-east-1', 'us-east-2'
    }
}

Describe 'Remove-KeyGrant' {
    It 'asks first' {
        $run = Invoke-Runbook 'try { Get-KeyGrant acme-cmk | Remove-KeyGrant -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }' @('-NonInteractive')
        $run.Output | Should -BeLike 'CONFIRMATION_REQUIRED,*'
    }

    It 'revokes what Get-KeyGrant lists, from Clixml, too' {
        Get-MasterKey alias/amazonq -Region us-east-1 @kms | Get-KeyGrant | Export-Clixml grants.clixml
        Import-Clixml grants.clixml | Remove-KeyGrant -Confirm:$false @kms
        Get-MasterKey alias/amazonq -Region us-east-1 @kms | Get-KeyGrant | Should -BeNullOrEmpty
    }

    It 'revokes by id, and knows what is gone' {
        $grant = New-KeyGrant acme-cmk -GranteePrincipal $role -Operation Decrypt -Name gone
        Remove-KeyGrant acme-cmk $grant.GrantId -Confirm:$false
        { Remove-KeyGrant acme-cmk $grant.GrantId -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'GRANT_NOT_FOUND,*'
    }

    It 'retires as the retiring principal, who may do nothing else' {
        $grant = New-KeyGrant acme-cmk -GranteePrincipal arn:aws:iam::111122223333:role/Another -RetiringPrincipal $role -Name retire
        Connect-TenantEncryption platform -Create -Credential ([pscredential]::new('platform', (ConvertTo-SecureString 'platform' -AsPlainText -Force)))
        try {
            { Remove-KeyGrant -KeyArn $grant.KeyArn -GrantId $grant.GrantId @kms -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'POLICY_DENIED,*'
            Remove-KeyGrant -KeyArn $grant.KeyArn -GrantId $grant.GrantId @kms -Retire -Confirm:$false
        }
        finally {
            Disconnect-TenantEncryption
        }
        { Get-KeyGrant acme-cmk -GrantId $grant.GrantId -ErrorAction Stop } | Should -Throw -ErrorId 'GRANT_NOT_FOUND,*'
    }

    It 'is told in the event log' {
        (Get-EncryptionEvent -Type *grant.created).Count | Should -BeGreaterThan 3
        (Get-EncryptionEvent -Type *grant.revoked).Count | Should -Be 3
    }
}
