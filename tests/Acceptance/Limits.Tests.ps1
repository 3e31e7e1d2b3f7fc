#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $null = New-EncryptionTenant acme

    # A message of 33 data keys, of which the last is wrapped by a raw key: the bytes 0 to 31.
    $many = Join-Path $PSScriptRoot '../fuzz/corpus/LIMIT_EXCEEDED.0478-33-data-keys.bin'
    $raw = @{
        RawKey = ConvertTo-SecureString ([Convert]::ToBase64String([byte[]] (0..31))) -AsPlainText -Force
        RawKeyNamespace = 'specification'
        RawKeyName = 'wrapping key'
    }
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'The limits of a message' {
    It 'are named where one is exceeded, as a parameter that raises it' {
        { Unprotect-TenantData -LiteralPath $many -OutFile many.out @raw -ErrorAction Stop } |
            Should -Throw -ErrorId 'LIMIT_EXCEEDED,*' -ExpectedMessage '*33 encrypted data keys*MaxEncryptedDataKeys*'
        Test-Path many.out | Should -BeFalse
        (Unprotect-TenantData -LiteralPath $many -OutFile many.out @raw -MaxEncryptedDataKeys 33).Length | Should -Be 20
        (Get-Item many.out).Length | Should -Be 20
    }

    It 'are parameters of the test, too' {
        Set-Content one.txt 'one' -NoNewline
        $null = Protect-TenantData one.txt -TenantId acme
        Test-TenantData one.txt.tenc -Quiet | Should -BeTrue
        foreach ($limit in 'MaxHeaderLength', 'MaxEncryptedDataKeys', 'MaxFrameLength') {
            $lowered = @{ $limit = 0 }
            (Test-TenantData one.txt.tenc @lowered).Code | Should -Be 'LIMIT_EXCEEDED' -Because $limit
            { Unprotect-TenantData one.txt.tenc -Force @lowered -ErrorAction Stop } | Should -Throw -ErrorId 'LIMIT_EXCEEDED,*' -ExpectedMessage "*$limit*"
        }
        Test-TenantData one.txt.tenc -MaxNonFramedLength 0 -Quiet | Should -BeTrue -Because 'what we write has frames'
    }

    It 'that are none are refused with a code' {
        { Unprotect-TenantData one.txt.tenc -MaxHeaderLength -1 } | Should -Throw -ErrorId 'INVALID_INPUT,*'
        { Test-TenantData one.txt.tenc -MaxFrameLength 2147483647 } | Should -Throw -ErrorId 'INVALID_INPUT,*'
    }

    It 'do not keep a header from being shown' {
        (Get-TenantMessage -LiteralPath $many).EncryptedDataKeys | Should -Be 33
    }
}

Describe 'Files that are not what they should be' {
    It 'say so when they are the text of a value, and the remedy works' {
        'a value' | Protect-TenantData -TenantId acme | Set-Content value.tenc
        { Unprotect-TenantData value.tenc -ErrorAction Stop } |
            Should -Throw -ErrorId 'NOT_A_MESSAGE,*' -ExpectedMessage '*base64 text of a message*Get-Content -Raw*'
        Get-Content -Raw value.tenc | Unprotect-TenantData | Should -BeExactly 'a value'
        (Test-TenantData value.tenc).Detail | Should -BeLike '*base64 text*'
    }

    It 'are refused alone when they end right after their header' {
        $null = New-Item -ItemType Directory good
        Set-Content good/one.txt 'one' -NoNewline
        Set-Content good/two.txt 'two' -NoNewline
        $null = Protect-TenantData good/one.txt, good/two.txt -TenantId acme -RemoveSource
        $bytes = [IO.File]::ReadAllBytes((Get-Item good/one.txt.tenc).FullName)
        $header = [TenantEncryption.Envelope.MessageReader]::ReadHeader($bytes).HeaderLength
        foreach ($excess in 0, 3, 15, 16, 23, 24) {
            [IO.File]::WriteAllBytes((Join-Path (Get-Item good).FullName "cut$excess.txt.tenc"), $bytes[0..($header + $excess - 1)])
        }
        $read = Unprotect-TenantData good -Recurse -ErrorAction SilentlyContinue -ErrorVariable errors
        $read.Path | Split-Path -Leaf | Sort-Object | Should -Be 'one.txt', 'two.txt'
        $errors.Count | Should -Be 6
        $errors | ForEach-Object { $_.FullyQualifiedErrorId | Should -BeLike 'MESSAGE_TRUNCATED,*' }
        $tested = Test-TenantData good -Recurse
        @($tested | Where-Object Success).Count | Should -Be 2
        @($tested | Where-Object Code -EQ 'MESSAGE_TRUNCATED').Count | Should -Be 6
    }
}
