#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $sandbox.LocalKms = $kms = Start-LocalKms

    # A tenant whose Active provider stands on a key of eu-west-1 with a replica in eu-west-3.
    function New-RegionalTenant([string] $TenantId) {
        $arn = (Invoke-LocalKms $kms CreateKey @{ MultiRegion = $true }).KeyMetadata.Arn
        $null = Invoke-LocalKms $kms ReplicateKey @{ KeyId = $arn; ReplicaRegion = 'eu-west-3' }
        $null = New-EncryptionTenant $TenantId
        New-KeyProvider -TenantId $TenantId -Name "$TenantId-cmk" -KeyArn $arn -EndpointUrl $kms.Url -Activate
    }
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'A key of several regions' {
    BeforeAll {
        $provider = New-RegionalTenant regional
        $before = 'before' | Protect-TenantData -TenantId regional
    }

    AfterEach {
        Set-LocalKmsFault $kms
    }

    It 'shows its replicas' {
        $provider.MultiRegion | Should -BeTrue
        $provider.ReplicaKeys | Should -Be ($provider.KeyArn -replace 'eu-west-1', 'eu-west-3')
    }

    It 'works on while its home gives no answer, and says so' {
        Set-LocalKmsFault $kms @{ regionsDown = @('eu-west-1') }
        Clear-KeyLease regional
        $script:meanwhile = 'meanwhile' | Protect-TenantData -TenantId regional -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -HaveCount 1
        "$warnings" | Should -BeLike '*eu-west-1 gives no answer*eu-west-3*'
        $before, $meanwhile | Unprotect-TenantData -WarningAction SilentlyContinue | Should -Be 'before', 'meanwhile'
        $away = Get-EncryptionEvent -TenantId regional -Type '*.keyprovider.failedover'
        $away.Data.from, $away.Data.to | Should -Be 'eu-west-1', 'eu-west-3'
    }

    It 'works on in a process of its own, where the warning is seen, too' {
        Set-LocalKmsFault $kms @{ regionsDown = @('eu-west-1') }
        'a file' | Set-Content a.txt
        $run = Invoke-Runbook "Set-Location '$PWD'; Protect-TenantData a.txt -TenantId regional | Unprotect-TenantData -OutFile b.txt | Out-Null; Get-Content b.txt"
        $run.ExitCode | Should -Be 0
        $run.Output | Should -Be 'a file'
        $run.Errors | Should -BeLike '*S="warning"*AWS KMS in eu-west-1 gives no answer*'
    }

    It 'lost nothing when home returns and the replica goes' {
        Set-LocalKmsFault $kms @{ regionsDown = @('eu-west-3') }
        Clear-KeyLease regional
        $before, $meanwhile | Unprotect-TenantData -WarningVariable warnings | Should -Be 'before', 'meanwhile'
        $warnings | Should -BeNullOrEmpty
        Test-TenantData a.txt.tenc -Quiet | Should -BeTrue
        (Get-EncryptionEvent -TenantId regional -Type '*.keyprovider.returned').Data.to | Should -Be 'eu-west-1'
    }

    It 'tells when no region answers' {
        Set-LocalKmsFault $kms @{ regionsDown = @('eu-west-1', 'eu-west-3') }
        Clear-KeyLease regional
        { $before | Unprotect-TenantData -ErrorAction Stop } | Should -Throw -ErrorId 'KMS_UNREACHABLE,*' -ExpectedMessage '*eu-west-3*'
    }
}

