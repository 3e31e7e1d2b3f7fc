#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# On Windows what somebody has open can't be opened, replaced or removed. For a moment that is a scanner, and nobody should notice; for long, it is said.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot '../Acceptance/Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $null = New-EncryptionTenant acme
    $roots = Join-Path $env:LOCALAPPDATA 'TenantEncryption\roots'

    # Runs a script while a file is open, for itself or beside readers.
    function Use-File([string] $Path, [scriptblock] $Script, [IO.FileShare] $Share = 'None', [IO.FileAccess] $Access = 'Read') {
        $held = [IO.File]::Open((Convert-Path $Path), 'Open', $Access, $Share)
        try { & $Script } finally { $held.Dispose() }
    }
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'What is open for a moment' {
    BeforeAll {
        # Lets go of a file by itself. In compiled code, as the runspace is at work then.
        Add-Type -TypeDefinition @'
public sealed class HeldFile : System.IDisposable
{
    private readonly System.IO.FileStream _file;
    private readonly System.Threading.Timer _timer;
    public HeldFile(string path, System.IO.FileShare share, int milliseconds)
    {
        _file = new System.IO.FileStream(path, System.IO.FileMode.Open, System.IO.FileAccess.Read, share);
        _timer = new System.Threading.Timer(_ => _file.Dispose(), null, milliseconds, -1);
    }
    public void Dispose() { _timer.Dispose(); _file.Dispose(); }
}
'@
    }

    BeforeEach {
        Set-Content plain.txt 'plain' -NoNewline
        $null = Protect-TenantData plain.txt -TenantId acme -Force
    }

    It 'is waited for: <name>' -ForEach @(
        @{ name = 'a source'; path = 'plain.txt'; share = 'None'; script = { Protect-TenantData plain.txt -TenantId acme -Force -ErrorAction Stop } }
        @{ name = 'a source that is removed'; path = 'plain.txt'; share = 'Read'; script = { Protect-TenantData plain.txt -TenantId acme -Force -RemoveSource -ErrorAction Stop -WarningAction Stop } }
        @{ name = 'an output that is replaced'; path = 'plain.txt.tenc'; share = 'Read'; script = { Protect-TenantData plain.txt -TenantId acme -Force -ErrorAction Stop } }
        @{ name = 'a message'; path = 'plain.txt.tenc'; share = 'None'; script = { Unprotect-TenantData plain.txt.tenc -OutFile back.txt -Force -ErrorAction Stop } }
    ) {
        $held = [HeldFile]::new("$PWD\$path", $share, 300)
        try { & $script | Should -HaveCount 1 } finally { $held.Dispose() }
        Test-TenantData plain.txt.tenc -Quiet | Should -BeTrue
    }

    It 'is waited for in a folder of three hundred whose files a scanner opens as they come' {
        $null = New-Item -ItemType Directory many
        1..300 | ForEach-Object { Set-Content "many/f$_.txt" "content $_" }
        $scanner = Start-ThreadJob -ArgumentList "$PWD\many" {
            param($folder)
            while (-not (Test-Path "$folder\stop")) {
                foreach ($name in [IO.Directory]::GetFiles($folder, '*.tenc*')) { try { [IO.File]::Open($name, 'Open', 'Read', 'ReadWrite').Dispose() } catch { $null = $_ } }
            }
        }
        try {
            1..2 | ForEach-Object { @(Protect-TenantData many -TenantId acme -Force -ErrorAction SilentlyContinue -ErrorVariable errors -WarningAction SilentlyContinue).Count | Should -Be 300 -Because "$errors" }
        }
        finally {
            $null = New-Item many/stop
            $scanner | Wait-Job | Remove-Job
        }
        Get-ChildItem -Force many -Filter *.tenc-partial | Should -BeNullOrEmpty
    }
}

Describe 'What is open for long' {
    BeforeEach {
        Set-Content plain.txt 'plain' -NoNewline
        $null = Protect-TenantData plain.txt -TenantId acme -Force
        $before = (Get-FileHash plain.txt.tenc).Hash
    }

    It 'fails alone, with what to do: <name>' -ForEach @(
        @{ name = 'a source'; path = 'plain.txt'; share = 'None'; script = { Protect-TenantData plain.txt -TenantId acme -Force -ErrorAction Stop } }
        @{ name = 'an output'; path = 'plain.txt.tenc'; share = 'Read'; script = { Protect-TenantData plain.txt -TenantId acme -Force -ErrorAction Stop } }
        @{ name = 'a message'; path = 'plain.txt.tenc'; share = 'None'; script = { Unprotect-TenantData plain.txt.tenc -OutFile back.txt -Force -ErrorAction Stop } }
    ) {
        { Use-File $path $script -Share $share } | Should -Throw -ErrorId 'STORAGE_FAILED,*' -ExpectedMessage '*another program has it open*Close it there*'
        (Get-FileHash plain.txt.tenc).Hash | Should -Be $before
        Get-ChildItem -Force -Filter *.tenc-partial | Should -BeNullOrEmpty
    }

    It 'leaves a source where it is, with a warning' {
        Use-File plain.txt -Share Read { Protect-TenantData plain.txt -TenantId acme -Force -RemoveSource -WarningAction SilentlyContinue -WarningVariable warnings; $warnings | Should -BeLike '*its source stays*another program has it open*' }
        'plain.txt' | Should -Exist
    }
}

