<#
.SYNOPSIS
    Follows a page of docs in this PowerShell, block after block, and writes what each printed as JSON.
.DESCRIPTION
    First the lines of docs/README.md that put a local KMS in the place of AWS; then the files that the page says to save, and its blocks of PowerShell, in one session and one folder.
    What an interactive session shows is compared with the block of "text" that follows. Where none follows, no error may come and no program may fail.
.PARAMETER Page
    The page.
.PARAMETER Folder
    An empty folder, in which the page is followed.
.PARAMETER Prelude
    What the reader has done before, as PowerShell.
#>
param(
    [Parameter(Mandatory)] [string] $Page,
    [Parameter(Mandatory)] [string] $Folder,
    [string] $Prelude
)

Import-Module (Join-Path $PSScriptRoot 'Pages.psm1')
$ProgressPreference = 'SilentlyContinue'
$ConfirmPreference = 'None'
$PSStyle.OutputRendering = 'PlainText'

# What a person answers at the prompts.
function Read-Host([switch] $AsSecureString) { ConvertTo-SecureString 'a long passphrase of many words' -AsPlainText -Force }

# What a prompt shows of an error or a warning: not where in a script it was.
function Show-Record($Record) {
    switch ($Record) {
        { $_ -is [System.Management.Automation.WarningRecord] } { return "WARNING: $_" }
        { $_ -is [System.Management.Automation.ErrorRecord] -and $_.FullyQualifiedErrorId -like 'NativeCommandError*' } { return "$_" }
        { $_ -is [System.Management.Automation.ErrorRecord] } { return "$($_.InvocationInfo.MyCommand): $_" }
    }
    , $Record
}

# The page's variables live in this scope: ours are in one of a name that no page has.
$following = @{ Repository = Join-Path $PSScriptRoot '../..' | Convert-Path; Page = Convert-Path $Page; Folder = $Folder; Prelude = $Prelude; Results = @() }
Set-Location $following.Repository
foreach ($_ in Get-PageBlock (Join-Path $following.Repository docs/README.md) -Heading 'Without an AWS account') { . ([scriptblock]::Create($_.Text)) }
Set-Location $following.Folder
$null = New-Item -ItemType Directory samples
Copy-Item (Join-Path $following.Repository samples/runbooks) samples -Recurse
foreach ($_ in Get-PageFile $following.Page) { [IO.File]::WriteAllText((Join-Path $following.Folder $_.Name), $_.Content) }
# The default store makes itself, and says so.
$null = Get-TenantEncryption -WarningAction SilentlyContinue
Disconnect-TenantEncryption
if ($following.Prelude) { . ([scriptblock]::Create($following.Prelude)) }

# No try around a block: it would end at the first statement that fails, and an interactive session goes on.
foreach ($_ in Get-PageBlock $following.Page) {
    $following.Block = $_
    $global:LASTEXITCODE = 0
    $following.Output = @()
    $following.Shown = @()
    $following.ExitCode = 0
    # Statement by statement, as they are typed: each is shown as its first output is.
    foreach ($_ in [System.Management.Automation.Language.Parser]::ParseInput($following.Block.Text, [ref] $null, [ref] $null).EndBlock.Statements) {
        $following.Said = @(. ([scriptblock]::Create($_.Extent.Text)) *>&1)
        $following.Output += $following.Said
        $following.Shown += ($following.Said.ForEach{ Show-Record $_ } | Out-String -Width 120).TrimEnd()
        if ($global:LASTEXITCODE) { $following.ExitCode = $global:LASTEXITCODE }
    }
    $following.Text = ($following.Shown | Out-String -Width 120).Trim("`r", "`n")
    $following.Problems = @($following.Output.Where{ $_ -is [System.Management.Automation.ErrorRecord] -and $_.FullyQualifiedErrorId -notlike 'NativeCommandError*' }.ForEach{ "$($_.FullyQualifiedErrorId): $_" })
    if ($following.ExitCode) { $following.Problems += "a program ended with $($following.ExitCode)" }
    $following.Results += [ordered]@{
        Line      = $following.Block.Line
        Heading   = $following.Block.Heading
        Code      = $following.Block.Text
        Output    = $following.Text
        Printed   = $following.Block.Printed
        AsPrinted = $null -ne $following.Block.Printed -and (Test-Printed $following.Text $following.Block.Printed)
        Problems  = $following.Problems
    }
}
Stop-LocalKms $kms
"BLOCKS $(ConvertTo-Json @($following.Results) -Depth 4 -Compress -EscapeHandling EscapeNonAscii)"
