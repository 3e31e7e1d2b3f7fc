#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $null = New-LocalKey $sandbox
    $kms = @{ EndpointUrl = $sandbox.LocalKms.Url }
    $admin = 'arn:aws:iam::111122223333:role/KeyAdmin'
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'New-MasterKey' {
    It 'makes a key that meets the rules of Qlik Cloud' {
        $key = New-MasterKey qlik -Platform qlik-cloud -TenantId AbC -Region eu-west-1 -Administrator $admin -Tag @{ cost = 42 } -Description 'for Qlik' @kms
        $key | Should -BeOfType TenantEncryption.MasterKeys.MasterKey
        $key.State | Should -Be 'Enabled'
        $key.Aliases | Should -Be 'alias/qlik'
        $key.Rotation | Should -BeTrue
        $key.Replicas.Region | Should -Be 'eu-west-3'
        $key.Replicas.State | Should -Be 'Enabled'
        $key.Tags['cost'] | Should -Be '42'
        $policy = (Invoke-LocalKms $sandbox.LocalKms GetKeyPolicy @{ KeyId = $key.KeyArn; PolicyName = 'default' }).Policy | ConvertFrom-Json
        $policy.Statement.Condition.StringEquals.'kms:EncryptionContext:TenantId' | Should -Be 'AbC'
        $policy.Statement.Principal.AWS | Should -Contain $admin
    }

    It 'is ALIAS_EXISTS before anything is made, and ends the command' {
        $keys = (Invoke-LocalKms $sandbox.LocalKms ListKeys).Keys.Count
        { New-MasterKey qlik -Platform qlik-cloud -TenantId AbC -Region eu-west-1 @kms } | Should -Throw -ErrorId 'ALIAS_EXISTS,*'
        (Invoke-LocalKms $sandbox.LocalKms ListKeys).Keys.Count | Should -Be $keys
    }

    It 'tells every step with -WhatIf, and makes nothing' {
        $run = Invoke-Runbook "New-MasterKey whatif -Platform qlik-cloud -TenantId AbC -Region eu-central-1 -EndpointUrl $($sandbox.LocalKms.Url) -WhatIf"
        foreach ($words in 'multi-Region key in eu-central-1', 'alias/whatif', 'every year', "qlik-cloud's", 'eu-south-1') { $run.Output | Should -BeLike "*$words*" }
        { Get-MasterKey alias/whatif -Region eu-central-1 @kms -ErrorAction Stop } | Should -Throw -ErrorId 'KEY_NOT_FOUND,*'
    }

    It 'warns of what the platform still needs' {
        $warnings = @()
        $null = New-MasterKey tableau -Platform tableau-cloud -Region us-west-2 @kms -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeLike '*Set-KeyPolicy*'
    }

    It 'says what exists when a later step fails, and its commands finish the work' {
        $faults = "$($sandbox.LocalKms.Url)/_localkms/faults"
        $null = Invoke-WebRequest $faults -Method Put -ContentType application/json -Body '{"serverError": 1, "operations": ["ReplicateKey"]}'
        $caught = $null
        try { New-MasterKey unfinished -ReplicaRegion eu-west-3 -Region eu-west-1 @kms -WarningAction SilentlyContinue } catch { $caught = $_ }
        finally { $null = Invoke-WebRequest $faults -Method Delete }
        $caught.FullyQualifiedErrorId | Should -BeLike 'KMS_UNREACHABLE,*'
        $caught.TargetObject | Should -BeOfType TenantEncryption.MasterKeys.MasterKey
        $caught.ErrorDetails.RecommendedAction | Should -BeLike "*Remove-MasterKey -KeyArn $($caught.TargetObject.KeyArn)*"
        $caught.ErrorDetails.RecommendedAction -match 'with: (?<command>Update-MasterKey .+?)\. Or' | Should -BeTrue
        $done = Invoke-Expression $Matches.command
        $done.KeyArn | Should -Be $caught.TargetObject.KeyArn
        $done.Replicas.State | Should -Be 'Enabled'
        (Get-MasterKey alias/unfinished -Region eu-west-3 @kms).KeyArn | Should -Be $done.Replicas.KeyArn
    }

    It 'guards a key that was used of late against its deletion, which Test-KeyPolicy foresees' {
        $key = New-MasterKey guarded -DeletionGuardDays 30 -Region eu-west-1 @kms
        { $key | Remove-MasterKey -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'POLICY_DENIED,*'
        $policy = (Invoke-LocalKms $sandbox.LocalKms GetKeyPolicy @{ KeyId = $key.KeyArn; PolicyName = 'default' }).Policy
        $asked = @{ Principal = 'arn:aws:iam::111122223333:root'; Action = 'kms:ScheduleKeyDeletion'; KeyArn = $key.KeyArn }
        $early = Test-KeyPolicy -Policy $policy @asked -Condition @{ 'kms:TrailingDaysWithoutKeyUsage' = 29 }
        $early.Decision | Should -Not -Be 'Allowed'
        "$($early | ConvertTo-Json -Depth 5)" | Should -BeLike '*Deny deletion of a key that was used of late*'
        (Test-KeyPolicy -Policy $policy @asked -Condition @{ 'kms:TrailingDaysWithoutKeyUsage' = 30 }).Decision | Should -Be 'Allowed'
        $plain = New-MasterKey unguarded -Region eu-west-1 @kms
        $others = (Invoke-LocalKms $sandbox.LocalKms GetKeyPolicy @{ KeyId = $plain.KeyArn; PolicyName = 'default' }).Policy
        (Test-KeyPolicy -Policy $policy -Platform standalone -TenantId acme -User arn:aws:iam::111122223333:role/App -KeyArn $key.KeyArn).Findings.Code |
            Should -Be (Test-KeyPolicy -Policy $others -Platform standalone -TenantId acme -User arn:aws:iam::111122223333:role/App -KeyArn $plain.KeyArn).Findings.Code -Because 'nothing speaks against a guard'
        ($key | Disable-MasterKey -Confirm:$false -PassThru).State | Should -Be 'Disabled'
        { New-MasterKey never -DeletionGuardDays 0 -Region eu-west-1 @kms } | Should -Throw -ErrorId 'INVALID_INPUT,*'
    }

    It 'takes values of placeholders' {
        $key = New-MasterKey amazonq -Platform amazon-q-business -Region us-east-1 -Parameter @{ AdminRole = 'arn:aws:iam::111122223333:role/Admin' } @kms
        { New-MasterKey other -Platform amazon-q-business -Region us-east-1 -Parameter @{ Nonsense = 'x' } @kms } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        $key.MultiRegion | Should -BeFalse
    }
}

Describe 'Get-MasterKey' {
    It 'takes every form of identifier, and objects' {
        $key = Get-MasterKey alias/qlik -Region eu-west-1 @kms
        (Get-MasterKey $key.KeyArn @kms).KeyArn | Should -Be $key.KeyArn
        (Get-MasterKey ($key.KeyArn -replace '.*/') -Region eu-west-1 @kms).KeyArn | Should -Be $key.KeyArn
        ($key | Get-MasterKey).KeyArn | Should -Be $key.KeyArn
        ([pscustomobject]@{ KeyId = $key.KeyArn } | Get-MasterKey @kms).KeyArn | Should -Be $key.KeyArn
    }

    It 'shows the providers on the key, and reaches it as they do' {
        $provider = New-TenantWithKey $sandbox seen
        $key = $provider | Get-MasterKey
        $key.Providers.Name | Should -Be 'seen-cmk'
        (Get-MasterKey $provider.KeyArn).KeyArn | Should -Be $provider.KeyArn -Because 'the registration has the endpoint'
    }

    It 'refuses what is no master key' {
        { Get-KeyProvider Internal* -TenantId seen | Get-MasterKey -ErrorAction Stop } | Should -Throw
        { Get-MasterKey arn:aws:s3:::bucket @kms -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_ARN,*'
    }

    It 'comes back from Clixml and still is a reference' {
        Get-MasterKey alias/qlik -Region eu-west-1 @kms | Export-Clixml key.clixml
        (Import-Clixml key.clixml | Get-MasterKey @kms).Aliases | Should -Be 'alias/qlik'
    }
}

Describe 'The life of a master key' {
    BeforeAll {
        $key = New-MasterKey life -Region eu-west-1 -ReplicaRegion eu-west-3 @kms -WarningAction SilentlyContinue
    }

    It 'is Disable, which warns of the region that stays open, and Enable' {
        $warnings = @()
        $key | Disable-MasterKey -Confirm:$false -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $warnings | Should -BeLike 'REPLICA_STILL_OPEN:*eu-west-3*'
        ($key | Get-MasterKey).State | Should -Be 'Disabled'
        ($key | Disable-MasterKey -AllRegions -Confirm:$false -PassThru).Replicas.State | Should -Be 'Disabled'
        $enabled = $key | Get-MasterKey | Enable-MasterKey -AllRegions -PassThru
        $enabled.State, $enabled.Replicas.State | Should -Be 'Enabled', 'Enabled'
    }

    It 'is Update' {
        $updated = $key | Update-MasterKey -RotateNow -Rotation $false -Description '' -Tag @{ a = 'b' } -Alias other
        $updated.Aliases | Should -Be 'alias/life', 'alias/other'
        $updated.Rotation | Should -BeFalse
        { $key | Update-MasterKey -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
    }

    It 'is Remove and Restore' {
        { $key | Remove-MasterKey -PendingWindowInDays 3 -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        $removed = $key | Remove-MasterKey -PendingWindowInDays 7 -AllRegions -Confirm:$false -PassThru
        $removed.State, $removed.Replicas.State | Should -Be 'PendingReplicaDeletion', 'PendingDeletion'
        $restored = $removed | Restore-MasterKey -AllRegions -Enable -PassThru
        $restored.State, $restored.Replicas.State | Should -Be 'Enabled', 'Enabled'
    }

    It 'is HAS_DEPENDANTS while a provider hangs on it, unless forced' {
        $provider = New-TenantWithKey $sandbox dependant
        { Remove-MasterKey $provider.KeyArn -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'HAS_DEPENDANTS,*'
        (Remove-MasterKey $provider.KeyArn -Force -PassThru).State | Should -Be 'PendingDeletion'
    }

    It 'asks before it shuts or deletes' {
        foreach ($command in 'Disable-MasterKey', 'Remove-MasterKey') {
            $run = Invoke-Runbook "try { $command $($key.KeyArn) -EndpointUrl $($sandbox.LocalKms.Url) -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId }" @('-NonInteractive')
            $run.Output | Should -BeLike 'CONFIRMATION_REQUIRED,*'
        }
    }

    It 'shows the key''s last use, and names it in the question' {
        $used = New-LocalKey $sandbox
        (Get-MasterKey $used.Arn @kms).LastUsedAt | Should -BeNullOrEmpty
        $null = Invoke-LocalKms $sandbox.LocalKms GenerateDataKey @{ KeyId = $used.KeyId; KeySpec = 'AES_256' }
        $seen = Get-MasterKey $used.Arn @kms
        $seen.LastOperation | Should -Be 'GenerateDataKey'
        $seen.LastUsedAt | Should -BeGreaterThan $seen.CreatedAt
        [guid]$seen.LastEventId, [guid]$seen.LastRequestId | Should -HaveCount 2
        (Invoke-Runbook "Remove-MasterKey $($used.Arn) -EndpointUrl $($kms.EndpointUrl) -WhatIf").Output | Should -BeLike '*last used *Z (GenerateDataKey, CloudTrail event *, request *)*'
    }

    It 'stands in the event log with the request ids of AWS' {
        $events = Get-EncryptionEvent -Type *masterkey* | Where-Object { $_.Data.keyArn -eq $key.KeyArn }
        $events.Type | Select-Object -Unique | ForEach-Object { $_ -replace '.*masterkey\.' } | Sort-Object |
            Should -Be 'created', 'deletion-scheduled', 'disabled', 'enabled', 'restored', 'updated'
        foreach ($event in $events) { $event.Data.kmsCalls.requestId | Should -Not -BeNullOrEmpty }
    }
}

Describe 'Disabling a master key' {
    It 'shuts its tenants at once, and enabling opens them' {
        $provider = New-TenantWithKey $sandbox shut
        $null = Enable-KeyProvider $provider
        $value = 'secret' | Protect-TenantData -TenantId shut
        $value | Unprotect-TenantData | Should -Be 'secret'
        $provider | Disable-MasterKey -Confirm:$false
        { $value | Unprotect-TenantData -ErrorAction Stop } | Should -Throw -ErrorId 'KEY_DISABLED,*'
        $provider | Enable-MasterKey
        $value | Unprotect-TenantData | Should -Be 'secret'
    }
}