Describe 'A read-only file' {
    It 'is replaced with -Force, as it is elsewhere, and not without' {
        Set-Content plain.txt 'plain' -NoNewline
        Set-Content shielded.tenc 'x'
        (Get-Item shielded.tenc).IsReadOnly = $true
        { Protect-TenantData plain.txt -TenantId acme -OutFile shielded.tenc -ErrorAction Stop } | Should -Throw -ErrorId 'OUTPUT_EXISTS,*'
        Get-Content shielded.tenc | Should -Be 'x'
        $null = Protect-TenantData plain.txt -TenantId acme -OutFile shielded.tenc -Force
        Test-TenantData shielded.tenc -Quiet | Should -BeTrue
    }

    It 'stays when it is a source that is to be removed, with a warning' {
        Set-Content kept.txt 'kept'
        (Get-Item kept.txt).IsReadOnly = $true
        $null = Protect-TenantData kept.txt -TenantId acme -RemoveSource -WarningAction SilentlyContinue -WarningVariable warnings
        $warnings | Should -BeLike '*its source stays*'
        'kept.txt' | Should -Exist
        (Get-Item kept.txt).IsReadOnly = $false
    }
}

Describe 'The heads of the event log' {
    AfterEach { Disconnect-TenantEncryption }

    It 'is kept by two processes that change the store side by side, and nothing else is left' {
        Connect-TenantEncryption race -Create
        $id = (Get-TenantEncryption).StoreId
        $change = 'Connect-TenantEncryption "STORE"; 1..100 | ForEach-Object { $null = New-EncryptionTenant "WHO-$_" -WarningVariable +w -WarningAction SilentlyContinue }; "$(@($w).Count) warnings"'
        $runs = 'a', 'b' | ForEach-Object -ThrottleLimit 2 -Parallel {
            Import-Module (Join-Path $using:PSScriptRoot '../Acceptance/Sandbox.psm1')
            Invoke-Runbook ($using:change -replace 'STORE', "$using:PWD\race" -replace 'WHO', $_)
        }
        foreach ($run in $runs) { "$($run.Output)$($run.Errors)" | Should -Be '0 warnings' }
        @(Get-ChildItem $roots -Filter "$id.*").Name | Sort-Object | Should -Be "$id.heads", "$id.root"
        @(Get-ChildItem (Join-Path $roots "$id.heads")).Where({ $_.Extension -ne '.head' }) | Should -BeNullOrEmpty
        (Get-TenantEncryption).Heads.Where({ $_.Kept -ne $_.Head.Sequence }) | Should -BeNullOrEmpty
        (Test-EncryptionEventLog).Success | Should -BeTrue
    }

    It 'that somebody holds for long is an error for who works with its tenant, and for nobody else' {
        Connect-TenantEncryption held -Create
        $null = New-EncryptionTenant before
        $head = (Get-ChildItem (Join-Path $roots "$((Get-TenantEncryption).StoreId).heads") | Where-Object { (Get-Content $_) -like '*:before' }).FullName
        Use-File $head {
            { Update-KeyEncryptionKey before -ErrorAction Stop } | Should -Throw -ErrorId 'STORAGE_FAILED,*' -ExpectedMessage '*another program has it open*'
            $null = New-EncryptionTenant while-held
            { Test-EncryptionEventLog -ErrorAction Stop } | Should -Throw -ErrorId 'STORAGE_FAILED,*' -ExpectedMessage '*another program has it open*'
        }
        (Get-EncryptionTenant while-held).TenantId | Should -Be 'while-held'
        $null = Update-KeyEncryptionKey before
        (Test-EncryptionEventLog).Success | Should -BeTrue
    }
}

Describe 'A store' {
    AfterEach { Disconnect-TenantEncryption }

    It 'can be replaced after Disconnect, and after a Connect that failed' {
        Connect-TenantEncryption replaced -Create
        $id = (Get-TenantEncryption).StoreId
        { Rename-Item replaced/tenantencryption.db away.db -ErrorAction Stop } | Should -Throw
        Disconnect-TenantEncryption
        Rename-Item "$roots\$id.root" "$id.away"
        { Connect-TenantEncryption replaced } | Should -Throw -ErrorId 'ROOT_KEY_MISSING,*'
        Rename-Item replaced/tenantencryption.db away.db
        Rename-Item replaced/away.db tenantencryption.db
        Rename-Item replaced away
        Rename-Item "$roots\$id.away" "$id.root"
        (Connect-TenantEncryption away -PassThru).StoreId | Should -Be $id
    }

    It 'is made by eight processes at once' {
        $runs = 1..8 | ForEach-Object -ThrottleLimit 8 -Parallel {
            Import-Module (Join-Path $using:PSScriptRoot '../Acceptance/Sandbox.psm1')
            Invoke-Runbook "(Connect-TenantEncryption '$using:PWD\together' -Create -PassThru).StoreId"
        }
        @($runs.Output | Sort-Object -Unique).Count | Should -Be 1 -Because "$($runs.Errors)"
    }
}
