#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'Measure-KeyMigration' {
    It 'tells the plan and changes nothing' {
        $null = New-TenantWithKey $sandbox plan
        $head = (Get-TenantEncryption).Heads.ForEach('ToString')
        $plan = Measure-KeyMigration plan plan-cmk
        $plan | Should -BeOfType TenantEncryption.Migration.KeyMigrationPlan
        $plan.Keks | Should -Be 1
        $plan.MigratingTo | Should -Be 'plan-cmk'
        $plan.Refusals | Should -BeNullOrEmpty
        (Get-TenantEncryption).Heads.ForEach('ToString') | Should -Be $head
    }
}

Describe 'Start-KeyMigration' {
    It 'moves a tenant to a customer master key, and everything still reads' {
        $null = New-TenantWithKey $sandbox moves
        Set-Content moves.txt 'content' -NoNewline
        $null = Protect-TenantData moves.txt -TenantId moves
        $value = 'value' | Protect-TenantData -TenantId moves

        $migration = Start-KeyMigration -TenantId moves -To moves-cmk
        $migration | Should -BeOfType TenantEncryption.Migration.KeyMigration
        $migration.State | Should -Be 'Completed'
        $migration.Failed | Should -Be 0
        $migration.Progress | Should -Be 100

        (Get-KeyProvider -TenantId moves -Current).Name | Should -Be 'moves-cmk'
        $value | Unprotect-TenantData | Should -Be 'value'
        $null = Unprotect-TenantData moves.txt.tenc -OutFile moves.back
        Get-Content moves.back | Should -Be 'content'
    }

    It 'moves back to Internal' {
        (Start-KeyMigration moves Internal).State | Should -Be 'Completed'
        (Get-KeyProvider -TenantId moves -Current).Type | Should -Be 'Internal'
    }

    It 'does nothing twice' {
        $count = (Get-KeyMigration -TenantId moves).Count
        (Start-KeyMigration moves Internal).State | Should -Be 'Completed'
        (Get-KeyMigration -TenantId moves).Count | Should -Be $count
    }

    It 'shows the plan with -WhatIf and changes nothing' {
        $before = (Get-TenantEncryption).Heads.ForEach('ToString')
        $run = Invoke-Runbook 'Start-KeyMigration moves moves-cmk -WhatIf'
        $run.Output -replace '\s+', ' ' | Should -BeLike '*key*KMS calls*nobody forget*'
        (Get-TenantEncryption).Heads.ForEach('ToString') | Should -Be $before
    }

    It 'tells the KMS calls with -WhatIf: those that are made' {
        $null = New-TenantWithKey $sandbox counted
        $run = Invoke-Runbook 'Start-KeyMigration counted counted-cmk -WhatIf'
        $promised = [int] [regex]::Match($run.Output, '(\d+)\s+KMS\s+calls').Groups[1].Value
        (Measure-KeyMigration counted counted-cmk).KmsCalls | Should -Be $promised
        (Get-ArrivedCall $sandbox { Start-KeyMigration counted counted-cmk }).Count | Should -Be $promised
    }

    It 'says with -WhatIf, and Measure in a warning, that the last test of the target failed' {
        $provider = New-TenantWithKey $sandbox tested
        $null = Invoke-LocalKms $sandbox.LocalKms DisableKey @{ KeyId = $provider.KeyArn }
        $null = $provider | Test-KeyProvider
        (Measure-KeyMigration tested tested-cmk -WarningVariable warnings -WarningAction SilentlyContinue).Warnings | Should -BeLike 'KEY_DISABLED:*'
        $warnings | Should -BeLike 'KEY_DISABLED:*'
        (Invoke-Runbook 'Start-KeyMigration tested tested-cmk -WhatIf').Output -replace '\s+', ' ' | Should -BeLike '*Warning: KEY_DISABLED:*'
    }

    It 'says which Resume-KeyMigration goes on when it is stopped' -Skip:$IsWindows {
        $null = New-TenantWithKey $sandbox stopped
        1..5 | ForEach-Object { $null = Update-KeyEncryptionKey stopped }
        Set-LocalKmsFault $sandbox.LocalKms @{ latency = '00:00:00.300' }
        try {
            # The signal that Ctrl+C sends, once the migration has begun.
            $run = Invoke-Runbook @'
                $null = Start-ThreadJob { while (-not (Get-KeyMigration -TenantId stopped)) { Start-Sleep -Milliseconds 50 }; & kill -INT $using:PID }
                Start-KeyMigration stopped stopped-cmk
'@
        }
        finally {
            Set-LocalKmsFault $sandbox.LocalKms
        }
        $migration = Get-KeyMigration -TenantId stopped
        $migration.State | Should -Be 'Suspended'
        "$($run.Output) $($run.Errors)" -replace '\s+', ' ' | Should -BeLike "*Suspended; to go on: Resume-KeyMigration $($migration.Id)*"
        ($migration | Resume-KeyMigration -PassThru).State | Should -Be 'Completed'
    }

    It 'changes nothing when the target does not work' {
        $null = New-TenantWithKey $sandbox dead
        $provider = Get-KeyProvider dead-cmk
        $null = Invoke-LocalKms $sandbox.LocalKms DisableKey @{ KeyId = $provider.KeyArn }
        { Start-KeyMigration dead dead-cmk -ErrorAction Stop } | Should -Throw -ErrorId 'KEY_DISABLED,*'
        (Get-KeyProvider -TenantId dead -Current).Type | Should -Be 'Internal'
        Get-KeyMigration -TenantId dead | Should -BeNullOrEmpty
    }

    It 'takes tenants from the pipeline, and goes on after one that fails' {
        $null = New-TenantWithKey $sandbox many1 cmk
        $null = New-EncryptionTenant many2
        $null = New-TenantWithKey $sandbox many3 cmk
        $done = Get-EncryptionTenant many? | Start-KeyMigration -To cmk -ErrorAction SilentlyContinue -ErrorVariable errors
        $done.TenantId | Should -Be 'many1', 'many3'
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'PROVIDER_NOT_FOUND,*'
        $errors[0].TargetObject | Should -Be 'many2'
    }

    It 'shuts the data when the key is disabled' {
        $provider = New-TenantWithKey $sandbox shut
        $value = 'x' | Protect-TenantData -TenantId shut
        $null = Start-KeyMigration shut shut-cmk
        $null = Invoke-LocalKms $sandbox.LocalKms DisableKey @{ KeyId = $provider.KeyArn }
        Clear-KeyLease shut
        $caught = try { $value | Unprotect-TenantData -ErrorAction Stop } catch { $_ }
        $caught.FullyQualifiedErrorId | Should -BeLike 'KEY_DISABLED,*'
        $caught.Exception.KeyArn | Should -Be $provider.KeyArn
        $caught.Exception.RequestId | Should -Not -BeNullOrEmpty
        $caught.Exception.Operation | Should -Be 'kms:Decrypt'
    }
}

