#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# Messages in buckets, of an S3 that moto_server plays (Python; `pip install moto[server]`). Without it these tests are skipped.
BeforeDiscovery {
    $noServer = -not (Get-Command moto_server -CommandType Application -ErrorAction Ignore)
    if ($noServer) { Write-Warning 'There is no moto_server on this machine: the tests of buckets are skipped.' }
}

Describe 'Buckets' -Skip:$noServer {
    BeforeAll {
        Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
        $sandbox = Enter-Sandbox
        $moto = Start-MotoServer
        $url = $moto.Url
        $env:AWS_ENDPOINT_URL_S3 = $url
        $null = Invoke-WebRequest "$url/voices" -Method Put -Headers @{ 'x-amz-acl' = 'public-read-write' }
        $null = New-EncryptionTenant acme
        $null = New-Item -ItemType Directory calls/july
        Set-Content calls/one.txt 'one' -NoNewline
        Set-Content calls/july/two.txt 'two' -NoNewline
    }

    AfterAll {
        Remove-Item env:AWS_ENDPOINT_URL_S3
        $moto.Process.Kill()
        $moto.Process.WaitForExit()
        Exit-Sandbox $sandbox
    }

    It 'take a folder with its tree, and give it back' {
        $there = Protect-TenantData calls -TenantId acme -Destination s3://voices/in -Recurse
        $there.Path | Sort-Object | Should -Be 's3://voices/in/july/two.txt.tenc', 's3://voices/in/one.txt.tenc'
        (Unprotect-TenantData s3://voices/in/ -Destination back -Recurse).Count | Should -Be 2
        Get-Content back/july/two.txt | Should -Be 'two'
    }

    It 'take one file under a name of its own, and refuse to replace it unasked' {
        $null = Protect-TenantData calls/one.txt -TenantId acme -OutFile s3://voices/own.tenc
        { Protect-TenantData calls/one.txt -TenantId acme -OutFile s3://voices/own.tenc -ErrorAction Stop } | Should -Throw -ErrorId 'OUTPUT_EXISTS*'
        $null = Protect-TenantData calls/one.txt -TenantId acme -OutFile s3://voices/own.tenc -Force
    }

    It 'are read by header, tested, and catalogued' {
        $message = Get-TenantMessage s3://voices/own.tenc
        $message.TenantId | Should -Be 'acme'
        (Test-TenantData s3://voices/ -Recurse).Where({ $_.Code -ne 'SUCCESS' }) | Should -BeNullOrEmpty
        Update-TenantDataCatalog s3://voices/ -TenantId acme | Should -BeNullOrEmpty
        $null = Invoke-WebRequest "$url/voices/own.tenc" -Method Delete
        $change = Update-TenantDataCatalog s3://voices/ -TenantId acme -RemoveMissing -Confirm:$false
        $change.Status | Should -Be 'Removed'
        $change.Path | Should -Be 's3://voices/own.tenc'
    }

    It 'are written anew in their places by a migration' {
        $old = (Get-KeyEncryptionKey acme).Where({ $_.Status -eq 'Current' }).KekId
        $null = Update-KeyEncryptionKey acme
        $migration = Start-KeyMigration acme Internal -Mode Reencrypt -KekId $old
        $migration.State | Should -Be 'Completed'
        $migration.Done | Should -Be 2
        $migration.Failed | Should -Be 0
        (Get-KeyEncryptionKey acme).Where({ $_.KekId -eq $old }).Messages | Should -Be 0
        Get-TenantMessage -TenantId acme -KekId $old | Should -BeNullOrEmpty
        $null = Unprotect-TenantData s3://voices/in/one.txt.tenc -OutFile again -Strict
        Get-Content again | Should -Be 'one'
    }

    It 'name what is wrong: <what>' -ForEach @(
        @{ what = 'no such bucket'; code = 'SPACE_NOT_FOUND'; address = 's3://no-such-bucket/key.tenc' }
        @{ what = 'no such object'; code = 'SOURCE_NOT_FOUND'; address = 's3://voices/no-such-key.tenc' }
        @{ what = 'no bucket''s name'; code = 'INVALID_INPUT'; address = 's3://UPPER/key.tenc' }
    ) {
        { Unprotect-TenantData $address -OutFile none -ErrorAction Stop } | Should -Throw -ErrorId "$code,*"
        Test-Path none | Should -BeFalse
    }

    It 'that do not answer are SPACE_UNREACHABLE, and a migration of what is in them can be resumed' {
        $old = (Get-KeyEncryptionKey acme).Where({ $_.Status -eq 'Current' }).KekId
        $null = Update-KeyEncryptionKey acme
        Disconnect-TenantEncryption
        $env:AWS_ENDPOINT_URL_S3 = 'http://127.0.0.1:9'
        { Start-KeyMigration acme Internal -Mode Reencrypt -KekId $old -ErrorAction Stop } | Should -Throw '*SPACE_UNREACHABLE*s3://voices*' -ErrorId 'MIGRATION_FAILED,*'
        $env:AWS_ENDPOINT_URL_S3 = $url
        Disconnect-TenantEncryption
        $migration = Get-KeyMigration -TenantId acme | Where-Object State -NE 'Completed'
        $migration.Failed | Should -Be 0
        $migration.State | Should -Be 'Failed'
        (Resume-KeyMigration $migration.Id -PassThru).State | Should -Be 'Completed'
    }
}
