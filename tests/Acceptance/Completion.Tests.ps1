#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeDiscovery {
    # What is typed, and something that Tab offers then. Where there is no store, only what the module itself knows is offered.
    $lines = @(
        @{ Line = 'Get-KeyMigration -Id mig-'; Offers = '^mig-' }
        @{ Line = 'Get-KeyMigration mig-'; Offers = '^mig-' }
        @{ Line = 'Resume-KeyMigration -Id '; Offers = '^mig-' }
        @{ Line = 'Stop-KeyMigration -Id '; Offers = '^mig-' }
        @{ Line = 'Get-MasterKey -KeyArn arn:'; Offers = '^''arn:aws:kms:eu-west-1:' }
        @{ Line = 'Get-MasterKey '; Offers = '^''arn:aws:kms:eu-west-1:' }
        @{ Line = 'Enable-MasterKey '; Offers = '^''arn:' }
        @{ Line = 'Disable-MasterKey '; Offers = '^''arn:' }
        @{ Line = 'Update-MasterKey '; Offers = '^''arn:' }
        @{ Line = 'Remove-MasterKey '; Offers = '^''arn:' }
        @{ Line = 'Restore-MasterKey '; Offers = '^''arn:' }
        @{ Line = 'Get-KeyGrant -KeyArn '; Offers = '^''arn:' }
        @{ Line = 'New-KeyProvider -KeyArn '; Offers = '^''arn:' }
        @{ Line = 'Test-KeyProvider -KeyArn '; Offers = '^''arn:' }
        @{ Line = 'Test-KeyPolicy -KeyArn '; Offers = '^''arn:' }
        @{ Line = 'Get-KeyProvider -Id '; Offers = '^kp-' }
        @{ Line = 'Get-KeyProvider -KeyArn '; Offers = '^''arn:' }
        @{ Line = 'Get-KeyProvider -Name ac'; Offers = '^acme-cmk$' }
        @{ Line = 'Get-EncryptionEvent -Type '; Offers = '^''\*\.keyprovider\.created''$'; Alone = $true }
        @{ Line = 'Get-EncryptionEvent -Type key.'; Offers = '^''\*\.key\.rotated''$'; Alone = $true }
        @{ Line = 'Get-TenantMessage -KekId '; Offers = '^kek-' }
        @{ Line = 'Get-TenantMessage -TenantId acme -KekId kek'; Offers = '^kek-' }
        @{ Line = 'Get-KeyGrant -GrantId '; Offers = '^[0-9a-f]{64}$' }
        @{ Line = 'Remove-KeyGrant -GrantId '; Offers = '^[0-9a-f]{64}$' }
        @{ Line = 'Get-MasterKey -ProfileName '; Offers = '^work$'; Alone = $true }
        @{ Line = 'New-KeyProvider -ProfileName '; Offers = '^''two words''$'; Alone = $true }
        @{ Line = 'New-EncryptionTenant -Platform amazon-q-business -Edition '; Offers = '^Starter$'; Alone = $true }
        @{ Line = 'New-EncryptionTenant -Edition Ent'; Offers = '^Enterprise$' }
        @{ Line = 'New-EncryptionTenant -Organization '; Offers = '^''Acme Group''$' }
        @{ Line = 'New-EncryptionTenant -Parent '; Offers = '^acme$' }
        @{ Line = 'Test-KeyPolicy -TenantId '; Offers = '^acme$' }
        @{ Line = 'Test-KeyPolicy -Action kms:Dec'; Offers = '^''kms:Decrypt''$'; Alone = $true }
        @{ Line = 'Test-KeyPolicy -Action Gen'; Offers = '^''kms:GenerateDataKey''$'; Alone = $true }
        @{ Line = 'New-KeyGrant -Operation Dec'; Offers = '^Decrypt$'; Alone = $true }
        @{ Line = 'Get-KeyPolicy -Platform qlik'; Offers = '^qlik-cloud$'; Alone = $true }
        @{ Line = 'Start-KeyMigration -TenantId acme -To '; Offers = '^acme-cmk$' }
        @{ Line = 'Start-KeyMigration -TenantId acme -Mode '; Offers = '^RewrapKek$'; Alone = $true }
    )
    # The same, when anything may be wrong with the store.
    $broken = $lines | Where-Object { $_['Alone'] -ne $true }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $previous = @{ AWS_CONFIG_FILE = $env:AWS_CONFIG_FILE; AWS_SHARED_CREDENTIALS_FILE = $env:AWS_SHARED_CREDENTIALS_FILE }
    $env:AWS_CONFIG_FILE = Join-Path $sandbox.Root 'aws-config'
    $env:AWS_SHARED_CREDENTIALS_FILE = Join-Path $sandbox.Root 'aws-credentials'
    Set-Content $env:AWS_CONFIG_FILE "[default]`nregion = eu-west-1`n[profile two words]`n[sso-session none]"
    Set-Content $env:AWS_SHARED_CREDENTIALS_FILE "[work]`naws_access_key_id = x"
    $key = New-LocalKey $sandbox
    $null = New-EncryptionTenant acme -Organization 'Acme Group' -Edition Enterprise
    $null = New-EncryptionTenant qlik -Platform qlik-cloud -Region eu-west-1
    $provider = New-KeyProvider -TenantId acme -Name acme-cmk -KeyArn $key.Arn -EndpointUrl $sandbox.LocalKms.Url -Migrate
    $grants = New-KeyGrant acme-cmk -GranteePrincipal arn:aws:iam::111122223333:root -TenantId acme
    $revoked = New-KeyGrant acme-cmk -GranteePrincipal arn:aws:iam::111122223333:role/Gone -TenantId acme
    Remove-KeyGrant acme-cmk $revoked.GrantId -Confirm:$false

    function Get-Offer([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches | Where-Object ResultType -eq 'ParameterValue' }
}

