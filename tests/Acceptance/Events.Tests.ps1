#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $null = New-EncryptionTenant acme
    $null = New-EncryptionTenant globex
    $null = 1..5 | ForEach-Object { "$_" } | Protect-TenantData -TenantId acme
    $null = Test-KeyProvider -TenantId acme
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'Get-EncryptionEvent' {
    It 'lists CloudEvents, oldest first' {
        $events = Get-EncryptionEvent
        $events | Should -BeOfType TenantEncryption.Events.EncryptionEvent
        $acme = $events.Where({ $_.TenantId -eq 'acme' })
        $acme.Sequence | Should -Be (1..$acme.Count)
        ($events | Sort-Object Time -Stable).Id | Should -Be $events.Id
        $acme.StateDigest | Should -Not -BeNullOrEmpty
        $events[0].SpecVersion | Should -Be '1.0'
        $events.Type | Should -Contain 'tenantencryption.v1.tenant.created'
    }

    It 'has one event for a command on values, with counts' {
        $protected = @(Get-EncryptionEvent -TenantId acme -Type *.data.protected)
        $protected.Count | Should -Be 1
        $protected[0].Data.values | Should -Be 5
    }

    It 'narrows by tenant, type, time and number' {
        (Get-EncryptionEvent -TenantId globex).Type | Should -Be 'tenantencryption.v1.tenant.created'
        (Get-EncryptionEvent -Type *.tenant.created).TenantId | Should -Be 'acme', 'globex'
        (Get-EncryptionEvent -Type *.tenant.created -Newest 1).TenantId | Should -Be 'globex'
        (Get-EncryptionEvent -Newest 2).Count | Should -Be 2
        (Get-EncryptionEvent acme, 'glob*' -Type *.tenant.created, *.data.protected).TenantId | Select-Object -Unique | Should -Be 'acme', 'globex'
        (Get-EncryptionEvent 'a*' -Newest 1).TenantId | Should -Be 'acme'
        Get-EncryptionEvent 'zzz*' -ErrorAction Stop | Should -BeNullOrEmpty
        Get-EncryptionEvent -After (Get-Date).AddHours(1) | Should -BeNullOrEmpty
        Get-EncryptionEvent -Before (Get-Date).AddHours(-1) | Should -BeNullOrEmpty
        { Get-EncryptionEvent -TenantId nope -ErrorAction Stop } | Should -Throw -ErrorId 'TENANT_NOT_FOUND,*'
    }

    It 'follows with -Wait until it is stopped' {
        $powershell = [powershell]::Create()
        $null = $powershell.AddScript('Get-EncryptionEvent -Newest 1 -Wait')
        $found = [System.Management.Automation.PSDataCollection[psobject]]::new()
        $running = $powershell.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]::new(), $found)
        $wait = { param($Count) $deadline = [DateTime]::UtcNow.AddSeconds(20); while ($found.Count -lt $Count -and [DateTime]::UtcNow -lt $deadline) { [Threading.Thread]::Sleep(20) } }
        & $wait 1
        $null = New-EncryptionTenant followed
        & $wait 2
        $found[1].TenantId | Should -Be 'followed'
        $running.IsCompleted | Should -BeFalse
        $powershell.Stop()
        $powershell.Dispose()
    }
}

