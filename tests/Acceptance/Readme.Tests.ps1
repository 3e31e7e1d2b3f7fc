#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    Import-Module (Join-Path $PSScriptRoot 'Pages.psm1')
    $sandbox = Enter-Sandbox
    # A folder that looks like a built clone.
    foreach ($folder in 'out', 'samples', 'src/TenantEncryption.LocalKms/bin') {
        $null = New-Item -ItemType Directory -Force (Split-Path "./$folder")
        Copy-Item -Recurse (Join-Path $PSScriptRoot "../../$folder") $folder
    }
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'The README' {
    It 'runs in PowerShell as written, one block after the other' {
        $blocks = @(Get-PageBlock (Join-Path $PSScriptRoot '../../README.md'))
        $blocks.Count | Should -BeGreaterThan 1
        $script = $blocks.Text -join "`n"
        $run = Invoke-Runbook "Set-Location '$pwd'; `$ErrorActionPreference = 'Stop'; Remove-Module TenantEncryption`n$script"
        $run.Errors | Should -BeNullOrEmpty
        $run.ExitCode | Should -Be 0
        Get-Content back/summary.txt | Should -Be 'Everything went well.'
        $run.Output | Should -Match 'Completed'
    }
}
