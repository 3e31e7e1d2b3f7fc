<#
    A place of its own for each test file: a store, a folder for root keys, and a working folder. Nothing of the user's is read or written.
    Where TENANTENCRYPTION_TEST_STORE has the connection string of a PostgreSQL server, the store is in a schema of its own there, which is left.
#>
Set-StrictMode -Version 3

$variables = 'PSModulePath', 'TENANTENCRYPTION_HOME', 'TENANTENCRYPTION_STORE', 'XDG_CONFIG_HOME', 'LOCALAPPDATA', 'ProgramData', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE', 'AWS_EC2_METADATA_DISABLED'

# The built module and the program of the local KMS.
$script:ModulePath = Join-Path $PSScriptRoot '../../out/TenantEncryption/TenantEncryption.psd1' | Convert-Path

function Enter-Sandbox {
    $sandbox = [pscustomobject]@{
        Root     = Join-Path ([IO.Path]::GetTempPath()) "te-acceptance-$([guid]::NewGuid().ToString('N'))"
        Previous = @{}
        Module   = $script:ModulePath
        LocalKms = $null
    }
    foreach ($name in $variables) { $sandbox.Previous[$name] = [Environment]::GetEnvironmentVariable($name) }
    foreach ($folder in 'store', 'config', 'work') { $null = New-Item -ItemType Directory -Path (Join-Path $sandbox.Root $folder) }
    # Runspaces and jobs find the module as they find one that is installed.
    $env:PSModulePath = "$($script:ModulePath | Split-Path | Split-Path)$([IO.Path]::PathSeparator)$env:PSModulePath"
    $env:TENANTENCRYPTION_HOME = Join-Path $sandbox.Root 'store'
    # Where root keys and heads are kept, of the user and of the machine: Windows has other names.
    $env:XDG_CONFIG_HOME = Join-Path $sandbox.Root 'config'
    if ($IsWindows) { $env:LOCALAPPDATA = $env:ProgramData = $env:XDG_CONFIG_HOME }
    $env:AWS_ACCESS_KEY_ID = 'local'
    $env:AWS_SECRET_ACCESS_KEY = 'local'
    $env:AWS_EC2_METADATA_DISABLED = 'true'
    Remove-Item -ErrorAction Ignore env:AWS_SESSION_TOKEN, env:AWS_PROFILE
    Import-Module $script:ModulePath -Global
    if ($env:TENANTENCRYPTION_TEST_STORE) {
        $env:TENANTENCRYPTION_STORE = "$env:TENANTENCRYPTION_TEST_STORE;Search Path=te_$([guid]::NewGuid().ToString('N'))"
        Remove-Item env:TENANTENCRYPTION_HOME
        Connect-TenantEncryption -ConnectionString $env:TENANTENCRYPTION_STORE -Create
        Disconnect-TenantEncryption
    } else {
        Remove-Item -ErrorAction Ignore env:TENANTENCRYPTION_STORE
    }
    Import-Module (Join-Path $PSScriptRoot '../../samples/LocalKms/LocalKms.psm1') -Global
    Push-Location (Join-Path $sandbox.Root 'work')
    $sandbox
}

function Exit-Sandbox($Sandbox) {
    Pop-Location
    Disconnect-TenantEncryption
    if ($Sandbox.LocalKms) { Stop-LocalKms $Sandbox.LocalKms }
    foreach ($name in $variables) { [Environment]::SetEnvironmentVariable($name, $Sandbox.Previous[$name] ?? [NullString]::Value) }
    Remove-Item -LiteralPath $Sandbox.Root -Recurse -Force
}

# A key in the local KMS, which is started at the first call.
function New-LocalKey($Sandbox) {
    $Sandbox.LocalKms ??= Start-LocalKms
    (Invoke-LocalKms $Sandbox.LocalKms CreateKey @{ Description = 'a customer master key' }).KeyMetadata
}

# The calls of KMS that arrive while a script runs, of every operation, as the local KMS itself logs them.
function Get-ArrivedCall($Sandbox, [scriptblock] $Script) {
    $read = { @((Invoke-RestMethod "$($Sandbox.LocalKms.Url)/_localkms/events?max=1000") -split "`n" | ForEach-Object { ($_ | ConvertFrom-Json).Where({ $_.eventSource -eq 'kms.amazonaws.com' }) }) }
    $before = @(& $read).requestID
    $null = & $Script
    @(& $read).Where({ $_.requestID -notin $before }).ForEach({ $_.eventName })
}

