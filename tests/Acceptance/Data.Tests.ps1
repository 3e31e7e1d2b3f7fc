#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $null = New-EncryptionTenant acme
    $null = New-EncryptionTenant globex

    function New-Folder([string] $Name) {
        $null = New-Item -ItemType Directory "$Name/deep/deeper"
        Set-Content "$Name/one.txt" 'one' -NoNewline
        Set-Content -LiteralPath "$Name/deep/t[w]o.txt" 'two' -NoNewline
        $null = New-Item -ItemType File "$Name/deep/deeper/empty.txt"
    }
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'Values' {
    It 'round-trip as <kind>' -ForEach @(
        @{ kind = 'text'; value = 'plain' }
        @{ kind = 'text beyond ASCII'; value = "zażółć gęślą jaźń 🔑" }
        @{ kind = 'empty text'; value = '' }
        @{ kind = 'text that looks like a number'; value = '007' }
    ) {
        $message = $value | Protect-TenantData -TenantId acme
        $message | Should -BeOfType string
        [Convert]::FromBase64String($message)[0] | Should -Be 2 -Because 'it is a message of format version 2'
        $message | Unprotect-TenantData | Should -BeExactly $value
        Unprotect-TenantData -InputObject $message | Should -BeExactly $value
    }

    It 'round-trip as bytes' {
        $bytes = [byte[]] (0..255)
        $message = , $bytes | Protect-TenantData -TenantId acme -AsByteArray
        , $message | Should -BeOfType byte[]
        $back = , $message | Unprotect-TenantData -AsByteArray
        , $back | Should -BeOfType byte[]
        $back | Should -Be $bytes
        $text = Protect-TenantData -InputObject $bytes -TenantId acme
        $back = $text | Unprotect-TenantData -AsByteArray
        $back | Should -Be $bytes
    }

    It 'round-trip as no bytes at all' {
        $message = Protect-TenantData -InputObject ([byte[]] @()) -TenantId acme
        (Unprotect-TenantData -InputObject $message -AsByteArray).Length | Should -Be 0
    }

    It 'round-trip as a SecureString' {
        $secret = ConvertTo-SecureString 'pässword' -AsPlainText -Force
        $message = $secret | Protect-TenantData -TenantId acme
        $back = $message | Unprotect-TenantData -AsSecureString
        $back | Should -BeOfType securestring
        $back | ConvertFrom-SecureString -AsPlainText | Should -BeExactly 'pässword'
    }

    It 'come out in the order they went in' {
        $values = 1..200 | ForEach-Object { "value $_" }
        $values | Protect-TenantData -TenantId acme | Unprotect-TenantData | Should -Be $values
    }

    It 'that are not text need -AsByteArray' {
        $message = Protect-TenantData -InputObject ([byte[]] (0xff, 0xfe, 0xfd)) -TenantId acme
        { $message | Unprotect-TenantData -ErrorAction Stop } | Should -Throw -ErrorId 'NOT_TEXT,*' -ExpectedMessage '*-AsByteArray*'
        { $message | Unprotect-TenantData -AsSecureString -ErrorAction Stop } | Should -Throw -ErrorId 'NOT_TEXT,*'
    }

    It 'are never paths, and a warning says so when they could be' {
        Set-Content here.txt 'content'
        $message = 'here.txt', 'x' | Protect-TenantData -TenantId acme -WarningAction SilentlyContinue -WarningVariable warnings
        $message | Unprotect-TenantData | Should -Be 'here.txt', 'x'
        $warnings.Count | Should -Be 1
        $warnings[0] | Should -BeLike '*here.txt*value*'
        Test-Path here.txt.tenc | Should -BeFalse
    }

    It 'of Get-Content are its lines, though they carry a path' {
        Set-Content lines.txt 'first', 'second'
        Get-Content lines.txt | Protect-TenantData -TenantId acme | Unprotect-TenantData | Should -Be 'first', 'second'
    }

    It 'that are neither are refused, with the way to pipe bytes' {
        $errors = $null
        [byte[]] (1, 2, 3) | Protect-TenantData -TenantId acme -ErrorAction SilentlyContinue -ErrorVariable errors | Should -BeNullOrEmpty
        $errors.Count | Should -Be 1 -Because 'an array that is piped is one mistake'
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'INVALID_INPUT,*'
        $errors[0].Exception.Message | Should -BeLike '*,$bytes |*-InputObject $bytes*'
        $errors[0].TargetObject | Should -Be 1
    }

    It 'that are a large array by mistake are one error, and what follows goes on' {
        $out = & { [byte[]]::new(20000); 'text' } | Protect-TenantData -TenantId acme -ErrorAction SilentlyContinue -ErrorVariable errors
        $errors.Count | Should -Be 1
        $out | Unprotect-TenantData | Should -Be 'text'
    }

    It 'that are nothing are refused by us' {
        $null | Protect-TenantData -TenantId acme -ErrorAction SilentlyContinue -ErrorVariable errors | Should -BeNullOrEmpty
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'INVALID_INPUT,*'
    }

    It 'that are the store itself are refused, though it has a path' {
        { Get-TenantEncryption | Protect-TenantData -TenantId acme -RemoveSource -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*' -ExpectedMessage '*is the store*'
    }

    It 'that begin with two separators are never looked up' {
        Set-Content here.txt 'content'
        # Here //x is /x; on Windows it would be a host to log on to.
        $null = "/$PWD/here.txt" | Protect-TenantData -TenantId acme -WarningAction SilentlyContinue -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $null = "FileSystem::/$PWD/here.txt" | Protect-TenantData -TenantId acme -WarningAction SilentlyContinue -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $null = "$PWD/here.txt" | Protect-TenantData -TenantId acme -WarningAction SilentlyContinue -WarningVariable warnings
        $warnings.Count | Should -Be 1
    }

    It 'of a tenant are not opened by its own key when a raw key is given' {
        $message = 'of acme' | Protect-TenantData -TenantId acme
        $key = ConvertTo-SecureString ([Convert]::ToBase64String([byte[]]::new(32))) -AsPlainText -Force
        { $message | Unprotect-TenantData -RawKey $key -RawKeyNamespace backup -RawKeyName k1 -ErrorAction Stop } | Should -Throw -ErrorId 'WRONG_KEY,*'
    }

    It 'that are no messages are refused one by one, and the rest go on' {
        $good = 'good' | Protect-TenantData -TenantId acme
        $altered = [Convert]::FromBase64String($good)
        $altered[-1] = $altered[-1] -bxor 1
        $out = 'no base64!', $good, 'YWJj', ([Convert]::ToBase64String($altered)), $good | Unprotect-TenantData -ErrorAction SilentlyContinue -ErrorVariable errors
        $out | Should -Be 'good', 'good'
        $errors.ForEach{ $_.Exception.Code } | Should -Be 'NOT_A_MESSAGE', 'NOT_A_MESSAGE', 'MESSAGE_ALTERED'
    }

    It 'belong to their tenant' {
        $message = 'acme only' | Protect-TenantData -TenantId acme
        { $message | Unprotect-TenantData -TenantId globex -ErrorAction Stop } | Should -Throw -ErrorId 'WRONG_TENANT,*'
    }

    It 'are bound to their encryption context' {
        $message = 'bound' | Protect-TenantData -TenantId acme -EncryptionContext @{ purpose = 'test'; number = 7 }
        $message | Unprotect-TenantData -EncryptionContext @{ number = '7' } | Should -Be 'bound'
        { $message | Unprotect-TenantData -EncryptionContext @{ purpose = 'other' } -ErrorAction Stop } | Should -Throw -ErrorId 'CONTEXT_MISMATCH,*'
        { 'x' | Protect-TenantData -TenantId acme -EncryptionContext @{ 'aws-crypto-x' = '1' } -ErrorAction Stop } | Should -Throw -ErrorId 'CONTEXT_MISMATCH,*'
    }

    It 'end at an unknown tenant' {
        { 1..3 | ForEach-Object { "$_" } | Protect-TenantData -TenantId nope } | Should -Throw -ErrorId 'TENANT_NOT_FOUND,*'
    }

    It 'refuse what is for files, as files refuse what is for values' {
        { 'x' | Protect-TenantData -TenantId acme -OutFile x.bin -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*' -ExpectedMessage '*-OutFile*'
        $message = 'x' | Protect-TenantData -TenantId acme
        { $message | Unprotect-TenantData -Destination . -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        { Unprotect-TenantData any.tenc -AsByteArray } | Should -Throw -ErrorId 'INVALID_INPUT,*' -ExpectedMessage '*-AsByteArray*'
        { Protect-TenantData any.txt -TenantId acme -AsByteArray } | Should -Throw -ErrorId 'INVALID_INPUT,*'
    }

    It 'take no frame size or throttle limit that is none' {
        { 'x' | Protect-TenantData -TenantId acme -FrameSize 0 -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        { 'x' | Protect-TenantData -TenantId acme -FrameSize -1 -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        Set-Content limit.txt 'x'
        { Protect-TenantData limit.txt -TenantId acme -ThrottleLimit -1 -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
    }

    It 'verify' {
        $message = 'x' | Protect-TenantData -TenantId acme
        ($message | Test-TenantData).Success | Should -BeTrue
        ('nonsense' | Test-TenantData).Code | Should -Be 'NOT_A_MESSAGE'
        @($message, 'nonsense' | Test-TenantData -Quiet) | Should -BeExactly @($false)
        @($message, $message | Test-TenantData -Quiet) | Should -BeExactly @($true)
    }

    It 'a hundred thousand, with one event' -Tag Slow {
        $before = @(Get-EncryptionEvent).Count
        $message = 'x' | Protect-TenantData -TenantId acme
        (1..1000 | ForEach-Object { 'x' } | Protect-TenantData -TenantId acme).Count | Should -Be 1000
        @(Get-EncryptionEvent).Count - $before | Should -BeLessOrEqual 4
    }
}

Describe 'Files' {
    It 'of a folder tree round-trip into other folders' {
        New-Folder tree
        $protected = Protect-TenantData tree -TenantId acme -Recurse -Destination tree.protected
        $protected | Should -BeOfType TenantEncryption.Data.ProtectedFile
        $protected.Count | Should -Be 3
        $protected.Source | Sort-Object | Should -Be ((Get-ChildItem tree -Recurse -File).FullName | Sort-Object)
        Test-Path -LiteralPath 'tree.protected/deep/t[w]o.txt.tenc' | Should -BeTrue

        $plain = Unprotect-TenantData tree.protected -Recurse -Destination tree.plain -TenantId acme
        $plain.Count | Should -Be 3
        foreach ($file in Get-ChildItem tree -Recurse -File) {
            $other = $file.FullName.Replace('/tree/', '/tree.plain/')
            (Get-FileHash -LiteralPath $other).Hash | Should -Be (Get-FileHash -LiteralPath $file.FullName).Hash
        }
    }

    It 'are beside their sources by default' {
        Set-Content beside.txt 'x'
        (Protect-TenantData beside.txt -TenantId acme).Path | Should -Be (Join-Path $PWD 'beside.txt.tenc')
        Remove-Item beside.txt
        (Unprotect-TenantData beside.txt.tenc).Path | Should -Be (Join-Path $PWD 'beside.txt')
        Get-Content beside.txt | Should -Be 'x'
    }

    It 'with brackets in their names survive the pipeline' {
        Set-Content -LiteralPath 'a[1].txt' 'bracket'
        $protected = Get-Item -LiteralPath 'a[1].txt' | Protect-TenantData -TenantId acme
        ($protected | Test-TenantData).Success | Should -BeTrue
        ($protected | Get-TenantMessage).TenantId | Should -Be 'acme'
        (Get-Item -LiteralPath $protected.PSPath).Name | Should -Be 'a[1].txt.tenc'
        ($protected | Unprotect-TenantData -OutFile back.txt).Length | Should -Be (Get-Item -LiteralPath 'a[1].txt').Length
        (Protect-TenantData -LiteralPath 'a[1].txt' -TenantId acme -Force).Source | Should -Be (Join-Path $PWD 'a[1].txt')
    }

    It 'come from wildcards and folders, of which messages are skipped with a warning' {
        New-Folder twice
        (Protect-TenantData twice/*.txt -TenantId acme).Count | Should -Be 1
        $again = Protect-TenantData twice -TenantId acme -Recurse -WarningVariable warnings -WarningAction SilentlyContinue -ErrorAction SilentlyContinue -ErrorVariable errors
        $again.Count | Should -Be 2
        $warnings | Should -Match 'one.txt.tenc'
        $errors.ForEach{ $_.Exception.Code } | Should -Be 'OUTPUT_EXISTS'
    }

    It 'are left alone when they exist, unless -Force is given' {
        Set-Content exists.txt 'new'
        Set-Content exists.txt.tenc 'precious'
        $errors = $null
        Protect-TenantData exists.txt -TenantId acme -ErrorAction SilentlyContinue -ErrorVariable errors | Should -BeNullOrEmpty
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'OUTPUT_EXISTS,*'
        $errors[0].TargetObject | Should -Be (Join-Path $PWD 'exists.txt')
        Get-Content exists.txt.tenc | Should -Be 'precious'
        (Protect-TenantData exists.txt -TenantId acme -Force).TenantId | Should -Be 'acme'
    }

    It 'with one target are protected once' {
        $null = New-Item -ItemType Directory left, right
        'l' | Set-Content left/same.txt
        'r' | Set-Content right/same.txt
        $done = Get-Item left/same.txt, right/same.txt | Protect-TenantData -TenantId acme -Destination both -ErrorAction SilentlyContinue -ErrorVariable errors
        $done.Source | Should -BeLike '*left*'
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'OUTPUT_EXISTS,*'
        $errors[0].TargetObject | Should -BeLike '*right*'
    }

    It 'that fail do not stop the rest' {
        Set-Content fine.txt 'fine'
        $done = Protect-TenantData missing.txt, fine.txt, missing*.txt -TenantId acme -ErrorAction SilentlyContinue -ErrorVariable errors -WarningAction SilentlyContinue -WarningVariable warnings
        $warnings | Should -BeLike 'missing`*.txt: *'
        $done.Source | Should -BeLike '*fine.txt'
        $errors.ForEach{ $_.FullyQualifiedErrorId } | Should -Be 'SOURCE_NOT_FOUND,TenantEncryption.PowerShell.Commands.ProtectTenantDataCommand'
        { Protect-TenantData -LiteralPath missing.txt -TenantId acme -ErrorAction Stop } | Should -Throw -ErrorId 'SOURCE_NOT_FOUND,*'
    }

    It 'take one -OutFile for one input' {
        Set-Content out.txt 'x'
        (Protect-TenantData out.txt -TenantId acme -OutFile elsewhere/out.bin -ErrorAction SilentlyContinue)
        (Protect-TenantData out.txt -TenantId acme -OutFile out.bin).Path | Should -Be (Join-Path $PWD 'out.bin')
        { Protect-TenantData out.txt, fine.txt -TenantId acme -OutFile two.bin -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        { Unprotect-TenantData out.bin -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*' -ExpectedMessage '*-OutFile*'
        { Protect-TenantData out.txt -TenantId acme -OutFile a -Destination b -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
    }

    It 'of other providers are refused' {
        { Protect-TenantData Env:PATH -TenantId acme -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*' -ExpectedMessage '*Environment*'
        { Protect-TenantData nodrive:x -TenantId acme -ErrorAction Stop } | Should -Throw -ErrorId 'SOURCE_NOT_FOUND,*'
    }

    It 'are not written with -WhatIf' {
        Set-Content whatif.txt 'x'
        Get-Item whatif.txt | Protect-TenantData -TenantId acme -RemoveSource -WhatIf | Should -BeNullOrEmpty
        Get-ChildItem whatif* | Should -HaveCount 1
        $said = Invoke-Runbook "Set-Location '$PWD'; Get-Item whatif.txt | Protect-TenantData -TenantId acme -RemoveSource -WhatIf"
        $said.Output | Should -BeLike '*whatif.txt.tenc, then remove the source*'
        'value' | Protect-TenantData -TenantId acme -WhatIf | Should -BeNullOrEmpty
    }

    It 'lose their source with -RemoveSource' {
        Set-Content gone.txt 'x'
        $null = Protect-TenantData gone.txt -TenantId acme -RemoveSource
        Test-Path gone.txt | Should -BeFalse
        (Unprotect-TenantData gone.txt.tenc).Length | Should -BeGreaterThan 0
    }

    It 'of one tenant can not be read as another''s, and nothing is written' {
        Set-Content mine.txt 'x'
        $null = Protect-TenantData mine.txt -TenantId acme -OutFile mine.tenc
        { Unprotect-TenantData mine.tenc -TenantId globex -OutFile stolen.txt -ErrorAction Stop } | Should -Throw -ErrorId 'WRONG_TENANT,*'
        Test-Path stolen.txt | Should -BeFalse
    }

    It 'that were altered are told, and nothing is written' {
        Set-Content altered.txt ('x' * 1000)
        $null = Protect-TenantData altered.txt -TenantId acme
        $bytes = [IO.File]::ReadAllBytes("$PWD/altered.txt.tenc")
        $bytes[500] = $bytes[500] -bxor 1
        [IO.File]::WriteAllBytes("$PWD/altered.txt.tenc", $bytes)
        (Test-TenantData altered.txt.tenc).Code | Should -Be 'MESSAGE_ALTERED'
        { Unprotect-TenantData altered.txt.tenc -OutFile altered.out -ErrorAction Stop } | Should -Throw -ErrorId 'MESSAGE_ALTERED,*'
        [IO.File]::WriteAllBytes("$PWD/altered.txt.tenc", $bytes[0..600])
        (Test-TenantData altered.txt.tenc).Success | Should -BeFalse
        Test-Path altered.out* | Should -BeFalse
    }

    It 'replaced by another message of the tenant are a warning, and an error with -Strict' {
        Set-Content first.txt 'first'
        Set-Content second.txt 'second'
        $null = Protect-TenantData first.txt, second.txt -TenantId acme
        Copy-Item second.txt.tenc first.txt.tenc -Force
        $null = Unprotect-TenantData first.txt.tenc -OutFile swapped.txt -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings.Count | Should -Be 1
        { Unprotect-TenantData first.txt.tenc -OutFile swapped2.txt -Strict -ErrorAction Stop } | Should -Throw -ErrorId 'MESSAGE_SUBSTITUTED,*'
    }

    It 'verify in a folder with -Recurse, without being written' {
        New-Folder verify
        $null = Protect-TenantData verify -TenantId acme -Recurse -Destination verify.p
        (Test-TenantData verify.p -Recurse).Count | Should -Be 3
        Test-TenantData verify.p -Recurse -Quiet -WarningVariable warnings | Should -BeExactly $true
        $warnings | Should -BeNullOrEmpty
        @(Test-TenantData verify.p/one.txt.tenc, missing.tenc -Quiet -ErrorAction SilentlyContinue) | Should -BeExactly @($false)
        (Get-ChildItem verify.p -Recurse -File).Count | Should -Be 3
    }
}

Describe 'What is left out' {
    It 'of wildcards is named, and is an error where a file has the very name' {
        Set-Content -LiteralPath 'b[1].txt' 'bracket'
        $errors = $null
        Protect-TenantData 'b[1].txt' -TenantId acme -ErrorAction SilentlyContinue -ErrorVariable errors | Should -BeNullOrEmpty
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'SOURCE_NOT_FOUND,*'
        $errors[0].Exception.Message | Should -BeLike 'b?1?.txt: *-LiteralPath*'
        Unprotect-TenantData none*.tenc -WarningAction SilentlyContinue -WarningVariable warnings | Should -BeNullOrEmpty
        $warnings | Should -BeLike 'none`*.tenc: *'
        Get-TenantMessage none*.tenc -WarningAction SilentlyContinue -WarningVariable warnings | Should -BeNullOrEmpty
        $warnings | Should -BeLike 'none`*.tenc: *'
    }

    It 'of folders is named: links, and that there is no message' {
        $null = New-Item -ItemType Directory leftout/below
        Set-Content leftout/plain.txt 'plain'
        $null = New-Item -ItemType SymbolicLink leftout/link.tenc -Target $PWD/leftout/plain.txt
        $null = New-Item -ItemType SymbolicLink leftout/folder -Target $PWD/leftout/below
        (Protect-TenantData leftout -TenantId acme -Recurse -Destination leftout.p -WarningAction SilentlyContinue -WarningVariable warnings).Source | Should -BeLike '*plain.txt'
        $warnings | Should -HaveCount 2
        $warnings | Should -BeLike (Join-Path $PWD leftout *link*)
        Unprotect-TenantData leftout/below -WarningAction SilentlyContinue -WarningVariable warnings | Should -BeNullOrEmpty
        $warnings | Should -BeLike "$(Join-Path $PWD leftout below): *.tenc*"
    }
}

Describe 'The way back' {
    It 'is Get-ChildItem | Unprotect-TenantData, though the plaintexts are beside the messages' {
        $null = New-Item -ItemType Directory pair
        'f1', 'f2' | ForEach-Object { Set-Content "pair/$_.txt" $_ }
        $null = Protect-TenantData pair -TenantId acme
        $back = Get-ChildItem pair -File | Unprotect-TenantData -Destination back -ErrorAction SilentlyContinue -ErrorVariable errors
        $back.Path | Sort-Object | Should -Be (Join-Path $PWD back f1.txt), (Join-Path $PWD back f2.txt)
        Get-Content back/f1.txt, back/f2.txt | Should -Be 'f1', 'f2'
        $errors.ForEach{ $_.Exception.Code } | Should -Be 'NOT_A_MESSAGE', 'NOT_A_MESSAGE'
    }

    It 'and there take each file once, however often it is named' {
        New-Folder each
        $done = Get-ChildItem each -Recurse | Protect-TenantData -TenantId acme -Destination each.p -ErrorVariable errors
        $done.Count | Should -Be 3
        $errors | Should -BeNullOrEmpty
    }

    It 'takes objects with the columns FullName or Path for files' {
        $null = New-Item -ItemType Directory columns
        'a', 'b' | ForEach-Object { Set-Content "columns/$_.txt" $_ }
        'FullName', "$PWD/columns/a.txt" | ConvertFrom-Csv | Protect-TenantData -TenantId acme | ForEach-Object Path | Should -Be (Join-Path $PWD columns a.txt.tenc)
        'Path', "$PWD/columns/b.txt" | ConvertFrom-Csv | Protect-TenantData -TenantId acme | ForEach-Object Path | Should -Be (Join-Path $PWD columns b.txt.tenc)
        'FullName', "$PWD/columns/a.txt.tenc" | ConvertFrom-Csv | Get-TenantMessage | ForEach-Object TenantId | Should -Be 'acme'
    }

    It 'can be gone again with -SkipExisting, which says once what it passes over' {
        New-Folder again
        (Protect-TenantData again -TenantId acme -Recurse -Destination again.p).Count | Should -Be 3
        Remove-Item again.p/one.txt.tenc
        (Protect-TenantData again -TenantId acme -Recurse -Destination again.p -SkipExisting -WarningAction SilentlyContinue -WarningVariable warnings).Source | Should -BeLike '*one.txt'
        $warnings | Should -BeLike '2 files were passed over*'
        Unprotect-TenantData again.p -Recurse -Destination again -SkipExisting -WarningAction SilentlyContinue -WarningVariable warnings | Should -BeNullOrEmpty
        $warnings | Should -BeLike '3 files were passed over*'
        $each = Unprotect-TenantData again.p -Recurse -Destination again -SkipExisting -WarningAction SilentlyContinue -Verbose 4>&1 | ForEach-Object Message
        @($each -like '*again.p?*passed over*').Count | Should -Be 3
        { Protect-TenantData again -TenantId acme -SkipExisting -Force } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        { 'x' | Protect-TenantData -TenantId acme -SkipExisting -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*'
    }

    It 'asks nobody about what it passes over' {
        New-Folder asked
        $null = Protect-TenantData asked/one.txt -TenantId acme
        $said = Invoke-Runbook "Set-Location '$PWD'; Protect-TenantData asked -TenantId acme -SkipExisting -WhatIf -WarningVariable warnings; `$warnings.ForEach{ `$_.Message }"
        $said.Output | Should -BeLike '*1 file was passed over*'
        $said.Output | Should -Not -BeLike '*on target "*one.txt".*'
    }
}

Describe 'A test of nothing' {
    BeforeAll {
        $null = New-Item -ItemType Directory nothing, plaintext
        Set-Content plaintext/report.txt 'plain'
        Set-Content good.txt 'good'
        $null = Protect-TenantData good.txt -TenantId acme
    }

    It 'is no success: <name>' -ForEach @(
        @{ name = 'a folder without files'; test = { Test-TenantData nothing -Recurse -Quiet } }
        @{ name = 'a folder of plaintexts'; test = { Test-TenantData plaintext -Recurse -Quiet } }
        @{ name = 'a wildcard without match'; test = { Test-TenantData none*.tenc -Quiet } }
        @{ name = 'an empty pipeline'; test = { @() | Test-TenantData -Quiet } }
        @{ name = 'something good and a folder without messages'; test = { Test-TenantData good.txt.tenc, nothing -Quiet } }
        @{ name = 'something good and a wildcard without match'; test = { Test-TenantData good.txt.tenc, none*.tenc -Quiet } }
        @{ name = 'something good and something missing'; test = { Test-TenantData good.txt.tenc, none.tenc -Quiet -ErrorAction SilentlyContinue } }
        @{ name = 'something good and nothing'; test = { (Get-Item good.txt.tenc), $null | Test-TenantData -Quiet -ErrorAction SilentlyContinue } }
        @{ name = 'no provider'; test = { Get-KeyProvider Z* | Test-KeyProvider -Quiet } }
        @{ name = 'a provider and what the binder refuses'; test = { (Get-KeyProvider -TenantId acme), (Get-Item good.txt) | Test-KeyProvider -Quiet -ErrorAction SilentlyContinue } }
        @{ name = 'no policy'; test = { @() | Test-KeyPolicy -Platform standalone -Quiet } }
        @{ name = 'a policy that is none and what the binder refuses'; test = { $null | Test-KeyPolicy -Platform standalone -Quiet -ErrorAction SilentlyContinue } }
    ) {
        $out = @(& $test 3>&1)
        $warnings, $results = $out.Where({ $_ -is [System.Management.Automation.WarningRecord] }, 'Split')
        $results | Should -BeExactly @($false)
        $warnings | Should -Not -BeNullOrEmpty
        $warnings[-1].Message | Should -Match 'tested'
    }

    It 'is said without -Quiet, too' {
        Test-TenantData nothing -WarningAction SilentlyContinue -WarningVariable warnings | Should -BeNullOrEmpty
        $warnings[0] | Should -BeLike "$(Join-Path $PWD nothing): *"
        $warnings[1] | Should -BeLike 'NOTHING_TESTED: *'
    }

    It 'is none where something was tested, and an error of another command before does no harm' {
        Get-Item none -ErrorAction SilentlyContinue
        Test-TenantData good.txt.tenc -Quiet -WarningVariable warnings | Should -BeExactly $true
        Get-KeyProvider -TenantId acme | Test-KeyProvider -Quiet -WarningVariable +warnings | Should -BeExactly $true
        Test-EncryptionEventLog -Quiet -WarningVariable +warnings | Should -BeExactly $true
        $warnings | Should -BeNullOrEmpty
    }
}

Describe 'A hundred files, of which three are cut, one is altered, one is a pipe and one a link' -Skip:$IsWindows {
    BeforeAll {
        $null = New-Item -ItemType Directory hundred
        # Two whole frames of the default length and a part of a third.
        $content = [byte[]]::new(600000)
        foreach ($i in 0..97) {
            $content[0] = $i
            [IO.File]::WriteAllBytes("$PWD/hundred/{0:00}" -f $i, $i -lt 4 ? $content : $content[0..999])
        }
        $null = Protect-TenantData hundred -TenantId acme -Destination hundred.p
        function Edit-Message([string] $Name, [scriptblock] $Edit) {
            $path = "$PWD/hundred.p/$Name.tenc"
            [IO.File]::WriteAllBytes($path, (& $Edit ([IO.File]::ReadAllBytes($path))))
        }
        # What is after the header: frames of a number, an IV, the content and a tag; the last one with a mark and a length more.
        $body = 2 * (4 + 12 + 262144 + 16) + 4 + 4 + 12 + 4 + (600000 - 2 * 262144) + 16
        Edit-Message '00' { param($bytes) $bytes[0..($bytes.Length - $body + 2)] }
        Edit-Message '01' { param($bytes) $bytes[0..($bytes.Length - $body + 300000)] }
        Edit-Message '02' { param($bytes) $bytes[0..($bytes.Length - 20)] }
        Edit-Message '03' { param($bytes) $bytes[400000] = $bytes[400000] -bxor 1; $bytes }
        mkfifo hundred.p/98.tenc
        $null = New-Item -ItemType SymbolicLink hundred.p/99.tenc -Target $PWD/hundred.p/50.tenc
        $expected = [ordered]@{
            '00.tenc' = 'MESSAGE_TRUNCATED'
            '01.tenc' = 'MESSAGE_TRUNCATED'
            '02.tenc' = 'MESSAGE_TRUNCATED'
            '03.tenc' = 'MESSAGE_ALTERED'
            '98.tenc' = 'INVALID_INPUT'
        }
    }

    It 'gives the ninety-four, and names the six with their reasons' {
        $read = Unprotect-TenantData hundred.p -Recurse -Destination hundred.back -ErrorAction SilentlyContinue -ErrorVariable errors -WarningAction SilentlyContinue -WarningVariable warnings
        $read.Count | Should -Be 94
        (Get-ChildItem hundred.back -Force).Count | Should -Be 94
        foreach ($file in $read) { (Get-FileHash $file.Path).Hash | Should -Be (Get-FileHash "hundred/$(Split-Path -Leaf $file.Path)").Hash }
        $errors | ForEach-Object { "$(Split-Path -Leaf $_.TargetObject) $($_.Exception.Code)" } | Should -Be $expected.Keys.ForEach{ "$_ $($expected[$_])" }
        foreach ($failed in $errors) {
            $failed.Exception.Message | Should -BeLike "$($failed.TargetObject)*"
            "$failed" | Should -BeLike "$($failed.TargetObject)*"
        }
        $errors[4].Exception.Message | Should -BeLike '*pipe*'
        $warnings | Should -BeLike "$PWD/hundred.p/99.tenc: *link*"
    }

    It 'verify the same, and are not all good' {
        $tested = Test-TenantData hundred.p -Recurse -ErrorAction SilentlyContinue -ErrorVariable errors -WarningAction SilentlyContinue -WarningVariable warnings
        $tested.Count | Should -Be 98
        $tested.Where{ $_.Success }.Count | Should -Be 94
        $tested.Where{ -not $_.Success } | ForEach-Object { "$(Split-Path -Leaf $_.Path) $($_.Code)" } | Should -Be ($expected.Keys | Select-Object -First 4 | ForEach-Object { "$_ $($expected[$_])" })
        $errors | ForEach-Object { $_.Exception.Message } | Should -BeLike "$PWD/hundred.p/98.tenc*pipe*"
        $warnings | Should -BeLike "$PWD/hundred.p/99.tenc: *link*"
        Test-TenantData hundred.p -Recurse -Quiet -ErrorAction SilentlyContinue -WarningAction SilentlyContinue | Should -BeExactly $false
    }

    It 'are protected but for the pipe and the link' {
        $done = Protect-TenantData hundred.p -TenantId acme -Destination hundred.pp -WarningAction SilentlyContinue -WarningVariable warnings
        # What begins as a message is one already; of what was cut after its header, too.
        $done | Should -BeNullOrEmpty
        @($warnings -match 'message already').Count | Should -Be 98
        @($warnings -match '98\.tenc: .*pipe|99\.tenc: .*link').Count | Should -Be 2
    }
}

Describe 'Get-TenantMessage' {
    BeforeAll {
        Set-Content message.txt 'x'
        $file = Protect-TenantData message.txt -TenantId globex -EncryptionContext @{ kind = 'letter' }
    }

    It 'reads a header, which is not authenticated' {
        $info = Get-TenantMessage message.txt.tenc
        $info | Should -BeOfType TenantEncryption.Data.MessageInfo
        $info.TenantId | Should -Be 'globex'
        $info.EncryptionContext['kind'] | Should -Be 'letter'
        $info.KekId | Should -Be $file.KekId
        $info.Authenticated | Should -BeFalse
    }

    It 'lists the catalog by tenant, provider and key' {
        (Get-TenantMessage -TenantId globex).Path | Should -Be $file.Path
        (Get-TenantMessage -TenantId globex).Authenticated | Should -BeNullOrEmpty -Because 'nothing was looked at, so nothing is amiss'
        (Get-TenantMessage -KekId $file.KekId).MessageId | Should -Be $file.MessageId
        (Get-KeyProvider -TenantId globex -Current | Get-TenantMessage).Path | Should -Be $file.Path
    }

    It 'goes on after a file that is no message' {
        Set-Content nomessage.tenc 'This is not a message.'
        $out = Get-Item nomessage.tenc, message.txt.tenc | Get-TenantMessage -ErrorAction SilentlyContinue -ErrorVariable errors
        $out.TenantId | Should -Be 'globex'
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'NOT_A_MESSAGE,*'
        $errors[0].TargetObject | Should -BeLike '*nomessage.tenc'
    }
}

Describe 'Ctrl+C' {
    It 'stops within a second and leaves nothing behind' {
        $source = Join-Path $PWD 'large.bin'
        $stream = [IO.File]::Create($source)
        $stream.SetLength(8GB)
        $stream.Dispose()
        $powershell = [powershell]::Create()
        $null = $powershell.AddScript("Set-Location '$PWD'; Protect-TenantData large.bin -TenantId acme")
        $running = $powershell.BeginInvoke()
        $deadline = [DateTime]::UtcNow.AddSeconds(30)
        while (-not (Get-ChildItem -Force -Filter *.tenc-partial) -and [DateTime]::UtcNow -lt $deadline) { [Threading.Thread]::Sleep(10) }
        $running.IsCompleted | Should -BeFalse
        $time = [Diagnostics.Stopwatch]::StartNew()
        $powershell.Stop()
        $time.Elapsed.TotalSeconds | Should -BeLessThan 1
        (Get-ChildItem -Force -Filter *large.bin*).Name | Should -Be 'large.bin'
        Get-ChildItem -Force -Filter *.tenc-partial | Should -BeNullOrEmpty
        $powershell.Dispose()
        Remove-Item large.bin
    }

    It 'is not kept waiting by a pipe' -Skip:$IsWindows {
        $null = New-Item -ItemType Directory waiting
        mkfifo waiting/pipe.tenc
        $time = [Diagnostics.Stopwatch]::StartNew()
        $null = Protect-TenantData waiting -TenantId acme -WarningAction SilentlyContinue
        $null = Protect-TenantData waiting/pipe.tenc -TenantId acme -ErrorAction SilentlyContinue
        $null = Get-Item waiting/pipe.tenc | Unprotect-TenantData -Destination waiting.out -ErrorAction SilentlyContinue
        $null = Test-TenantData waiting -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $null = Get-TenantMessage waiting/pipe.tenc -ErrorAction SilentlyContinue
        $time.Elapsed.TotalSeconds | Should -BeLessThan 20
    }

    It 'of a consumer that wants no more stops the rest' {
        $values = 1..1000 | ForEach-Object { "$_" } | Protect-TenantData -TenantId acme | Select-Object -First 3
        $values.Count | Should -Be 3
    }
}