Describe 'A refusal' {
    BeforeAll {
        # This process still leaves the home region alone.
        $WarningPreference = 'SilentlyContinue'
        $provider = New-RegionalTenant refused
        $replica = $provider.ReplicaKeys[0]
        $value = 'kept' | Protect-TenantData -TenantId refused
    }

    AfterAll {
        Set-LocalKmsFault $kms
    }

    It 'in the replica while home is away shuts a process that holds the key' {
        # The other process reads with its lease until it no longer can, and tells why and how long after the refusal.
        $holding = Join-Path $sandbox.Root 'work/holding'
        $refusedAt = Join-Path $sandbox.Root 'work/refused'
        $job = Start-Job -ArgumentList $sandbox.Module, $value, $holding, $refusedAt {
            param($module, $value, $holding, $refusedAt)
            Import-Module $module
            $null = $value | Unprotect-TenantData
            $null = New-Item $holding
            $deadline = [DateTime]::UtcNow.AddSeconds(30)
            while ([DateTime]::UtcNow -lt $deadline) {
                try { $null = $value | Unprotect-TenantData -ErrorAction Stop }
                catch { return [pscustomobject]@{ Code = $_.Exception.Code; After = ([DateTime]::UtcNow - (Get-Item $refusedAt).LastWriteTimeUtc).TotalSeconds } }
                Start-Sleep -Milliseconds 50
            }
        }
        while (-not (Test-Path $holding)) { if ($job.State -ne 'Running') { Receive-Job $job }; Start-Sleep -Milliseconds 50 }

        Set-LocalKmsFault $kms @{ regionsDown = @('eu-west-1') }
        $null = Invoke-LocalKms $kms DisableKey @{ KeyId = $replica } -Region eu-west-3
        Clear-KeyLease refused
        $before = [DateTime]::UtcNow
        { $value | Unprotect-TenantData -ErrorAction Stop } | Should -Throw -ErrorId 'KEY_DISABLED,*'
        $null = New-Item $refusedAt
        (Get-Item $refusedAt).LastWriteTimeUtc = $before

        $shut = $job | Wait-Job -Timeout 60 | Receive-Job
        Remove-Job $job -Force
        $shut.Code | Should -Be 'KMS_UNREACHABLE'
        $shut.After | Should -BeLessThan 15 -Because 'it is one second, and the tries of a home that does not answer'
        (Get-KeyProvider refused-cmk).RefusedRegions | Should -Be 'eu-west-3'
    }

    It 'stops failing over until a test passes there' {
        $null = Invoke-LocalKms $kms EnableKey @{ KeyId = $replica } -Region eu-west-3
        { $value | Unprotect-TenantData -ErrorAction Stop } | Should -Throw -ErrorId 'KMS_UNREACHABLE,*' -ExpectedMessage '*Test-KeyProvider*'
        $check = (Test-KeyProvider refused-cmk).Checks | Where-Object Name -EQ Failover
        $check.Outcome, $check.Region | Should -Be 'Passed', 'eu-west-3'
        $value | Unprotect-TenantData -WarningAction SilentlyContinue | Should -Be 'kept'
    }
}

Describe 'Two layers' {
    BeforeAll {
        $null = New-EncryptionTenant layered
        $key = New-LocalKey $sandbox
        $provider = New-KeyProvider -TenantId layered -Name both -KeyArn $key.Arn -EndpointUrl $kms.Url -SecondLayer -Migrate
        $value = 'under both' | Protect-TenantData -TenantId layered
    }

    It 'are shown, and hold' {
        $provider.SecondLayer | Should -BeTrue
        $value | Unprotect-TenantData | Should -Be 'under both'
    }

    It 'are shut by either' {
        { Disable-KeyProvider Internal -TenantId layered -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'HAS_DEPENDANTS,*' -ExpectedMessage '*both*'
        Disable-KeyProvider Internal -TenantId layered -Force
        Clear-KeyLease layered
        { $value | Unprotect-TenantData -ErrorAction Stop } | Should -Throw -ErrorId 'PROVIDER_DEACTIVATED,*'
        Restore-KeyProvider Internal -TenantId layered
        $null = Invoke-LocalKms $kms DisableKey @{ KeyId = $key.Arn }
        Clear-KeyLease layered
        { $value | Unprotect-TenantData -ErrorAction Stop } | Should -Throw -ErrorId 'KEY_DISABLED,*'
        $null = Invoke-LocalKms $kms EnableKey @{ KeyId = $key.Arn }
        $value | Unprotect-TenantData | Should -Be 'under both'
    }

    It 'are not for a Direct tenant' {
        $null = New-EncryptionTenant straight -KeyHierarchy Direct
        { New-KeyProvider -TenantId straight -Name both -KeyArn $key.Arn -SecondLayer -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
    }
}
