#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
<#
    What a Get-* says of what is not there. A literal name, id or tenant that does not exist is an error that does not end the command, so that the runbook's
    idiom holds in each of its forms: if (-not (Get-X … -ErrorAction SilentlyContinue)) { New-X … }.
#>
BeforeDiscovery {
    $absent = @(
        @{ Command = 'Get-EncryptionTenant nosuch'; Code = 'TENANT_NOT_FOUND' }
        @{ Command = 'Get-EncryptionPlatform nosuch'; Code = 'INVALID_INPUT' }
        @{ Command = 'Get-KeyProvider nosuch'; Code = 'PROVIDER_NOT_FOUND' }
        @{ Command = 'Get-KeyProvider nosuch -TenantId acme'; Code = 'PROVIDER_NOT_FOUND' }
        @{ Command = 'Get-KeyProvider -TenantId nosuch'; Code = 'TENANT_NOT_FOUND' }
        @{ Command = 'Get-KeyProvider -Id kp-00000000000000000000'; Code = 'PROVIDER_NOT_FOUND' }
        @{ Command = 'Get-KeyHistory nosuch'; Code = 'PROVIDER_NOT_FOUND' }
        @{ Command = 'Get-KeyHistory -TenantId nosuch'; Code = 'TENANT_NOT_FOUND' }
        @{ Command = 'Get-KeyHistory cmk -TenantId nosuch'; Code = 'TENANT_NOT_FOUND' }
        @{ Command = 'Get-KeyEncryptionKey nosuch'; Code = 'TENANT_NOT_FOUND' }
        @{ Command = 'Get-KeyEncryptionKey -KeyProvider nosuch'; Code = 'PROVIDER_NOT_FOUND' }
        @{ Command = 'Get-KeyMigration mig-00000000000000000000'; Code = 'MIGRATION_NOT_FOUND' }
        @{ Command = 'Get-KeyMigration -TenantId nosuch'; Code = 'TENANT_NOT_FOUND' }
        @{ Command = 'Get-EncryptionEvent -TenantId nosuch'; Code = 'TENANT_NOT_FOUND' }
        @{ Command = 'Get-EncryptionAnchor nosuch'; Code = 'TENANT_NOT_FOUND' }
        @{ Command = 'Get-EncryptionAnchor acme'; Code = 'ANCHOR_NOT_FOUND' }
        @{ Command = 'Get-EncryptionAnchor -Number 7'; Code = 'ANCHOR_NOT_FOUND' }
        @{ Command = 'Get-KeyGrant nosuch'; Code = 'PROVIDER_NOT_FOUND' }
        @{ Command = 'Get-KeyGrant cmk -TenantId nosuch'; Code = 'TENANT_NOT_FOUND' }
        @{ Command = 'Get-KeyGrant cmk -GrantId nosuch'; Code = 'GRANT_NOT_FOUND' }
        @{ Command = 'Get-KeyPolicy nosuch'; Code = 'PROVIDER_NOT_FOUND' }
        @{ Command = 'Get-MasterKey alias/nosuch -Region eu-west-1 -EndpointUrl $url'; Code = 'KEY_NOT_FOUND' }
        @{ Command = 'Get-TenantMessage -TenantId nosuch'; Code = 'TENANT_NOT_FOUND' }
        @{ Command = 'Get-TenantMessage -KeyProvider nosuch'; Code = 'PROVIDER_NOT_FOUND' }
        @{ Command = 'Get-TenantMessage -LiteralPath nosuch.tenc'; Code = 'SOURCE_NOT_FOUND' }
    )
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $null = New-TenantWithKey $sandbox acme cmk
    $url = $sandbox.LocalKms.Url
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'What is not there' {
    It 'is an error of its own in each Get-*' {
        $told = (Get-Content $PSCommandPath -Raw)
        Get-Command -Module TenantEncryption -Verb Get | Where-Object Name -NE 'Get-TenantEncryption' | ForEach-Object {
            $told | Should -Match "['`"]$($_.Name) " -Because 'the table has a row for it'
        }
    }

    It '<Command> tells <Code> and lets the script go on' -ForEach $absent {
        $script = [scriptblock]::Create($Command)
        $ErrorActionPreference = 'Continue'
        $found = & { & $script; 'went on' } 2>&1
        $found.Count | Should -Be 2
        $found[0] | Should -BeOfType System.Management.Automation.ErrorRecord
        $found[0].FullyQualifiedErrorId | Should -BeLike "$Code,*"
        $found[1] | Should -Be 'went on'
    }

    It '<Command> is false under -ErrorAction SilentlyContinue and Ignore, and under the preference' -ForEach $absent {
        foreach ($action in 'SilentlyContinue', 'Ignore') {
            $made = if (-not (& ([scriptblock]::Create("$Command -ErrorAction $action")))) { 'made' }
            $made | Should -Be 'made'
        }
        $ErrorActionPreference = 'SilentlyContinue'
        $made = if (-not (& ([scriptblock]::Create($Command)))) { 'made' }
        $made | Should -Be 'made'
    }

    It '<Command> ends the script under -ErrorAction Stop' -ForEach $absent {
        { & ([scriptblock]::Create("$Command -ErrorAction Stop")) } | Should -Throw -ErrorId "$Code,*"
    }

    It 'does not keep back what is there' {
        (Get-EncryptionTenant nosuch, acme -ErrorAction SilentlyContinue).TenantId | Should -Be 'acme'
        (Get-KeyProvider nosuch, cmk -ErrorAction SilentlyContinue).Name | Should -Be 'cmk'
        (Get-KeyProvider -TenantId nosuch, acme -ErrorAction SilentlyContinue).Count | Should -Be 2
        (Get-EncryptionEvent nosuch, acme -Newest 1 -ErrorAction SilentlyContinue).TenantId | Should -Be 'acme'
    }

    It 'ends a command that acts for a tenant' -ForEach @(
        @{ Command = 'Update-KeyEncryptionKey nosuch' }
        @{ Command = 'Start-KeyMigration nosuch Internal' }
        @{ Command = 'New-KeyProvider nosuch -Name cmk -KeyArn arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab' }
        @{ Command = 'Clear-KeyLease nosuch' }
    ) {
        $ErrorActionPreference = 'Continue'
        { & ([scriptblock]::Create("$Command -ErrorAction SilentlyContinue")) } | Should -Throw -ErrorId 'TENANT_NOT_FOUND,*'
    }
}
