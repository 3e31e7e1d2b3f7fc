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
        $errors.Count | Should -Be 3
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'INVALID_INPUT,*'
        $errors[0].Exception.Message | Should -BeLike '*,$bytes |*-InputObject $bytes*'
        $errors[1].TargetObject | Should -Be 2
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

    It 'verify' {
        $message = 'x' | Protect-TenantData -TenantId acme
        ($message | Test-TenantData).Success | Should -BeTrue
        ('nonsense' | Test-TenantData).Code | Should -Be 'NOT_A_MESSAGE'
        @($message, 'nonsense' | Test-TenantData -Quiet) | Should -BeExactly @($false)
        @($message, $message | Test-TenantData -Quiet) | Should -BeExactly @($true)
    }

    It 'a hundred thousand, with one event' -Tag Slow {
        $before = (Get-TenantEncryption).LogHead.Sequence
        $message = 'x' | Protect-TenantData -TenantId acme
        (1..1000 | ForEach-Object { 'x' } | Protect-TenantData -TenantId acme).Count | Should -Be 1000
        (Get-TenantEncryption).LogHead.Sequence - $before | Should -BeLessOrEqual 4
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
        $done = Protect-TenantData missing.txt, fine.txt, missing*.txt -TenantId acme -ErrorAction SilentlyContinue -ErrorVariable errors
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
        Test-TenantData verify.p -Recurse -Quiet | Should -BeExactly $true
        @(Test-TenantData verify.p/one.txt.tenc, missing.tenc -Quiet -ErrorAction SilentlyContinue) | Should -BeExactly @($false)
        (Get-ChildItem verify.p -Recurse -File).Count | Should -Be 3
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

    It 'of a consumer that wants no more stops the rest' {
        $values = 1..1000 | ForEach-Object { "$_" } | Protect-TenantData -TenantId acme | Select-Object -First 3
        $values.Count | Should -Be 3
    }
}