Describe 'Get-KeyMigration' {
    It 'finds by id, tenant and state' {
        $all = Get-KeyMigration -TenantId moves
        $all.Count | Should -Be 2
        (Get-KeyMigration $all[0].Id).TenantId | Should -Be 'moves'
        (Get-KeyMigration -TenantId moves -State Completed).Count | Should -Be 2
        Get-KeyMigration -TenantId moves -State Failed | Should -BeNullOrEmpty
        $all[0] | Get-KeyMigration -Failure | Should -BeNullOrEmpty
        ($all.Id | Get-KeyMigration).Id | Should -Be $all.Id
        (Get-KeyMigration -Id $all.Id -State Completed, Failed).Count | Should -Be 2
        (Get-KeyMigration -TenantId 'mov*', plan).Count | Should -Be 2
    }

    It 'tells an id that does not exist' {
        { Get-KeyMigration mig-00000000000000000000 -ErrorAction Stop } | Should -Throw -ErrorId 'MIGRATION_NOT_FOUND,*'
        { Resume-KeyMigration mig-00000000000000000000 -ErrorAction Stop } | Should -Throw -ErrorId 'MIGRATION_NOT_FOUND,*'
    }
}

Describe 'Resume-KeyMigration' {
    It 'of one that is complete does nothing, and writes it only with -PassThru' {
        $migration = (Get-KeyMigration -TenantId moves)[0]
        $migration | Resume-KeyMigration | Should -BeNullOrEmpty
        ($migration | Resume-KeyMigration -PassThru).State | Should -Be 'Completed'
    }
}

Describe 'Stop-KeyMigration' {
    It 'refuses one that is complete' {
        { (Get-KeyMigration -TenantId moves)[0] | Stop-KeyMigration -ErrorAction Stop } | Should -Throw -ErrorId 'TRANSITION_FORBIDDEN,*'
    }

    It 'refuses before it asks, and under -WhatIf, too' {
        # A runbook can show no prompt: were it asked first, that would be the error.
        $run = Invoke-Runbook '(Get-KeyMigration -TenantId moves)[0] | Stop-KeyMigration -Confirm'
        $run.Errors | Should -BeLike '*there is nothing to stop*'
        $run.Errors | Should -Not -BeLike '*asks for confirmation*'
        { (Get-KeyMigration -TenantId moves)[0] | Stop-KeyMigration -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'TRANSITION_FORBIDDEN,*'
    }
}