Describe 'Test-EncryptionEventLog' {
    It 'verifies every chain, and up to the heads that were noted' {
        $heads = (Get-TenantEncryption).Heads
        $result = Test-EncryptionEventLog -Head $heads
        $result.Success | Should -BeTrue
        $result.Chains | Should -Be $heads.Count
        $result.Records | Should -Be ($heads.Head.Sequence | Measure-Object -Sum).Sum
        Test-EncryptionEventLog -Quiet | Should -BeExactly $true
    }

    It 'verifies the chain of one tenant' {
        $head = (Get-TenantEncryption).Heads.Where({ $_.TenantId -eq 'acme' }).Head
        $result = Test-EncryptionEventLog -TenantId acme
        $result.Records, $result.Chains, "$($result.Head)" | Should -Be $head.Sequence, 1, "$head"
        (Get-EncryptionTenant globex | Test-EncryptionEventLog).Success | Should -BeTrue
    }

    It 'tells a log that has not what was noted' {
        $head = (Get-TenantEncryption).Heads.Where({ $_.TenantId -eq 'acme' }).Head
        $result = Test-EncryptionEventLog -Head "$($head.Sequence + 5):$($head.Mac):acme"
        $result.Success | Should -BeFalse
        $result.Code, $result.TenantId, $result.FirstBad | Should -Be 'EVENT_LOG_ALTERED', 'acme', ($head.Sequence + 1)
        Test-EncryptionEventLog -Head "$($head.Sequence):$('0' * 64):acme" -Quiet | Should -BeExactly $false
    }

    It 'refuses a head that is none' {
        { Test-EncryptionEventLog -Head nonsense -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
    }
}

Describe 'Anchors' {
    BeforeAll {
        $file = Join-Path $sandbox.Root 'anchors.jsonl'
        $anchor = New-EncryptionAnchor $file
        $null = Protect-TenantData -TenantId acme -InputObject 'more'
        $second = New-EncryptionAnchor $file
    }

    It 'are made, numbered, and appended to a file' {
        $anchor | Should -BeOfType TenantEncryption.Anchors.Anchor
        $second.Number | Should -Be ($anchor.Number + 1)
        $second.Previous | Should -Be $anchor.Hash
        (Get-Content $file | ConvertFrom-Json).number | Should -Be $anchor.Number, $second.Number
        (Get-EncryptionAnchor).Hash | Should -Be $anchor.Hash, $second.Hash
        (Get-EncryptionAnchor -Number $second.Number).Root | Should -Be $second.Root
        { Get-EncryptionAnchor -Number 99 -ErrorAction Stop } | Should -Throw -ErrorId 'ANCHOR_NOT_FOUND,*'
    }

    It 'are not made twice of the same, and not with -WhatIf' {
        (New-EncryptionAnchor $file).Number | Should -Be $second.Number
        New-EncryptionAnchor $file -WhatIf | Should -BeNullOrEmpty
        (Get-Content $file).Count | Should -Be 2
    }

    It 'are what the log is tested against, in each form in which they are kept' {
        (Test-EncryptionEventLog -Anchor $file).Anchors | Should -Be 2
        $forms = $anchor, "$anchor", (Get-Item $file), (Get-Content $file)[0], ($anchor | ConvertTo-Json | ConvertFrom-Json), @{ Anchor = "$($anchor.Number)"; Root = $anchor.Root }, ([System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($anchor)))
        foreach ($form in $forms) { Test-EncryptionEventLog -Anchor $form -Quiet | Should -BeExactly $true -Because "$form" }
        Test-EncryptionEventLog -Anchor $forms -Quiet | Should -BeExactly $true
        Test-EncryptionEventLog -Anchor "$($anchor.Number):$('0' * 64)" -Quiet | Should -BeExactly $false
        (Test-EncryptionEventLog -Anchor "99:$('0' * 64)").Detail | Should -BeLike '*lacks anchor 99*'
        { Test-EncryptionEventLog -Anchor '{}' -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        { Test-EncryptionEventLog -Anchor nowhere.jsonl -ErrorAction Stop } | Should -Throw -ErrorId 'SOURCE_NOT_FOUND,*'
    }

    It 'prove a tenant''s head without a store' {
        $proof = Get-EncryptionAnchor -TenantId acme
        $json = $proof | ConvertTo-Json -Depth 4
        foreach ($form in $proof, $json, ($json | ConvertFrom-Json)) {
            $result = $form | Test-EncryptionAnchor -Anchor $file
            $result.Success | Should -BeTrue -Because $result.Detail
            Test-EncryptionEventLog -Head $result.Head -Quiet | Should -BeExactly $true
        }
        $json | Test-EncryptionAnchor -Anchor $anchor, $second -Quiet | Should -BeExactly $true
        $json | Test-EncryptionAnchor -Anchor $anchor -Quiet | Should -BeExactly $false
        $json -replace '"Index": \d+', '"Index": 7' | Test-EncryptionAnchor -Anchor $file -Quiet | Should -BeExactly $false
        (Get-EncryptionAnchor -TenantId * -Number $anchor.Number).TenantId | Should -Contain 'globex'
        { 'nonsense' | Test-EncryptionAnchor -Anchor $file -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
    }
}

Describe 'Export-EncryptionEvent' {
    BeforeAll {
        $null = New-EncryptionTenant archived, archived2
        1..3 | ForEach-Object { $null = Update-KeyEncryptionKey archived; $null = Update-KeyEncryptionKey archived2 }
        $cut = (Get-EncryptionEvent archived)[2].Time
        $folder = Join-Path $sandbox.Root 'archive'
        $null = New-Item -ItemType Directory $folder
        $file = Join-Path $folder 'archived.jsonl'
    }

    It 'tells with -WhatIf, and asks' {
        Export-EncryptionEvent archived -Before $cut -Path $file -WhatIf | Should -BeNullOrEmpty
        Test-Path $file | Should -BeFalse
        { Export-EncryptionEvent archived -Before $cut -Path $file -Confirm:$true -ErrorAction Stop } | Should -Throw -ErrorId 'CONFIRMATION_REQUIRED,*'
    }

    It 'moves what is older, and the log verifies with the file and without' {
        $moved = Export-EncryptionEvent archived -Before $cut -Path $file -Confirm:$false
        $moved.First, $moved.Last, $moved.Count, $moved.Path | Should -Be 1, 2, 2, $file
        $moved.Hash | Should -Be (Get-FileHash $file).Hash
        (Get-EncryptionEvent archived -WarningVariable warnings -WarningAction SilentlyContinue).Sequence | Should -Be 3, 4, 5
        "$warnings" | Should -BeLike "*Events 1 to 2 of tenant 'archived' are in archives*"
        $null = Get-EncryptionEvent archived -Newest 1 -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeNullOrEmpty
        $null = Get-KeyHistory -TenantId archived -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike '*are in archives*'
        $result = Test-EncryptionEventLog
        $result.Success, $result.Archived | Should -Be $true, 2
        $result = Test-EncryptionEventLog -Path $file
        $result.Success, $result.Archived | Should -Be $true, 0
        Test-EncryptionEventLog -Path (Join-Path $folder '*.nothing') -Quiet -WarningAction SilentlyContinue | Should -BeExactly $false
        { Test-EncryptionEventLog -Path nowhere.jsonl -ErrorAction Stop } | Should -Throw -ErrorId 'SOURCE_NOT_FOUND,*'
        (Get-Content $file -Raw) -replace 'key.rotated', 'key.rotatee' | Set-Content "$file.altered" -NoNewline
        Test-EncryptionEventLog -Path "$file.altered" -Quiet | Should -BeExactly $false
    }

    It 'makes a file for each of several tenants in a folder, and never replaces one' {
        { Export-EncryptionEvent archived, archived2 -Before (Get-Date) -Path (Join-Path $folder 'one') -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        { Export-EncryptionEvent archived -Before (Get-Date) -Path $file -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'OUTPUT_EXISTS,*'
        $moved = Get-EncryptionTenant 'archived*' | Export-EncryptionEvent -Before (Get-Date) -Path $folder -Confirm:$false
        $moved.TenantId | Should -Be 'archived', 'archived2'
        Remove-Item "$file.altered"
        (Test-EncryptionEventLog -Path (Join-Path $folder '*.jsonl')).Archived | Should -Be 0
        $null = Export-EncryptionEvent archived2 -Before (Get-Date).AddYears(-1) -Path $folder -Confirm:$false -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike '*No event of tenant*'
    }

    It 'moves the store''s own events' {
        $moved = Export-EncryptionEvent -Store -Before (Get-Date).AddDays(1) -Path (Join-Path $folder 'store.jsonl') -Confirm:$false -WarningAction SilentlyContinue
        (Test-EncryptionEventLog -Path (Join-Path $folder '*.jsonl') -Anchor (Join-Path $sandbox.Root 'anchors.jsonl')).Success | Should -BeTrue
        $moved.TenantId | Should -BeNullOrEmpty
    }
}
