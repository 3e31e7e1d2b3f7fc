<#
.SYNOPSIS
    A PowerShell of a machine, as somebody sits before it: it runs the scripts that come into its folder, one after the other, in one session, and writes what each printed.
.PARAMETER Folder
    Where <number>.ps1 come, and <number>.out are left.
#>
param([Parameter(Mandatory)] [string] $Folder)

$ProgressPreference = 'SilentlyContinue'
$ConfirmPreference = 'None'
$PSStyle.OutputRendering = 'PlainText'
$machine = @{ Folder = $Folder; Turn = 0 }
while ($true) {
    $machine.Script = Join-Path $machine.Folder "$($machine.Turn).ps1"
    if (-not (Test-Path -LiteralPath $machine.Script)) { Start-Sleep -Milliseconds 20; continue }
    $machine.Said = @()
    # Statement by statement, as they are typed.
    foreach ($_ in [System.Management.Automation.Language.Parser]::ParseFile($machine.Script, [ref] $null, [ref] $null).EndBlock.Statements) {
        $machine.Said += (@(. ([scriptblock]::Create($_.Extent.Text)) *>&1).ForEach{ if ($_ -is [System.Management.Automation.ErrorRecord]) { "ERROR $($_.FullyQualifiedErrorId): $_" } else { , $_ } } | Out-String -Width 120).TrimEnd()
    }
    Set-Content -LiteralPath "$($machine.Script).part" (($machine.Said.Where{ $_ }) -join "`n")
    Move-Item -LiteralPath "$($machine.Script).part" (Join-Path $machine.Folder "$($machine.Turn).out")
    $machine.Turn++
}