# A tenant with a registered, Pending provider on a new key.
function New-TenantWithKey($Sandbox, [string] $TenantId, [string] $Name = "$TenantId-cmk") {
    $key = New-LocalKey $Sandbox
    $null = New-EncryptionTenant $TenantId
    New-KeyProvider -TenantId $TenantId -Name $Name -KeyArn $key.Arn -EndpointUrl $Sandbox.LocalKms.Url
}

# How a PowerShell like this one is started. As a .NET tool it is an assembly that dotnet runs, else a program. What runs in the background of a shell ignores
# Ctrl+C, and so do its children, unless GNU's env takes that back.
function New-ShellStart([string[]] $Argument) {
    $command = @([Environment]::ProcessPath)
    $entry = [Environment]::GetCommandLineArgs()[0]
    if ($entry -like '*.dll' -and [Environment]::ProcessPath -match '\bdotnet(\.exe)?$') { $command += $entry }
    if ($IsLinux -and (env --version) -match 'coreutils') { $command = @('/usr/bin/env', '--default-signal=INT') + $command }
    $start = [System.Diagnostics.ProcessStartInfo]::new($command[0])
    foreach ($value in @($command | Select-Object -Skip 1) + $Argument) { $start.ArgumentList.Add($value) }
    $start
}

# An S3 by moto_server (Python), on a port that the system chooses. It is ended by its process.
function Start-MotoServer {
    $start = [System.Diagnostics.ProcessStartInfo]::new((Get-Command moto_server).Source, [string[]] ('-H', '127.0.0.1', '-p', '0'))
    $start.RedirectStandardError = $start.RedirectStandardOutput = $true
    $process = [System.Diagnostics.Process]::Start($start)
    while ($null -ne ($line = $process.StandardError.ReadLine())) {
        if ($line -match 'http://127\.0\.0\.1:\d+') {
            # What it says later would fill the pipe.
            $null = $process.StandardError.BaseStream.CopyToAsync([IO.Stream]::Null)
            return [pscustomobject]@{ Url = $Matches[0]; Process = $process }
        }
    }
    throw 'moto_server did not start.'
}

# Runs a script in a PowerShell of its own, as a runbook is run, and gives what it wrote, its exit code and its errors.
function Invoke-Runbook([string] $Script, [string[]] $Option = @(), [string] $InputText = '', [int] $OpenFiles, [int] $Minutes = 5, [string] $Module = $script:ModulePath, [string] $Before = '') {
    $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes("`$ProgressPreference = 'SilentlyContinue'; $Before; Import-Module '$Module'; $Script"))
    $start = New-ShellStart (@('-NoProfile') + $Option + @('-EncodedCommand', $encoded))
    if ($OpenFiles) {
        # The limit of the shell becomes that of the program which takes its place.
        $limited = [System.Diagnostics.ProcessStartInfo]::new('sh')
        foreach ($value in @('-c', "ulimit -n $OpenFiles && exec `"`$0`" `"`$@`"", $start.FileName) + $start.ArgumentList) { $limited.ArgumentList.Add($value) }
        $start = $limited
    }

    $start.Environment['NO_COLOR'] = '1'
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $process = [System.Diagnostics.Process]::Start($start)
    try {
        $process.StandardInput.Write($InputText)
        $process.StandardInput.Close()
        $output = $process.StandardOutput.ReadToEndAsync()
        $errors = $process.StandardError.ReadToEndAsync()
        $ended = $process.WaitForExit($Minutes * 60000)
        if (-not $ended) { $process.Kill($true) }
        [pscustomobject]@{ Ended = $ended; ExitCode = $process.ExitCode; Output = $output.Result.Trim(); Errors = $errors.Result.Trim() }
    }
    finally {
        $process.Dispose()
    }
}

Export-ModuleMember -Function Enter-Sandbox, Exit-Sandbox, New-LocalKey, Get-ArrivedCall, New-TenantWithKey, New-ShellStart, Start-MotoServer, Invoke-Runbook
