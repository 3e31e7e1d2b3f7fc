#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
<#
    docs/guides/two-machines.md is followed as it stands: two machines are two network namespaces of Linux, each with its own loopback, folders and shell, on one PostgreSQL, one S3 (moto_server)
    and one KMS. What a machine calls goes from its loopback over a cable to this one, and the cable can be pulled.
#>
BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot '../../samples/PostgreSql/LocalPostgreSql.psm1')
    $lacks = @(
        if (-not $IsLinux -or [Environment]::UserName -ne 'root') { 'root on Linux' }
        elseif (-not (Get-Command ip -ErrorAction Ignore) -or $(ip netns add te-probe 2> $null; $LASTEXITCODE)) { 'the right to make network namespaces (iproute2)' }
        else { ip netns del te-probe }
        if (-not (Test-LocalPostgreSql)) { 'PostgreSQL' }
        if (-not (Get-Command moto_server -ErrorAction Ignore)) { 'moto_server' }
    )
    if ($lacks) { Write-Warning "The guide of two machines is not followed: this machine lacks $($lacks -join ', ')." }
}

Describe 'Two machines' -Skip:($lacks.Count -gt 0) {
    BeforeAll {
        Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
        Import-Module (Join-Path $PSScriptRoot 'Pages.psm1')
        Import-Module (Join-Path $PSScriptRoot '../../samples/PostgreSql/LocalPostgreSql.psm1')
        $sandbox = Enter-Sandbox
        $page = [IO.File]::ReadAllText((Join-Path $PSScriptRoot '../../docs/guides/two-machines.md' | Convert-Path)).ReplaceLineEndings("`n")
        $started = [Collections.Generic.List[Diagnostics.Process]]::new()
        $server = Start-LocalPostgreSql
        $platformKey = (New-LocalKey $sandbox).Arn
        $customerKey = (New-LocalKey $sandbox).Arn
        $nextKey = (New-LocalKey $sandbox).Arn
        $kms = ([uri] $sandbox.LocalKms.Url).Port

        # Starts a program that says "ready" when it is.
        function Start-Ready([string[]] $Command) {
            $start = [Diagnostics.ProcessStartInfo]::new($Command[0], [string[]] ($Command | Select-Object -Skip 1))
            $start.RedirectStandardOutput = $true
            $process = [Diagnostics.Process]::Start($start)
            $started.Add($process)
            if ($process.StandardOutput.ReadLine() -ne 'ready') { throw "$($Command -join ' ') did not start." }
        }

        $moto = Start-MotoServer
        $started.Add($moto.Process)
        $s3 = ([uri] $moto.Url).Port
        $null = Invoke-WebRequest "http://127.0.0.1:$s3/voices" -Method Put
        $ports = $server.Port, $s3, $kms
        $forward = 'python3', (Join-Path $PSScriptRoot forward.py)
        $machines = @{}
        $net = Get-Random -Minimum 1 -Maximum 250
        foreach ($name in 'first', 'second') {
            $number = $machines.Count
            $machine = [pscustomobject]@{ Space = "te$PID$name"; Cable = "te$PID$number"; Folder = Join-Path $sandbox.Root $name; Turn = 0; Shell = $null }
            $machines[$name] = $machine
            foreach ($folder in 'turns', 'desk', 'config') { $null = New-Item -ItemType Directory -Force (Join-Path $machine.Folder $folder) }
            ip netns add $machine.Space
            ip link add $machine.Cable type veth peer name eth0 netns $machine.Space
            ip addr add "10.$net.$number.1/30" dev $machine.Cable
            ip link set $machine.Cable up
            ip -n $machine.Space addr add "10.$net.$number.2/30" dev eth0
            ip -n $machine.Space link set eth0 up
            ip -n $machine.Space link set lo up
            Start-Ready ($forward + @("10.$net.$number.1", '127.0.0.1') + $ports)
            Start-Ready (@('ip', 'netns', 'exec', $machine.Space) + $forward + @('127.0.0.1', "10.$net.$number.1") + $ports)
        }

        function Start-Machine($Machine) {
            $start = New-ShellStart @('-NoProfile', '-Command', @"
`$env:XDG_CONFIG_HOME = '$($Machine.Folder)/config'; `$env:AWS_ENDPOINT_URL_S3 = 'http://127.0.0.1:$s3'; `$env:AWS_ENDPOINT_URL_KMS = 'http://127.0.0.1:$kms'; `$env:AWS_REGION = 'eu-west-1'
Remove-Item -ErrorAction Ignore env:TENANTENCRYPTION_HOME, env:TENANTENCRYPTION_STORE
Import-Module '$($sandbox.Module)'
Set-Location '$($Machine.Folder)/desk'
`$owner = '$($server.Owner)'; `$app = '$($server.App)'; `$platformKey = '$platformKey'; `$customerKey = '$customerKey'; `$nextKey = '$nextKey'
. '$(Join-Path $PSScriptRoot Invoke-Machine.ps1)' -Folder '$($Machine.Folder)/turns'
"@)
            $command = @($start.FileName) + $start.ArgumentList
            $inside = [Diagnostics.ProcessStartInfo]::new('ip', [string[]] (@('netns', 'exec', $Machine.Space) + $command))
            $inside.Environment['NO_COLOR'] = '1'
            Remove-Item -ErrorAction Ignore "$($Machine.Folder)/turns/*"
            $Machine.Turn = 0
            $Machine.Shell = [Diagnostics.Process]::Start($inside)
            $started.Add($Machine.Shell)
        }

        function Invoke-There($Machine, [string] $Script) {
            if (-not $Machine.Shell) { Start-Machine $Machine }
            $turn = Join-Path $Machine.Folder "turns/$($Machine.Turn)"
            Set-Content "$turn.part" $Script
            Move-Item "$turn.part" "$turn.ps1"
            $begun = [Diagnostics.Stopwatch]::StartNew()
            while (-not (Test-Path "$turn.out")) {
                if ($Machine.Shell.HasExited -or $begun.Elapsed.TotalMinutes -gt 4) { throw "The machine does not answer to: $Script" }
                Start-Sleep -Milliseconds 20
            }
            $Machine.Turn++
            [IO.File]::ReadAllText("$turn.out")
        }
    }

    AfterAll {
        foreach ($process in $started) { if (-not $process.HasExited) { $process.Kill($true); $process.WaitForExit() } }
        foreach ($machine in $machines.Values) { ip netns del $machine.Space }
        Stop-LocalPostgreSql $server
        Exit-Sandbox $sandbox
    }

    It 'are as the guide says' {
        $steps = [regex]::Matches($page, '(?ms)^<!-- (?<what>[^>]+) -->\n(?:```powershell\n(?<code>.*?)^```\n(?:\n```text\n(?<printed>.*?)^```\n)?)?')
        $steps.Count | Should -BeGreaterThan 15
        $wrong = [Collections.Generic.List[string]]::new()
        foreach ($step in $steps) {
            $what = $step.Groups['what'].Value
            switch ($what) {
                { $machines.ContainsKey($_) } {
                    $said = Invoke-There $machines[$what] $step.Groups['code'].Value
                    $isRight = $step.Groups['printed'].Success ? (Test-Printed $said $step.Groups['printed'].Value) : $said -notlike '*ERROR *'
                    if (-not $isRight) { $wrong.Add("on the $what, of`n$($step.Groups['code'].Value)it printed`n$said") }
                    break
                }
                'the first dies' { $machines.first.Shell.Kill($true); $machines.first.Shell.WaitForExit(); $machines.first.Shell = $null; break }
                'the network of the second is cut' { ip link set $machines.second.Cable down; break }
                'the network of the second is back' { ip link set $machines.second.Cable up; break }
                'the database is saved' { Save-LocalPostgreSql $server; break }
                'the database is rolled back' { Restore-LocalPostgreSql $server; break }
                default { throw "The page has a step that the test does not know: $what" }
            }
        }
        $wrong -join "`n" | Should -BeNullOrEmpty
    }
}
