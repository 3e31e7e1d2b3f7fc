<#
    Runs the lines of its standard input as scripts, and answers each with the seconds that it took, by Measure-Command.
    The module is loaded once, as in a session or a runbook.
#>
param([Parameter(Mandatory)] [string] $Module)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module $Module
while ($null -ne ($line = [Console]::In.ReadLine())) {
    $work = [scriptblock]::Create($line)
    [GC]::Collect()
    [Console]::Out.WriteLine((Measure-Command $work).TotalSeconds.ToString([cultureinfo]::InvariantCulture))
}
