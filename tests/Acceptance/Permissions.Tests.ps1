#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# docs/permissions.md: each job with its policy, and with each action less.
BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'Pages.psm1')
    $jobs = foreach ($block in Get-PageBlock (Join-Path $PSScriptRoot '../../docs/permissions.md') -Language json) {
        @{ Job = $block.Heading; Actions = @(@(($block.Text | ConvertFrom-Json).Statement.Action) | Sort-Object -Unique) }
    }
    $rights = foreach ($one in $jobs) { foreach ($action in $one.Actions) { @{ Job = $one.Job; Action = $action } } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $sandbox.LocalKms = Start-LocalKms
    $run = Invoke-Runbook "& '$(Join-Path $PSScriptRoot 'Invoke-Job.ps1')' -Module '$($sandbox.Module)' -Url '$($sandbox.LocalKms.Url)' -Folder '$pwd'" -Minutes 14
    $results = $run.Output | ConvertFrom-Json
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'The permissions of a job' {
    It 'are tried for seven jobs' -ForEach @{ Count = $jobs.Count } {
        $Count | Should -Be 7
        $results.Count | Should -BeGreaterThan 30 -Because "$($run.Errors) $($run.Output)"
    }

    It 'are enough: <Job>' -ForEach $jobs {
        $result = $results | Where-Object { $_.Job -eq $Job -and -not $_.Without }
        $result | Should -Not -BeNullOrEmpty
        $result.Errors | Should -BeNullOrEmpty
        @($result.Notes) -match 'POLICY_DENIED|denied' | Should -BeNullOrEmpty
    }

    It 'are all needed: <Job> without <Action>' -ForEach $rights {
        $result = $results | Where-Object { $_.Job -eq $Job -and $_.Without -eq $Action }
        @($result.Errors) + @($result.Notes) -join "`n" | Should -Match ([regex]::Escape($Action) + '\b')
    }
}
