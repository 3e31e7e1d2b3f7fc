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

Describe 'Start-KeyMigration -Mode Reencrypt' {
    BeforeAll {
        $null = New-TenantWithKey $sandbox anew
        1..30 | ForEach-Object { Set-Content "anew-$_.txt" "content $_" -NoNewline }
        $null = Protect-TenantData 'anew-*.txt' -TenantId anew
        $before = Get-ChildItem 'anew-*.tenc' | Get-FileHash
    }

    It 'tells what it would do, and changes nothing' {
        $plan = Measure-KeyMigration anew anew-cmk -Mode Reencrypt
        $plan.Messages | Should -Be 30
        $plan.Keks | Should -Be 1
        "$plan" | Should -BeLike '*write 30 files (* bytes) of 1 key anew; * KMS calls (* at AWS''s list prices of *), about *still open with the old keys*'
        (Get-ChildItem 'anew-*.tenc' | Get-FileHash).Hash | Should -Be $before.Hash
    }

    It 'writes every file anew, of which one that is altered is an error of its own' {
        $bytes = [IO.File]::ReadAllBytes("$PWD/anew-7.txt.tenc")
        $bytes[-1] = $bytes[-1] -bxor 1
        [IO.File]::WriteAllBytes("$PWD/anew-7.txt.tenc", $bytes)

        $migration = Start-KeyMigration anew anew-cmk -Mode Reencrypt -ErrorAction SilentlyContinue -ErrorVariable failed

        $migration.State | Should -Be 'Completed'
        $migration.Done, $migration.Failed | Should -Be 29, 1
        $failed.FullyQualifiedErrorId | Should -BeLike 'MESSAGE_ALTERED,*'
        "$($failed[0])" | Should -BeLike "*anew-7.txt.tenc: *"
        (Get-KeyMigration -Id $migration.Id -Failure).Path | Should -BeLike '*anew-7.txt.tenc'
        foreach ($n in 1..30 -ne 7) {
            $null = Unprotect-TenantData "anew-$n.txt.tenc" -OutFile back -Force -Strict
            Get-Content back | Should -Be "content $n"
        }

        $bytes[-1] = $bytes[-1] -bxor 1
        [IO.File]::WriteAllBytes("$PWD/anew-7.txt.tenc", $bytes)
        (Resume-KeyMigration $migration.Id -PassThru).Failed | Should -Be 0
        (Get-KeyProvider -TenantId anew -Type Internal).MessageCount | Should -Be 0
        { Disable-KeyProvider Internal -TenantId anew -Confirm:$false } | Should -Not -Throw
    }

    It 'writes anew what a compromised key protects, as a job' {
        Update-KeyEncryptionKey anew | Out-Null
        Set-Content anew-late.txt 'late' -NoNewline
        $null = Protect-TenantData anew-late.txt -TenantId anew
        $compromised = (Get-KeyEncryptionKey -TenantId anew | Where-Object Messages -EQ 1).KekId

        $job = Start-KeyMigration anew anew-cmk -Mode Reencrypt -KekId $compromised -LowPriority -AsJob

        $job | Should -BeOfType System.Management.Automation.Job
        (Get-Job -Id $job.Id).Command | Should -BeLike '*Start-KeyMigration anew*'
        $migration = $job | Receive-Job -Wait -AutoRemoveJob
        $migration.State, $migration.Done, $migration.LowPriority | Should -Be 'Completed', 1, $true
        (Get-KeyEncryptionKey -TenantId anew | Where-Object KekId -EQ $compromised).Messages | Should -Be 0
    }

    It 'lets a key die on which nothing depends any more, and no other' {
        $null = New-EncryptionTenant dying -KeyLease 0
        Set-Content dying.txt 'dying' -NoNewline
        $null = Protect-TenantData dying.txt -TenantId dying
        $old = Get-KeyEncryptionKey dying
        { $old | Remove-KeyEncryptionKey -ErrorAction Stop } | Should -Throw -ErrorId 'TRANSITION_FORBIDDEN,*'
        $null = Update-KeyEncryptionKey dying
        $refused = { $old | Remove-KeyEncryptionKey -ErrorAction Stop } | Should -Throw -ErrorId 'HAS_DEPENDANTS,*' -PassThru
        $refused.ErrorDetails.RecommendedAction | Should -BeLike "*Start-KeyMigration*(Get-TenantMessage -TenantId 'dying' -KekId $($old.KekId) lists the files), or use -Force."
        (Get-TenantMessage -TenantId dying -KekId $old.KekId).Path | Should -BeLike '*dying.txt.tenc'
        $null = Start-KeyMigration dying Internal -Mode Reencrypt -KekId $old.KekId
        { $old | Remove-KeyEncryptionKey -ErrorAction Stop } | Should -Throw -ErrorId 'CONFIRMATION_REQUIRED,*'
        $old | Remove-KeyEncryptionKey -WhatIf
        $old | Remove-KeyEncryptionKey -Confirm:$false | Should -BeNullOrEmpty
        (Get-KeyEncryptionKey dying).KekId | Should -Not -Contain $old.KekId
        Unprotect-TenantData dying.txt.tenc -OutFile dying.back | Out-Null
        Get-Content dying.back | Should -Be 'dying'
        { Remove-KeyEncryptionKey dying $old.KekId -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        (Get-EncryptionEvent dying -Type *.key.removed).Data.kekId | Should -Be $old.KekId
    }

    It 'gives a job that fails its error, and refuses before there is one what the platform or the state forbids' {
        { Start-KeyMigration anew anew-cmk -Mode Reencrypt -KekId 'kek-00000000000000000000' -AsJob } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        { Start-KeyMigration anew anew-cmk -KekId (Get-KeyEncryptionKey -TenantId anew)[0].KekId } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        { Join-KeyMigration (Get-KeyMigration -TenantId anew)[0].Id } | Should -Throw -ErrorId 'TRANSITION_FORBIDDEN,*'
        Join-KeyMigration -All -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike '*nothing to help with*'
    }
}
