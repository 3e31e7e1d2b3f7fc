<#
    The pages of docs as they are written: their blocks of code, what they say is printed, and the files that they say to save.
#>
Set-StrictMode -Version 3

$blocks = '(?ms)^```(?<language>\w+)\n(?<text>.*?)^```\n(?:\n```text\n(?<printed>.*?)^```\n)?'
$headings = '(?m)^##+ (?<heading>.+)$'
$saved = '(?ms)Save as `(?<name>[^`]+)`[^`]*\n\n```\w+\n(?<content>.*?)^```'

<#
.SYNOPSIS
    The blocks of a page, in order: Language, Text, the heading above (Heading), the line on which it begins (Line), and in Printed the text of the block of
    "text" that follows at once, which is what it prints; $null where none follows.
#>
function Get-PageBlock {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [string] $Language = 'powershell',
        # The text of one heading; all when not given.
        [string] $Heading
    )

    $page = [IO.File]::ReadAllText((Convert-Path -LiteralPath $Path)).ReplaceLineEndings("`n")
    $above = [regex]::Matches($page, $headings)
    foreach ($match in [regex]::Matches($page, $blocks)) {
        if ($match.Groups['language'].Value -ne $Language) { continue }
        $title = $above.Where({ $_.Index -lt $match.Index })
        $block = [pscustomobject]@{
            Language = $Language
            Heading  = if ($title) { $title[-1].Groups['heading'].Value } else { '' }
            Line     = $page.Substring(0, $match.Index).Split("`n").Count
            Text     = $match.Groups['text'].Value
            Printed  = if ($match.Groups['printed'].Success) { $match.Groups['printed'].Value } else { $null }
        }
        if (-not $Heading -or $block.Heading -eq $Heading) { $block }
    }
}

<#
.SYNOPSIS
    The files that a page says to save ("Save as `name`", and the block that follows): Name, Content.
#>
function Get-PageFile {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Path)

    $page = [IO.File]::ReadAllText((Convert-Path -LiteralPath $Path)).ReplaceLineEndings("`n")
    [regex]::Matches($page, $saved).ForEach{ [pscustomobject]@{ Name = $_.Groups['name'].Value; Content = $_.Groups['content'].Value } }
}

<#
.SYNOPSIS
    Whether a text is what a page says is printed. There "…" stands for anything within a line, and alone on a line for any lines; empty lines do not count, nor how wide space is.
#>
function Test-Printed {
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Text, [Parameter(Mandatory)] [string] $Expected)

    $lines = { $args[0].ReplaceLineEndings("`n").Split("`n").ForEach{ ($_ -replace '\s+', ' ').Trim() }.Where{ $_ } }
    $pattern = (& $lines $Expected).ForEach{ if ($_ -eq '…') { '(?:.*\n)*?' } else { [regex]::Escape($_).Replace('…', '.*?') + '\n' } }
    (-join (& $lines $Text).ForEach{ "$_`n" }) -cmatch "\A$(-join $pattern)\z"
}

Export-ModuleMember -Function Get-PageBlock, Get-PageFile, Test-Printed