AfterAll {
    foreach ($name in $previous.Keys) { [Environment]::SetEnvironmentVariable($name, $previous[$name] ?? [NullString]::Value) }
    Exit-Sandbox $sandbox
}

Describe 'Tab' {
    It 'after <Line>' -ForEach $lines {
        $found = Get-Offer $Line
        @($found.CompletionText -match $Offers).Count | Should -BeGreaterThan 0 -Because "$($found.CompletionText)"
        $found | ForEach-Object { $_.ToolTip | Should -Not -BeNullOrEmpty }
    }

    It 'offers no grant that was revoked' {
        (Get-Offer 'Remove-KeyGrant -GrantId ').CompletionText | Should -Be $grants.GrantId
    }

    It 'offers the regions that the platform serves: <Line>' -ForEach @(
        @{ Line = 'New-EncryptionTenant x -Platform qlik-cloud -Region ' }
        @{ Line = 'New-MasterKey x -TenantId qlik -Region ' }
        @{ Line = 'New-MasterKey x -Platform qlik-cloud -ReplicaRegion ' }
        @{ Line = 'Test-KeyProvider -KeyArn a -Platform qlik-cloud -TenantId t -Region ' }
    ) {
        (Get-Offer $Line).CompletionText | Should -Be ((Get-EncryptionPlatform qlik-cloud).Regions.Name | Sort-Object)
    }

    It 'offers all regions of the partition where a platform has no chart, and the other partitions'' elsewhere' {
        (Get-Offer 'New-EncryptionTenant x -Platform tableau-cloud -Region us-').CompletionText | Should -Contain 'us-east-1'
        (Get-Offer 'New-EncryptionTenant x -Platform tableau-cloud -Region us-').CompletionText | Should -Not -Contain 'us-gov-west-1'
        (Get-Offer 'New-EncryptionTenant x -Platform qlik-cloud-government -Region ').CompletionText | Should -Be 'us-gov-east-1', 'us-gov-west-1'
    }
}

Describe 'With many tenants' {
    BeforeAll {
        # One more than are described, each with a provider and, by itself, a migration.
        $many = 1..51 | ForEach-Object { 'many-{0:00}' -f $_ }
        $null = New-EncryptionTenant $many
        $many | ForEach-Object { Start-KeyMigration -TenantId $_ -To Internal | Out-Null }
    }

    It 'Tab offers all of them, and what each is as soon as few are left: <Line>' -ForEach @(
        @{ Line = 'Get-EncryptionTenant many-'; Few = 'Get-EncryptionTenant many-0'; Tip = '(standalone)' }
        @{ Line = 'Resume-KeyMigration '; Few = 'Get-KeyMigration -TenantId many-07 -Id '; Tip = 'Completed, tenant many-07' }
        @{ Line = 'Get-KeyProvider -Id '; Few = 'Get-KeyProvider -TenantId many-07 -Id '; Tip = 'Active, tenant many-07' }
    ) {
        $all = Get-Offer $Line
        $all.Count | Should -BeGreaterThan 50
        $all.ToolTip | Should -Not -BeLike "*$Tip*"
        $found = @(Get-Offer $Few)
        $found.Count | Should -BeGreaterThan 0
        $found.ToolTip | Should -BeLike "*$Tip*"
    }

    It 'Tab takes the regions of the tenant on the line' {
        (Get-Offer 'New-MasterKey x -TenantId qlik -Region ').CompletionText | Should -Be ((Get-EncryptionPlatform qlik-cloud).Regions.Name | Sort-Object)
    }
}

Describe 'Without a store' {
    BeforeAll {
        $before = $env:TENANTENCRYPTION_HOME
        $env:TENANTENCRYPTION_HOME = Join-Path $sandbox.Root 'nowhere'
        Disconnect-TenantEncryption
    }

    AfterAll { $env:TENANTENCRYPTION_HOME = $before }

    It 'Tab after <Line> makes none and says nothing' -ForEach $lines {
        $Error.Clear()
        $found = Get-Offer $Line
        if ($_['Alone']) { @($found.CompletionText -match $Offers).Count | Should -BeGreaterThan 0 } else { $found.CompletionText | Where-Object { $_ -match $Offers } | Should -BeNullOrEmpty }
        $Error | Should -BeNullOrEmpty
        Join-Path $sandbox.Root 'nowhere' | Should -Not -Exist
    }

    It 'Tab after <Line> says nothing of a store that is broken' -ForEach $broken {
        $folder = Join-Path $sandbox.Root 'nowhere-broken'
        $null = New-Item -ItemType Directory -Force $folder
        Set-Content (Join-Path $folder 'store.db'), (Join-Path $folder 'tenantencryption.db') 'no database'
        $env:TENANTENCRYPTION_HOME = $folder
        $Error.Clear()
        try { Get-Offer $Line | Out-Null } finally { $env:TENANTENCRYPTION_HOME = Join-Path $sandbox.Root 'nowhere' }
        $Error | Should -BeNullOrEmpty
    }
}
