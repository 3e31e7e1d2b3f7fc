#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# Every page of docs that has PowerShell is followed as it stands, and what it says is printed is printed.
BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'Pages.psm1')
    $docs = Join-Path $PSScriptRoot '../../docs' | Convert-Path
    # These have tests of their own: Recovery.Tests.ps1, Permissions.Tests.ps1, AnchorBuckets.Tests.ps1, TwoMachines.Tests.ps1; VerifyTests needs programs that a machine may lack; the first lines of README.md begin each page.
    $own = 'README.md', 'recovery.md', 'permissions.md', 'verify.md', 'guides/anchors.md', 'guides/two-machines.md'
    $pages = Get-ChildItem $docs -Recurse -Filter *.md | ForEach-Object { @{ Page = [IO.Path]::GetRelativePath($docs, $_.FullName).Replace('\', '/'); Path = $_.FullName } } |
        Where-Object { $_.Page -notin $own -and (Get-PageBlock $_.Path) }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    Import-Module (Join-Path $PSScriptRoot 'Pages.psm1')
    $sandbox = Enter-Sandbox
    # What the reader of a page has at hand, where the page doesn't make it itself.
    $before = @{
        'platforms.md' = '$qlikTenantId = ''BL4tTJ4S7xrHTcq0zQxQrJ5qB1_Q6cSo''; $keyArn = (New-MasterKey q -Platform amazon-q-business -TenantId environment -Region us-east-1 -Parameter @{ AdminRole = ''arn:aws:iam::111122223333:role/Admin'' }).KeyArn'
    }

    function Invoke-Page([string] $Page, [string] $Path) {
        $folder = Join-Path $pwd $Page.Replace('/', '-')
        foreach ($name in 'desk', 'store', 'config') { $null = New-Item -ItemType Directory (Join-Path $folder $name) }
        $variables = @{ TENANTENCRYPTION_HOME = 'store'; XDG_CONFIG_HOME = 'config' }
        if ($IsWindows) { $variables.LOCALAPPDATA = $variables.ProgramData = 'config' }
        $set = $variables.GetEnumerator().ForEach({ "`$env:$($_.Key) = '$(Join-Path $folder $_.Value)'" }) -join '; '
        $run = Invoke-Runbook "$set; Remove-Module TenantEncryption; & '$(Join-Path $PSScriptRoot Invoke-Page.ps1)' -Page '$Path' -Folder '$(Join-Path $folder desk)' -Prelude '$("$($before[$Page])".Replace("'", "''"))'" -Minutes 14
        if ($run.Output -notmatch '(?s)BLOCKS (?<blocks>\[.*)') { throw "$Page came to no end: $($run.Errors) $($run.Output)" }
        $Matches.blocks | ConvertFrom-Json
    }
}

AfterAll {
    Exit-Sandbox $sandbox
}

# On Windows the pages' words are the same, and what their commands need there is tested by the other files.
Describe 'The pages' -Skip:$IsWindows {
    It 'are found' -ForEach @{ Pages = $pages } {
        $Pages.Count | Should -BeGreaterThan 10
    }

    It 'are right in what they do and print: <Page>' -ForEach $pages {
        $blocks = Invoke-Page $Page $Path
        $blocks.Count | Should -Be @(Get-PageBlock $Path).Count
        foreach ($block in $blocks) {
            $where = "$Page, line $($block.Line), of`n$($block.Code)"
            if ($null -ne $block.Printed) { $block.AsPrinted | Should -BeTrue -Because "$where`nit printed`n$($block.Output)" }
            else { $block.Problems | Should -BeNullOrEmpty -Because $where }
        }
    }
}

Describe 'Every page' {
    It 'is named by the index and by the table of contents of the site' {
        $docs = Join-Path $PSScriptRoot '../../docs' | Convert-Path
        $all = (Get-ChildItem $docs -Recurse -Filter *.md).ForEach{ [IO.Path]::GetRelativePath($docs, $_.FullName).Replace('\', '/') }.Where{ $_ -notin 'README.md', 'index.md' } | Sort-Object
        $index = [regex]::Matches([IO.File]::ReadAllText("$docs/README.md"), '\]\(([^)#:]+\.md)[)#]').ForEach{ $_.Groups[1].Value }
        $contents = [regex]::Matches([IO.File]::ReadAllText("$docs/toc.yml"), 'href: ([^ }\r\n]+\.md)').ForEach{ $_.Groups[1].Value }
        $all | Where-Object { $_ -notin $index } | Should -BeNullOrEmpty
        $contents | Where-Object { $_ -ne 'README.md' } | Sort-Object | Should -Be $all
    }
}

Describe 'What was recorded for a page' {
    It 'names no folder of the machine that recorded it' {
        Get-ChildItem (Join-Path $PSScriptRoot '../../docs') -Recurse -File | Select-String -SimpleMatch '/tmp/', '/var/tmp/', '/root/', '/home/' | ForEach-Object Path | Should -BeNullOrEmpty
    }
}

Describe 'The sample of a report' -Skip:$IsWindows {
    It 'has the sections, tables and columns of a report of today' {
        # auditors.md made it in the test above.
        $parts = { [regex]::Matches([IO.File]::ReadAllText($args[0]), '(?s)<(h[1-6]|th|caption|summary)\b[^>]*>(.*?)</\1>').ForEach{ "$($_.Groups[1].Value) $($_.Groups[2].Value -replace '<[^>]+>' -replace '[0-9a-f-]{6,}|\d+')".Trim() } | Sort-Object -Unique }
        $made = Join-Path $pwd 'auditors.md/desk/sample.html'
        $sample = Join-Path $PSScriptRoot '../../docs/samples/report.html'
        if ($env:TENANTENCRYPTION_UPDATE_DOCS) { [IO.File]::WriteAllText($sample, [IO.File]::ReadAllText($made).Replace("$([Environment]::UserName)@$([Environment]::MachineName)", 'operator@keys').Replace((Join-Path $pwd auditors.md), '/srv/keys')) }
        & $parts $sample | Should -Be (& $parts $made)
    }
}

Describe 'What a page says is printed' {
    It 'is compared line by line, with … for what differs' -ForEach @(
        @{ Text = "one`ntwo"; Expected = "one`ntwo`n"; Same = $true }
        @{ Text = "one`n`ntwo  2 `n"; Expected = "one`ntwo 2"; Same = $true }
        @{ Text = "one`ntwo"; Expected = "one`n"; Same = $false }
        @{ Text = 'one'; Expected = "one`ntwo`n"; Same = $false }
        @{ Text = 'key kek-0123, made'; Expected = 'key …, made'; Same = $true }
        @{ Text = "a`nb`nc"; Expected = "a`n…`nc"; Same = $true }
        @{ Text = "a`nb`nc"; Expected = "a`n…`nd"; Same = $false }
        @{ Text = 'TRUE'; Expected = 'True'; Same = $false }
        @{ Text = 'a.c'; Expected = 'abc'; Same = $false }
        @{ Text = ''; Expected = 'abc'; Same = $false }
    ) {
        Test-Printed $Text $Expected | Should -Be $Same
    }
}
