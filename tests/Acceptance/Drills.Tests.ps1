#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $sandbox.LocalKms = $kms = Start-LocalKms

    # An Active provider on a key of eu-west-1 with a replica in eu-west-3.
    $arn = (Invoke-LocalKms $kms CreateKey @{ MultiRegion = $true }).KeyMetadata.Arn
    $null = Invoke-LocalKms $kms ReplicateKey @{ KeyId = $arn; ReplicaRegion = 'eu-west-3' }
    $null = New-EncryptionTenant drilled
    $provider = New-KeyProvider -TenantId drilled -Name cmk -KeyArn $arn -EndpointUrl $kms.Url -Activate
    $value = 'read throughout' | Protect-TenantData -TenantId drilled

    function Get-Policy([string] $Region = 'eu-west-1') {
        (Invoke-LocalKms $kms GetKeyPolicy @{ KeyId = $arn -replace 'eu-west-1', $Region; PolicyName = 'default' } -Region $Region).Policy
    }
}

AfterAll {
    Set-LocalKmsFault $kms
    Exit-Sandbox $sandbox
}

Describe 'Invoke-KeyProviderDrill -Drill Failover' {
    It 'shows what each region opens of the others, and asks nothing' {
        $result = $provider | Invoke-KeyProviderDrill -Drill Failover
        $result | Should -BeOfType TenantEncryption.Drills.DrillResult
        $result.Success | Should -BeTrue
        $result.Code | Should -Be 'SUCCESS'
        $result.Steps.Region | Sort-Object -Unique | Should -Be 'eu-west-1', 'eu-west-3'
        $result.Steps | Should -BeOfType TenantEncryption.Drills.DrillStep
    }

    It 'names the replica that would not serve' {
        $null = Invoke-LocalKms $kms DisableKey @{ KeyId = $provider.ReplicaKeys[0] } -Region eu-west-3
        $result = Invoke-KeyProviderDrill cmk -TenantId drilled -Drill Failover
        $result.Code | Should -Be 'KEY_DISABLED'
        $result.Steps | Where-Object Outcome -EQ Failed | ForEach-Object Region | Sort-Object -Unique | Should -Be 'eu-west-3'
        $null = Invoke-LocalKms $kms EnableKey @{ KeyId = $provider.ReplicaKeys[0] } -Region eu-west-3
    }

    It 'needs a key of several regions' {
        $null = New-EncryptionTenant single
        $null = New-KeyProvider -TenantId single -Name one -KeyArn (New-LocalKey $sandbox).Arn -EndpointUrl $kms.Url
        { Invoke-KeyProviderDrill one -TenantId single -Drill Failover -ErrorAction Stop } | Should -Throw -ErrorId 'REPLICA_MISSING,*'
        { Invoke-KeyProviderDrill Internal -TenantId single -Drill Failover -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
    }

    It 'does nothing with -WhatIf' {
        Invoke-KeyProviderDrill cmk -TenantId drilled -Drill Failover -WhatIf | Should -BeNullOrEmpty
    }
}

Describe 'Invoke-KeyProviderDrill -Drill Revocation' {
    BeforeAll {
        $before = Get-Policy
        $beforeReplica = Get-Policy eu-west-3
    }

    It 'shows with -WhatIf exactly what it would put into which policies' {
        $run = Invoke-Runbook "Invoke-KeyProviderDrill cmk -TenantId drilled -Drill Revocation -WhatIf"
        $run.Output | Should -BeLike "*$arn*$($provider.ReplicaKeys[0])*TenantEncryptionDrill*kms:EncryptionContext:Drill*aws:CurrentTime*"
        Get-Policy | Should -Be $before
    }

    It 'asks, and says so where nobody can answer' {
        $run = Invoke-Runbook "Invoke-KeyProviderDrill cmk -TenantId drilled -Drill Revocation" -Option '-NonInteractive'
        $run.Errors | Should -BeLike '*asks for confirmation*'
        Get-Policy | Should -Be $before
    }

    It 'shuts a scratch message in every region, opens it again, and leaves the policies as they were' {
        $result = Invoke-KeyProviderDrill cmk -TenantId drilled -Drill Revocation -Confirm:$false
        $result.Success | Should -BeTrue -Because ($result.Steps | Where-Object Outcome -NE Passed | ForEach-Object Observed)
        $result.Steps.Name | Should -Be 'Write', 'ReadBefore', 'ReadBefore', 'Withdraw', 'Withdraw', 'Unreadable', 'Unreadable', 'GiveBack', 'GiveBack', 'ReadAgain', 'ReadAgain', 'TenantUntouched'
        Get-Policy | Should -Be $before
        Get-Policy eu-west-3 | Should -Be $beforeReplica
        $value | Unprotect-TenantData | Should -Be 'read throughout'
        (Get-EncryptionEvent -TenantId drilled -Type '*.keyprovider-drill.finished').Data.code | Should -Contain 'SUCCESS'
    }

    It 'waits for a KMS that takes its time, while the tenant reads and writes on' {
        Set-LocalKmsFault $kms @{ policyDelay = '00:00:03' }
        $drill = Start-ThreadJob { Invoke-KeyProviderDrill cmk -TenantId drilled -Drill Revocation -Confirm:$false }
        while ($drill.State -in 'NotStarted', 'Running') {
            Clear-KeyLease drilled
            $value | Unprotect-TenantData | Should -Be 'read throughout'
            $null = 'written meanwhile' | Protect-TenantData -TenantId drilled
            Start-Sleep -Milliseconds 200
        }
        $result = $drill | Receive-Job -Wait -AutoRemoveJob
        $result.Success | Should -BeTrue
        ($result.Steps | Where-Object Name -EQ Unreadable).Elapsed | ForEach-Object { $_.TotalSeconds | Should -BeGreaterThan 2 }
        Set-LocalKmsFault $kms
    }

    It 'takes its statement out when it is stopped' {
        Set-LocalKmsFault $kms @{ policyDelay = '00:10:00' }
        $drill = Start-ThreadJob { Invoke-KeyProviderDrill cmk -TenantId drilled -Drill Revocation -Confirm:$false }
        while ((Get-Policy eu-west-3) -notlike '*TenantEncryptionDrill*') { $drill.State | Should -BeIn 'NotStarted', 'Running'; Start-Sleep -Milliseconds 50 }
        Stop-Job $drill
        Remove-Job $drill
        Set-LocalKmsFault $kms
        Get-Policy | Should -Be $before
        Get-Policy eu-west-3 | Should -Be $beforeReplica
    }

    It 'takes out what a killed drill left behind' {
        # A process of its own, which is killed while its statement is in the policies.
        Set-LocalKmsFault $kms @{ policyDelay = '00:10:00' }
        $start = New-ShellStart '-NoProfile', '-Command', "Import-Module '$($sandbox.Module)'; Invoke-KeyProviderDrill cmk -TenantId drilled -Drill Revocation -Confirm:`$false"
        $start.RedirectStandardOutput = $true
        $process = [System.Diagnostics.Process]::Start($start)
        while ((Get-Policy eu-west-3) -notlike '*TenantEncryptionDrill*') { $process.HasExited | Should -BeFalse; Start-Sleep -Milliseconds 50 }
        { Invoke-KeyProviderDrill cmk -TenantId drilled -Drill Revocation -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'DRILL_RUNNING,*'
        $process.Kill()
        $process.WaitForExit()
        Get-Policy | Should -BeLike '*TenantEncryptionDrill*'
        Set-LocalKmsFault $kms

        # The killed process counts as dead after ten seconds of silence.
        $deadline = [DateTime]::UtcNow.AddSeconds(30)
        do {
            $result = try { Invoke-KeyProviderDrill cmk -TenantId drilled -Drill Revocation -Confirm:$false -ErrorAction Stop } catch { Start-Sleep -Milliseconds 500 }
        } until ($result -or [DateTime]::UtcNow -gt $deadline)
        $result.Success | Should -BeTrue
        $result.Steps[0].Name, $result.Steps[1].Name | Should -Be 'LeftOver', 'LeftOver'
        ((Get-Policy | ConvertFrom-Json -AsHashtable).Statement | ConvertTo-Json -Depth 9) | Should -Be (($before | ConvertFrom-Json -AsHashtable).Statement | ConvertTo-Json -Depth 9)
    }
}
