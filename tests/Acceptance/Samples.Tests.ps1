#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $samples = Join-Path $PSScriptRoot '../../samples' | Convert-Path
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'Quickstart.ps1' {
    It 'keeps every claim' {
        $run = Invoke-Runbook "& '$samples/Quickstart.ps1'; exit `$LASTEXITCODE"
        $run.ExitCode | Should -Be 0 -Because "it wrote`n$($run.Output)`n$($run.Errors)"
        $run.Output | Should -Not -MatchExactly '(?m)^FAIL '
    }

    It 'protects a folder that is given' {
        $null = New-Item -ItemType Directory given
        'one' | Set-Content given/one.txt
        $run = Invoke-Runbook "& '$samples/Quickstart.ps1' -Folder '$pwd/given'; exit `$LASTEXITCODE"
        $run.ExitCode | Should -Be 0 -Because "it wrote`n$($run.Output)`n$($run.Errors)"
        $run.Output | Should -BeLike '*1 of 1 files are protected for acme*'
    }

    It 'says which folder is not there, before it does anything' {
        { & "$samples/Quickstart.ps1" -Folder ./nowhere } | Should -Throw -ExpectedMessage "*no folder './nowhere'*"
    }
}
