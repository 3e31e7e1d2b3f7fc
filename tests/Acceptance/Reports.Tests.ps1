#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $provider = New-TenantWithKey $sandbox acme 'Acme CMK'
    $null = New-EncryptionTenant globex -Name 'Globex <b>& Söhne</b>'
    $null = Start-KeyMigration -TenantId acme -To 'Acme CMK' -Confirm:$false
    $null = 'a value' | Protect-TenantData -TenantId acme
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'Export-EncryptionReport' {
    It 'writes one page that loads nothing, for its owner alone' {
        $report = Export-EncryptionReport ./report.html
        $report | Should -BeOfType TenantEncryption.Reports.ExportedReport
        $report.Format, $report.Tenants | Should -Be 'Html', 2
        $report.Path | Should -Be (Join-Path $PWD report.html)
        $report.Hash | Should -Be (Get-FileHash ./report.html -Algorithm SHA256).Hash
        $report.Length | Should -Be (Get-Item ./report.html).Length
        $text = Get-Content -Raw ./report.html
        { [xml] ($text -replace '^<!DOCTYPE html>') } | Should -Not -Throw
        $text | Should -Match 'Globex &lt;b&gt;&amp; Söhne&lt;/b&gt;'
        $text | Should -Not -Match 'https?://(?!127\.0\.0\.1)'
        if (-not $IsWindows) { (Get-Item ./report.html).UnixMode | Should -Be '-rw-------' }
    }

    It 'keeps a file that is there, before any work, unless -Force is given' {
        'mine' | Set-Content ./mine.html
        { Export-EncryptionReport ./mine.html -TenantId nosuch } | Should -Throw -ErrorId 'OUTPUT_EXISTS,*'
        Get-Content ./mine.html | Should -Be 'mine'
        { Export-EncryptionReport . -Force } | Should -Throw -ErrorId 'OUTPUT_EXISTS,*'
        (Export-EncryptionReport ./mine.html -Force).Path | Should -Exist
        Get-Content -Raw ./mine.html | Should -Match '<h1>Encryption report</h1>'
    }

    It 'gives the same facts as JSON, to the pipeline or into a file' {
        $json = Export-EncryptionReport -AsJson
        $json | Should -BeOfType string
        $facts = $json | ConvertFrom-Json
        $facts.tenants.tenantId | Should -Be 'acme', 'globex'
        $facts.tenants[0].providers.name | Should -Contain 'Acme CMK'
        $facts.tenants[0].migrations.state | Should -Be 'Completed'
        $facts.verification.code | Should -Be 'SUCCESS'
        (Export-EncryptionReport ./report.json -AsJson).Format | Should -Be 'Json'
        (Get-Content -Raw ./report.json | ConvertFrom-Json).tenants[0].keys.kekId | Should -Be $facts.tenants[0].keys.kekId
    }

    It 'is about the tenants that are named, and shows nothing of others' {
        $json = Export-EncryptionReport -TenantId globex -AsJson
        ($json | ConvertFrom-Json).tenants.tenantId | Should -Be 'globex'
        $json | Should -Not -Match 'acme'
        ((Get-EncryptionTenant 'g*' | Export-EncryptionReport -AsJson) | ConvertFrom-Json).scope | Should -Be 'globex'
        ((Export-EncryptionReport -TenantId 'a*', globex -AsJson) | ConvertFrom-Json).scope | Should -Be 'acme', 'globex'
    }

    It 'makes none of nobody' {
        { Export-EncryptionReport ./none.html -TenantId nosuch } | Should -Throw -ErrorId 'TENANT_NOT_FOUND,*'
        Export-EncryptionReport ./none.html -TenantId 'zzz*' -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $warned | Should -Match 'there is no report'
        Get-EncryptionTenant 'zzz*' | Export-EncryptionReport ./none.html -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        './none.html' | Should -Not -Exist
    }

    It 'asks KMS when told to, and shows what it may not see' {
        Get-ArrivedCall $sandbox { Export-EncryptionReport -AsJson } | Should -BeNullOrEmpty
        $facts = Export-EncryptionReport -AsJson -Live | ConvertFrom-Json
        $live = ($facts.tenants[0].providers | Where-Object name -EQ 'Acme CMK').live
        $live.state, $live.spec | Should -Be 'Enabled', 'SYMMETRIC_DEFAULT'
        $live.policy.effect | Should -Contain 'Allow'
        Get-ArrivedCall $sandbox { Export-EncryptionReport -AsJson -Live } | Sort-Object | Should -Be 'DescribeKey', 'GetKeyLastUsage', 'GetKeyPolicy', 'GetKeyRotationStatus', 'ListGrants'
    }

    It 'writes nothing with -WhatIf' {
        Export-EncryptionReport ./what.html -Live -WhatIf | Should -BeNullOrEmpty
        './what.html' | Should -Not -Exist
        Get-ArrivedCall $sandbox { Export-EncryptionReport ./what.html -Live -WhatIf } | Should -BeNullOrEmpty
    }
}
