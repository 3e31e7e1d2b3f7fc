#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $null = New-EncryptionTenant acme -Name 'Acme Corp' -Region eu-west-1
    $null = New-EncryptionTenant 'odd [1]'
    $null = New-EncryptionTenant ACME2
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'New-EncryptionTenant' {
    It 'creates a tenant with its internal provider' {
        $tenant = New-EncryptionTenant fresh -Name 'Fresh' -KeyHierarchy Direct -KeyLease 00:01:00
        $tenant | Should -BeOfType TenantEncryption.Tenants.EncryptionTenant
        $tenant.DisplayName | Should -Be 'Fresh'
        $tenant.KeyHierarchy | Should -Be 'Direct'
        $tenant.KeyLease | Should -Be ([timespan] '00:01:00')
        (Get-KeyProvider -TenantId fresh).Status | Should -Be 'Active'
    }

    It 'creates one for each line of a CSV file, whose empty cells say nothing' {
        $tenants = "TenantId,Name,Region,KeyHierarchy,Platform`ncsv1,One,eu-west-1,Hierarchical,standalone`ncsv2,Two,,Direct," | ConvertFrom-Csv | New-EncryptionTenant
        $tenants.TenantId | Should -Be 'csv1', 'csv2'
        $tenants[1].Region | Should -BeNullOrEmpty
        $tenants[1].KeyHierarchy | Should -Be 'Direct'
        $tenants[1].Platform | Should -Be 'standalone'
    }

    It 'goes on after one that fails, and says which' {
        $created = New-EncryptionTenant good1, acme, 'bad*', '', good2 -ErrorAction SilentlyContinue -ErrorVariable errors
        $created.TenantId | Should -Be 'good1', 'good2'
        $errors.FullyQualifiedErrorId | Should -Be 'TENANT_EXISTS,TenantEncryption.PowerShell.Commands.NewEncryptionTenantCommand',
            'INVALID_INPUT,TenantEncryption.PowerShell.Commands.NewEncryptionTenantCommand',
            'INVALID_INPUT,TenantEncryption.PowerShell.Commands.NewEncryptionTenantCommand'
        $errors.TargetObject | Should -Be 'acme', 'bad*', ''
    }

    It 'changes nothing with -WhatIf' {
        New-EncryptionTenant ghost -WhatIf | Should -BeNullOrEmpty
        Get-EncryptionTenant ghost* | Should -BeNullOrEmpty
    }

    It 'refuses a platform that does not exist and lists those there are' {
        { New-EncryptionTenant x -Platform nowhere -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*' -ExpectedMessage '*standalone*'
    }
}

Describe 'Get-EncryptionTenant' {
    It 'takes an exact id before a wildcard' {
        (Get-EncryptionTenant 'odd [1]').TenantId | Should -Be 'odd [1]'
        (Get-EncryptionTenant 'acm?').TenantId | Should -Be 'acme'
        (Get-KeyProvider -TenantId 'odd [1]').TenantId | Should -Be 'odd [1]'
        (Get-EncryptionEvent 'odd [1]' -Newest 1).TenantId | Should -Be 'odd [1]'
        (Get-EncryptionEvent 'odd [1]', acme -Newest 1 -Type *.tenant.created).TenantId | Should -Be 'odd [1]'
    }

    It 'tells an unknown id, and names one that differs only by case or by the Unicode form' {
        { Get-EncryptionTenant nope -ErrorAction Stop } | Should -Throw -ErrorId 'TENANT_NOT_FOUND,*'
        { Get-EncryptionTenant Acme -ErrorAction Stop } | Should -Throw -ExpectedMessage "*'acme'*case*"
        $null = New-EncryptionTenant "caf$([char]0xe9)"
        { Get-EncryptionTenant "cafe$([char]0x301)" -ErrorAction Stop } | Should -Throw -ExpectedMessage '*normalization form C*'
    }

    It 'takes ids from the pipeline as strings, and numbers as ids' {
        $null = New-EncryptionTenant 42
        ('acme', 'ACM*', 42 | Get-EncryptionTenant).TenantId | Should -Be 'acme', 'ACME2', '42'
        ('acme' | Get-EncryptionTenant | Get-EncryptionTenant).TenantId | Should -Be 'acme'
    }

    It 'takes nothing for a name, and never for all: <text>' -ForEach @(
        @{ text = '$null | Get-EncryptionTenant' }
        @{ text = 'Get-EncryptionTenant $null' }
        @{ text = '$null | Get-KeyProvider' }
        @{ text = '$null | Get-KeyMigration' }
        @{ text = 'Get-KeyProvider -TenantId $null' }
        @{ text = 'Get-EncryptionEvent -TenantId $null' }
    ) {
        $errors = $null
        $found = try { & ([scriptblock]::Create($text)) -ErrorAction Stop } catch { $errors = $_ }
        $found | Should -BeNullOrEmpty
        $errors | Should -Not -BeNullOrEmpty
    }

    It 'does as -ErrorAction says with an unknown id' {
        Get-EncryptionTenant nope -ErrorAction Ignore | Should -BeNullOrEmpty
        (Get-EncryptionTenant nope, acme -ErrorAction SilentlyContinue -ErrorVariable errors).TenantId | Should -Be 'acme'
        $errors[0].TargetObject | Should -Be 'nope'
    }

    It 'is empty for a wildcard without match' {
        Get-EncryptionTenant 'zzz*' -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'filters by platform' {
        (Get-EncryptionTenant -Platform standalone).Count | Should -BeGreaterThan 1
        Get-EncryptionTenant -Platform other | Should -BeNullOrEmpty
    }
}

Describe 'Set-EncryptionTenant' {
    BeforeAll {
        $null = New-EncryptionTenant typo -Name 'Tpyo' -Region eu-west-2
        $null = New-EncryptionTenant typo2
        $null = New-EncryptionTenant qlik -Platform qlik-cloud -Region eu-west-1
    }

    It 'changes what is given, leaves the rest, and emits nothing without -PassThru' {
        Set-EncryptionTenant typo -Name Typo -KeyLease 00:00:30 | Should -BeNullOrEmpty
        $tenant = Set-EncryptionTenant typo -Region '' -Edition Enterprise -AllowUntracedRead $true -PassThru
        $tenant.DisplayName, $tenant.Region, $tenant.Edition, "$($tenant.KeyLease)", $tenant.UntracedReads | Should -Be 'Typo', $null, 'Enterprise', '00:00:30', $true
        (Get-EncryptionEvent typo -Type *.tenant.u*).Type | Should -Be 'tenantencryption.v1.tenant.updated', 'tenantencryption.v1.tenant.updated', 'tenantencryption.v1.tenant.untraced-reads-allowed'
    }

    It 'changes nothing with -WhatIf, and nothing that is so already' {
        $before = @(Get-EncryptionEvent typo).Count
        Set-EncryptionTenant typo -Name Other -WhatIf
        Set-EncryptionTenant typo -Name Typo -Confirm
        (Set-EncryptionTenant typo -PassThru).DisplayName | Should -Be 'Typo'
        @(Get-EncryptionEvent typo).Count | Should -Be $before
    }

    It 'tells with -WhatIf what would change, from what to what' {
        (Invoke-Runbook 'Set-EncryptionTenant typo -Name Other -Region eu-west-3 -WhatIf').Output | Should -BeLike "*Change the tenant: DisplayName from 'Typo' to 'Other'; Region from nothing to 'eu-west-3'*target ""typo""*"
    }

    It 'takes tenants from the pipeline, without their own region and lease, and goes on after one that fails' {
        Get-EncryptionTenant typo* | Set-EncryptionTenant -Edition Starter
        (Get-EncryptionTenant typo*).Edition | Should -Be 'Starter', 'Starter'
        [pscustomobject]@{ TenantId = 'nope' }, [pscustomobject]@{ TenantId = 'typo2' } | Set-EncryptionTenant -Name piped -ErrorAction SilentlyContinue -ErrorVariable errors
        $errors.FullyQualifiedErrorId | Should -Be 'TENANT_NOT_FOUND,TenantEncryption.PowerShell.Commands.SetEncryptionTenantCommand'
        (Get-EncryptionTenant typo2).DisplayName | Should -Be 'piped'
    }

    It 'refuses before it asks: <Arguments.Values>' -ForEach @(
        @{ Arguments = @{ KeyLease = [timespan] 30 }; Code = 'INVALID_INPUT' }
        @{ Arguments = @{ Region = 'us-gov-west-1' }; Code = 'WRONG_PARTITION' }
        @{ Arguments = @{ Region = 'eu-west-3' }; Code = 'WRONG_REGION' }
    ) {
        { Set-EncryptionTenant qlik @Arguments -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId "$Code,*"
    }

    It 'ends at an unknown tenant that was given as an argument' {
        { Set-EncryptionTenant Typo -Name x } | Should -Throw -ErrorId 'TENANT_NOT_FOUND,*' -ExpectedMessage "*'typo'*"
    }
}

Describe 'Remove-EncryptionTenant' {
    It 'removes a tenant without data, whose events stay' {
        $null = New-EncryptionTenant gone
        Remove-EncryptionTenant gone -Confirm:$false | Should -BeNullOrEmpty
        Get-EncryptionTenant gone* | Should -BeNullOrEmpty
        (Get-EncryptionEvent gone -Newest 1).Type | Should -Be 'tenantencryption.v1.tenant.removed'
        Test-EncryptionEventLog -TenantId gone -Quiet | Should -BeTrue
        (New-EncryptionTenant gone).TenantId | Should -Be 'gone'
        Test-EncryptionEventLog -Quiet | Should -BeTrue
    }

    It 'refuses before it asks while there is data, with the command that lists it; with -Force the data goes' {
        $null = New-EncryptionTenant full
        Set-Content kept.txt 'text'
        $null = Protect-TenantData kept.txt -TenantId full
        $refused = { Remove-EncryptionTenant full -ErrorAction Stop } | Should -Throw -ErrorId 'HAS_DEPENDANTS,*' -PassThru
        "$refused" | Should -BeLike '*1 file and up to 0 values*'
        $refused.ErrorDetails.RecommendedAction | Should -BeLike "*(Get-TenantMessage -TenantId 'full' lists the files), or use -Force.*"
        Remove-EncryptionTenant full -Force
        Get-EncryptionTenant full* | Should -BeNullOrEmpty
        { Unprotect-TenantData kept.txt.tenc -OutFile out.txt -ErrorAction Stop } | Should -Throw -ErrorId 'TENANT_NOT_FOUND,*'
    }

    It 'asks, and says so where no prompt can be shown' {
        $null = New-EncryptionTenant asked
        { Remove-EncryptionTenant asked -ErrorAction Stop } | Should -Throw -ErrorId 'CONFIRMATION_REQUIRED,*'
        Remove-EncryptionTenant asked -WhatIf
        (Get-EncryptionTenant asked).TenantId | Should -Be 'asked'
    }
}

Describe 'Remove-EncryptionTenant -Shred' {
    It 'destroys what is in reach, says what is not, and writes a proof that the log confirms' {
        $null = New-EncryptionTenant shredded
        Set-Content secret.txt 'text'
        $null = Protect-TenantData secret.txt -TenantId shredded
        $root = (Get-TenantEncryption).RootKeyId
        $proof = Remove-EncryptionTenant shredded -Shred -ProofPath ./proof.json -Confirm:$false
        $proof | Should -BeOfType TenantEncryption.Tenants.ShreddingProof
        $proof.Messages | Should -Be 1
        $proof.PreviousRootKeyId | Should -Be $root
        (Get-TenantEncryption).RootKeyId | Should -Be $proof.RootKeyId
        $proof.NotReached.Kind | Should -Be 'RootKeyElsewhere', 'Plaintext'
        Test-EncryptionEventLog -TenantId shredded -Head $proof.Head -Quiet | Should -BeTrue
        $json = Get-Content ./proof.json -Raw | ConvertFrom-Json
        $json.Head | Should -Be $proof.Head
        $json.Keys.KekId | Should -Be $proof.Keys.KekId
        if (-not $IsWindows) { (Get-Item ./proof.json).UnixMode | Should -Be '-rw-------' }
        { Unprotect-TenantData secret.txt.tenc -OutFile out.txt -ErrorAction Stop } | Should -Throw -ErrorId 'TENANT_NOT_FOUND,*'
        (Remove-EncryptionTenant shredded -Shred -Force).Head | Should -Be $proof.Head -Because 'the proof comes again'
    }

    It 'names the key rings that were exported, which are out of reach' {
        $null = New-EncryptionTenant carried
        $ring = Export-KeyRing carried ./ring.json -Passphrase (ConvertTo-SecureString 'correct horse' -AsPlainText)
        $proof = Remove-EncryptionTenant carried -Shred -Confirm:$false
        $proof.NotReached.Kind | Should -Be 'KeyRing', 'RootKeyElsewhere', 'Plaintext'
        $proof.NotReached[0].Detail | Should -BeLike "*$($ring.Path)*"
    }

    It 'refuses before it asks where the proof could not be written' {
        $null = New-EncryptionTenant kept
        Set-Content ./taken.json 'x'
        { Remove-EncryptionTenant kept -Shred -ProofPath ./taken.json -ErrorAction Stop } | Should -Throw -ErrorId 'OUTPUT_EXISTS,*'
        { Remove-EncryptionTenant kept -Shred -ProofPath ./nowhere/proof.json -ErrorAction Stop } | Should -Throw -ErrorId 'SOURCE_NOT_FOUND,*'
        (Get-EncryptionTenant kept).TenantId | Should -Be 'kept'
    }

    It 'asks for a phrase, says so where no prompt can be shown, and shows with -WhatIf what it would do' {
        $null = New-EncryptionTenant phrased
        { Remove-EncryptionTenant phrased -Shred -ErrorAction Stop } | Should -Throw -ErrorId 'CONFIRMATION_REQUIRED,*'
        Remove-EncryptionTenant phrased -Shred -WhatIf | Should -BeNullOrEmpty
        (Get-EncryptionTenant phrased).TenantId | Should -Be 'phrased'
    }

    It 'names the command for a customer master key that still opens a backup' {
        $sandbox.LocalKms ??= Start-LocalKms
        $key = New-LocalKey $sandbox
        $null = New-EncryptionTenant cmkonly -KeyArn $key.Arn -EndpointUrl $sandbox.LocalKms.Url
        $proof = Remove-EncryptionTenant cmkonly -Shred -Force
        $proof.RootKeyId | Should -BeNullOrEmpty
        ($proof.NotReached | Where-Object Kind -eq MasterKey).Remedy | Should -BeLike "*Remove-MasterKey -KeyArn $($key.Arn) -AllRegions.*"
    }
}

Describe 'Get-EncryptionPlatform' {
    It 'lists platforms, by wildcard too' {
        (Get-EncryptionPlatform stand*).ContextKey | Should -Be 'TenantId'
        (Get-EncryptionPlatform).Name | Should -Contain 'standalone'
        Get-EncryptionPlatform zzz* | Should -BeNullOrEmpty
    }

    It 'tells a name that does not exist' {
        { Get-EncryptionPlatform nowhere -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
    }
}

Describe 'Errors' {
    BeforeAll {
        $caught = try { Get-EncryptionTenant nope -ErrorAction Stop } catch { $_ }
    }

    It 'have a code, a category, a remedy and a type' {
        $caught.FullyQualifiedErrorId | Should -Be 'TENANT_NOT_FOUND,TenantEncryption.PowerShell.Commands.GetEncryptionTenantCommand'
        $caught.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $caught.Exception.Code | Should -Be 'TENANT_NOT_FOUND'
        $caught.Exception.Message | Should -BeLike "*$($caught.ErrorDetails.RecommendedAction)"
        $caught.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $caught.TargetObject | Should -Be 'nope'
    }
}
