#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# One file has many spellings on Windows. Whatever is known of it is known by each of them.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot '../Acceptance/Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $null = New-EncryptionTenant acme
    Set-Content one.txt 'one' -NoNewline
    Set-Content two.txt 'two' -NoNewline

    # The code of what is refused; nothing for what is not.
    function Get-Code([scriptblock] $Script) {
        try { $null = & $Script } catch { $_.FullyQualifiedErrorId.Split(',')[0] }
    }

    # The path that programs of the last century know; the path itself where the drive keeps no such names.
    Add-Type -Namespace Windows -Name Names -MemberDefinition '[DllImport("kernel32", CharSet = CharSet.Unicode)] public static extern int GetShortPathNameW(string path, System.Text.StringBuilder name, int capacity);'
    function Get-ShortPath([string] $Path) {
        $name = [System.Text.StringBuilder]::new(1000)
        $null = [Windows.Names]::GetShortPathNameW($Path, $name, $name.Capacity)
        $name.ToString()
    }

    function Get-Partial { @(Get-ChildItem -Force -Recurse $sandbox.Root -Filter *.tenc-partial) }
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'An older message that is put back' {
    BeforeAll {
        $null = Protect-TenantData one.txt -TenantId acme -OutFile 'a long name.tenc'
        Copy-Item 'a long name.tenc' older
        $null = Protect-TenantData two.txt -TenantId acme -OutFile 'a long name.tenc' -Force
        Copy-Item older 'a long name.tenc' -Force
    }

    It 'is seen at <name>' -ForEach @(
        @{ name = 'its path'; spell = { "$PWD\a long name.tenc" } }
        @{ name = 'its path in another case'; spell = { "$PWD\A LONG NAME.TENC" } }
        @{ name = 'a folder in another case'; spell = { "$("$PWD".ToUpperInvariant())\a long name.tenc" } }
        @{ name = 'its path after \\?\'; spell = { "\\?\$PWD\a long name.tenc" } }
        @{ name = 'its path after \\?\ in another case'; spell = { "\\?\$("$PWD".ToLowerInvariant())\A Long Name.tenc" } }
        @{ name = 'its path with slashes'; spell = { "$PWD\a long name.tenc" -replace '\\', '/' } }
        @{ name = 'its short name'; spell = { Get-ShortPath "$PWD\a long name.tenc" } }
    ) {
        $path = & $spell
        Get-Code { Unprotect-TenantData -LiteralPath $path -OutFile out.txt -Force -Strict -ErrorAction Stop } | Should -Be 'MESSAGE_SUBSTITUTED' -Because $path
        $null = Unprotect-TenantData -LiteralPath $path -OutFile out.txt -Force -WarningAction SilentlyContinue -WarningVariable warnings
        $warnings | Should -BeLike '*: MESSAGE_SUBSTITUTED: *'
    }
}

Describe 'An output' {
    It 'that is replaced by another spelling is one message in the catalog, by the name that it now has' {
        $null = Protect-TenantData one.txt -TenantId acme -OutFile case.tenc
        $null = Protect-TenantData one.txt -TenantId acme -OutFile CASE.TENC -Force
        $null = Protect-TenantData one.txt -TenantId acme -OutFile "\\?\$PWD\Case.tenc" -Force
        @(Get-TenantMessage -TenantId acme | Where-Object Path -Like '*\case.tenc').Path | Should -BeExactly "$PWD\Case.tenc"
        (Get-Item case.tenc).Count | Should -Be 1
    }

    It 'that exists is refused in every spelling' {
        $null = Protect-TenantData one.txt -TenantId acme -OutFile there.tenc
        foreach ($path in 'there.tenc', 'THERE.tenc', "\\?\$PWD\There.Tenc") {
            Get-Code { Protect-TenantData two.txt -TenantId acme -OutFile $path -ErrorAction Stop } | Should -Be 'OUTPUT_EXISTS' -Because $path
        }
    }

    It 'that is the source itself is refused in every spelling, and nothing is written' {
        foreach ($path in 'one.txt', 'ONE.txt', "\\?\$PWD\one.txt", ("$PWD/One.TXT" -replace '\\', '/')) {
            Get-Code { Protect-TenantData one.txt -TenantId acme -OutFile $path -Force -ErrorAction Stop } | Should -Be 'INVALID_INPUT' -Because $path
        }
        Get-Content one.txt | Should -Be 'one'
    }

    It 'of two sources is refused to the second, in another case too' {
        $null = New-Item -ItemType Directory left, right
        Set-Content left/x.txt 'left'
        Set-Content right/X.TXT 'right'
        Protect-TenantData left/x.txt, right/X.TXT -TenantId acme -Destination both -ErrorAction SilentlyContinue -ErrorVariable errors | Should -HaveCount 1
        $errors.Exception.Code | Should -Be 'OUTPUT_EXISTS'
    }

    It 'named <_> is refused or has that very name, and nothing partial is left' -ForEach @(
        'NUL', 'CON', 'COM1', 'nul.txt', 'trail.', 'trail ', 'a<b', 'a|b', 'q?.tenc', 'a.txt:stream', 'C:\', '..\..\..\..\..\..\..\..\x\..'
    ) {
        $code = Get-Code { Protect-TenantData one.txt -TenantId acme -OutFile $_ -ErrorAction Stop }
        if ($code) { $code | Should -BeIn 'INVALID_INPUT', 'SOURCE_NOT_FOUND', 'STORAGE_FAILED', 'OUTPUT_EXISTS' }
        else { (Get-TenantMessage -LiteralPath (Get-TenantMessage -TenantId acme | Sort-Object CreatedAt)[-1].Path).TenantId | Should -Be 'acme' }
        Get-Partial | Should -BeNullOrEmpty
    }
}

Describe 'A source' {
    It 'is found by <name>' -ForEach @(
        @{ name = 'drive and backslashes'; spell = { "$PWD\one.txt" } }
        @{ name = 'slashes'; spell = { "$PWD\one.txt" -replace '\\', '/' } }
        @{ name = 'a path relative to the drive'; spell = { 'C:one.txt' } }
        @{ name = '\\?\'; spell = { "\\?\$PWD\one.txt" } }
        @{ name = 'a drive of PowerShell'; spell = { $null = New-PSDrive W FileSystem $PWD -Scope Global; 'W:\one.txt' } }
    ) {
        $done = Protect-TenantData -LiteralPath (& $spell) -TenantId acme -OutFile found.tenc -Force
        $done.Source | Should -Be "$PWD\one.txt"
        $done.Path | Should -Be "$PWD\found.tenc"
    }

    It 'in the registry is none' {
        Get-Code { Protect-TenantData HKCU:\Software -TenantId acme -ErrorAction Stop } | Should -Be 'INVALID_INPUT'
    }

    It 'has a path of any length' {
        $folder = [IO.Directory]::CreateDirectory("$PWD\" + ('d' * 200)).FullName
        $file = "$folder\" + ('f' * 180) + '.txt'
        [IO.File]::WriteAllText($file, 'long')
        $message = (Protect-TenantData -LiteralPath $file -TenantId acme).Path
        $message.Length | Should -BeGreaterThan 400
        $null = Unprotect-TenantData -LiteralPath $message -OutFile long.txt
        Get-Content long.txt | Should -Be 'long'
    }

    It 'that is hidden, or the system''s, is one of its folder''s files' {
        $null = New-Item -ItemType Directory hidden
        Set-Content hidden/h.txt 'h'
        (Get-Item hidden/h.txt).Attributes = 'Hidden, System'
        (Protect-TenantData hidden -TenantId acme).Source | Should -BeLike '*\h.txt'
    }
}

Describe 'A store' {
    AfterEach { Disconnect-TenantEncryption }

    It 'that is open is the same one in every spelling, and is disconnected by each' {
        $id = (Connect-TenantEncryption spelled -Create -PassThru).StoreId
        foreach ($path in 'SPELLED', "\\?\$PWD\spelled", "$("$PWD".ToUpperInvariant())\Spelled") {
            (Connect-TenantEncryption $path -PassThru).StoreId | Should -Be $id -Because $path
        }
        Disconnect-TenantEncryption
        Rename-Item spelled renamed
        Test-Path renamed/tenantencryption.db | Should -BeTrue
    }
}
