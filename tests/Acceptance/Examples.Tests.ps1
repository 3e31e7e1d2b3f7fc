#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# Every example of the help, as it is written, on the default platform; Invoke-HelpExample.ps1 has what it supposes.
BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot '../../out/TenantEncryption')
    $examples = foreach ($cmdlet in Get-Command -Module TenantEncryption | Sort-Object Name) {
        $number = 0
        foreach ($example in (Get-Help $cmdlet.Name -Full).examples.example) { $number++; @{ Cmdlet = $cmdlet.Name; Number = $number; Code = $example.code } }
    }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $sandbox.LocalKms = Start-LocalKms
    $folder = Join-Path $sandbox.Root 'examples'
    $null = New-Item -ItemType Directory $folder
    $start = New-ShellStart @('-NoProfile', '-NonInteractive', '-File', (Join-Path $PSScriptRoot 'Invoke-HelpExample.ps1'), '-Module', $sandbox.Module, '-Url', $sandbox.LocalKms.Url, '-Folder', $folder)
    $start.Environment['NO_COLOR'] = '1'
    $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $process = [System.Diagnostics.Process]::Start($start)
    $output, $problems = $process.StandardOutput.ReadToEndAsync(), $process.StandardError.ReadToEndAsync()
    $process.WaitForExit()
    $process.Dispose()
    $text = $output.Result
    # What if: and the like come before.
    $results = if ($text -match '(?s)(^|\n)(\[\r?\n.*\])\s*$') { $Matches[2] | ConvertFrom-Json }
    $silent = '^(Set|Enable|Disable|Restore|Suspend|Stop|Join|Clear|Disconnect|Remove)-|^(Update|Import)-RootKey|^\$\w+ = |Where-Object|-WhatIf|^Export-EncryptionEvent -Store|^Connect-|^if \(-not|-State (Suspended|Failed|InProgress) \||\| (Set|Remove|Disable|Join)-\S+'
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'Examples' {
    It 'are all run' {
        $results.Count | Should -BeGreaterThan 80 -Because "$($problems.Result) $text"
    }

    It '<Cmdlet>, <Number>: <Code>' -ForEach $examples {
        $result = $results | Where-Object { $_.Name -eq $Cmdlet -and $_.Number -eq $Number }
        $result.Code | Should -BeExactly $Code
        $result.Errors | Should -BeNullOrEmpty
        if ($Code -notmatch $silent) { $result.Outputs | Should -BeGreaterThan 0 -Because 'it shows something' }
    }
}
