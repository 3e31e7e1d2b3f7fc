#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# docs/recovery.md, section by section, as it is written.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $sandbox.LocalKms = Start-LocalKms
    Import-Module (Join-Path $PSScriptRoot 'Pages.psm1')
    $page = Join-Path $PSScriptRoot '../../docs/recovery.md'
    $run = [Collections.Generic.HashSet[string]]::new()

    # The commands of a section, of which each block is run.
    function Get-Section([string] $Heading) {
        $blocks = @((Get-PageBlock $page -Heading $Heading).Text)
        $blocks.Count | Should -BeGreaterThan 0 -Because "the page has a section '$Heading' with commands"
        $blocks.ForEach({ $null = $run.Add($_) })
        $blocks
    }

    # A machine: a store, root keys and heads of its own. What it is told at the prompts is the passphrase.
    function Invoke-Machine([string] $Name, [string[]] $Script) {
        foreach ($folder in 'store', 'config') { $null = New-Item -ItemType Directory -Force (Join-Path $sandbox.Root "$Name/$folder") }
        $variables = @{ TENANTENCRYPTION_HOME = "$Name/store"; XDG_CONFIG_HOME = "$Name/config" }
        if ($IsWindows) { $variables.LOCALAPPDATA = $variables.ProgramData = "$Name/config" }
        $prelude = $variables.GetEnumerator().ForEach({ "`$env:$($_.Key) = '$(Join-Path $sandbox.Root $_.Value)'" }) + @(
            "`$env:AWS_ENDPOINT_URL_KMS = '$($sandbox.LocalKms.Url)'"
            "Set-Location '$pwd'; `$ErrorActionPreference = 'Stop'; `$ConfirmPreference = 'None'; `$arn = '$arn'"
            # The default store makes itself, and says so.
            'if (-not (Get-ChildItem $env:TENANTENCRYPTION_HOME)) { $null = Get-TenantEncryption -WarningAction SilentlyContinue; Disconnect-TenantEncryption }'
            "function Read-Host([switch] `$AsSecureString) { ConvertTo-SecureString 'a long passphrase of many words' -AsPlainText -Force }"
        )
        $result = Invoke-Runbook (($prelude + $Script) -join "`n")
        $result.Errors | Should -BeNullOrEmpty
        $result.ExitCode | Should -Be 0
        $result.Output
    }

    $arn = (New-LocalKey $sandbox).Arn
    $null = New-Item -ItemType Directory plain, kept
    Set-Content plain/before.txt 'before the key'
    Set-Content plain/after.txt 'under the key'
    Invoke-Machine old @(
        '$null = New-EncryptionTenant acme, globex'
        '$null = Protect-TenantData plain/before.txt -TenantId acme -Destination protected'
        '$null = New-KeyProvider -TenantId acme -Name acme-cmk -KeyArn $arn -Migrate'
        '$null = Protect-TenantData plain/after.txt -TenantId acme -Destination protected'
        '$null = Export-KeyRing acme ./acme.json'
    )
    $keeping = Get-Section 'What to keep'
    Invoke-Machine old $keeping
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'The recovery guide' {
    It 'has the key rings of every tenant and the root key kept' {
        (Get-ChildItem kept).Name | Should -Be 'root.json', 'tenant-acme-keyring.json', 'tenant-globex-keyring.json'
    }

    It 'reads a tenant on a new machine from its files, its ring and its provider alone, and moves it there' {
        $import, $move, $unsealed = Get-Section 'A lost store'
        Invoke-Machine new $import
        Get-Content read/before.txt | Should -Be 'before the key'
        Get-Content read/after.txt | Should -Be 'under the key'
        (Invoke-Machine new $move) | Should -Match '(?s)True.*Completed'
        (Invoke-Machine new '(Get-KeyProvider -TenantId acme -Current).Name') | Should -Be 'acme-cmk'

        Invoke-Machine other $unsealed
        Remove-Item read -Recurse
        Invoke-Machine other 'Unprotect-TenantData ./protected -Recurse -Destination ./read'
        Get-Content read/before.txt | Should -Be 'before the key'
        Get-Content read/after.txt | Should -Be 'under the key'
    }

    It 'reads nothing where the provider is not there' {
        $before, $null = Get-Section 'A lost store'
        Invoke-LocalKms $sandbox.LocalKms DisableKey @{ KeyId = $arn } | Out-Null
        try {
            (Invoke-Machine without @("try { Import-KeyRing ./acme.json -KeyArn `$arn } catch { `$_.FullyQualifiedErrorId }", 'Get-EncryptionTenant')) | Should -BeLike 'KEY_DISABLED,*'
        }
        finally {
            Invoke-LocalKms $sandbox.LocalKms EnableKey @{ KeyId = $arn } | Out-Null
        }
    }

    It 'puts a lost root key back' {
        Get-ChildItem (Join-Path $sandbox.Root 'old/config') -Recurse -Filter *.root | Remove-Item
        (Invoke-Machine old 'try { Get-EncryptionTenant } catch { $_.FullyQualifiedErrorId }') | Should -BeLike 'ROOT_KEY_MISSING,*'
        (Invoke-Machine old (Get-Section 'A lost root key')) | Should -Be 'True'
        (Invoke-Machine old '(Get-EncryptionTenant).Count') | Should -Be '2'
    }

    It 'goes on from a restored backup, with the keys that came after it' {
        $backup, $restore = Get-Section 'A restored backup'
        Invoke-Machine old $backup
        Set-Content plain/newer.txt 'newer than the backup'
        Invoke-Machine old (@('$null = Update-KeyEncryptionKey acme', '$null = Protect-TenantData plain/newer.txt -TenantId acme -Destination protected') + $keeping)
        (Invoke-Machine old $restore) | Should -Match 'True$'
        Invoke-Machine old 'Unprotect-TenantData ./protected/newer.txt.tenc -Destination ./newer'
        Get-Content newer/newer.txt | Should -Be 'newer than the backup'
        Invoke-Machine old "(Get-TenantMessage -TenantId acme).Path -like '*newer.txt.tenc'" | Should -Not -BeNullOrEmpty
        (Invoke-Machine old '(Get-EncryptionEvent acme -Type *.rollback-accepted).Count; Test-EncryptionEventLog -Quiet') | Should -Match '(?s)1.*True'
    }

    It 'was run as a whole' {
        @(Get-PageBlock $page).Count | Should -Be $run.Count
    }
}
