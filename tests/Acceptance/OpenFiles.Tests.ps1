#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# Commands in processes that may have few files open: batches are as large as the limit lets them be.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $null = New-EncryptionTenant acme
    foreach ($count in 1000, 3000) {
        $folder = (New-Item -ItemType Directory "plain-$count").FullName
        foreach ($number in 1..$count) { [IO.File]::WriteAllText("$folder/$number", "$number") }
    }
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'A limit of open files' -Skip:$IsWindows {
    It 'of <limit> fails no file of <count>' -ForEach @(@{ limit = 256; count = 1000 }, @{ limit = 512; count = 3000 }) {
        $run = Invoke-Runbook -OpenFiles $limit @"
            Set-Location '$PWD'
            `$there = @(Protect-TenantData plain-$count -TenantId acme -Destination messages-$limit -Recurse).Count
            `$tested = Test-TenantData messages-$limit -Recurse -Quiet
            `$back = @(Unprotect-TenantData messages-$limit -Destination back-$limit -Recurse).Count
            "`$(sh -c 'ulimit -Hn'): `$there, `$tested, `$back, `$(`$Error.Count) errors"
"@
        $run.Output | Should -Be "${limit}: $count, True, $count, 0 errors" -Because $run.Errors
        (Get-Content "back-$limit/999" -Raw) | Should -Be '999'
    }
}
