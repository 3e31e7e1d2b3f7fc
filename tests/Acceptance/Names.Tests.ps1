#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# What an error, a remedy, a help text or a page names must be there: a reader who follows it gets no further otherwise.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $root = Join-Path $PSScriptRoot '../..' | Convert-Path
    $texts = @(
        Get-ChildItem (Join-Path $root 'src') -Recurse -Include *.cs, *.md, *.ps1, *.psm1
        Get-ChildItem (Join-Path $root 'docs'), (Join-Path $root 'samples'), (Join-Path $root 'module') -Recurse -Include *.md, *.ps1, *.psm1, *.txt, *.cs
        Get-ChildItem $root -File -Filter *.md
        Get-ChildItem $root -File -Filter *.psd1
    ) | Where-Object FullName -NotMatch '[\\/](obj|bin|node_modules)[\\/]' | ForEach-Object {
        [pscustomobject]@{ Name = [IO.Path]::GetRelativePath($root, $_.FullName).Replace('\', '/'); Folder = $_.DirectoryName; Text = "$(Get-Content -Raw -LiteralPath $_)" }
    }
    $paragraphs = ([xml](Get-Content -Raw (Join-Path (Split-Path $sandbox.Module) 'en-US/TenantEncryption.PowerShell.dll-Help.xml'))).SelectNodes("//*[local-name() = 'para']").InnerText
    $verb = (Get-Verb).Verb + 'ForEach', 'Where', 'Sort', 'Tee' -join '|'
    $cmdlet = "(?<![\w/.-])(?:$verb)-[A-Z][A-Za-z0-9]+(?![\w-]|\.ps1)"
    $parameter = "(?<=^|[\s('])-[A-Z][a-z][A-Za-z]+"
    $common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
    $parameters = @((Get-Command -Module TenantEncryption).Parameters.Values | ForEach-Object { $_.Name; $_.Aliases }) + $common | Sort-Object -Unique
    # The functions of this repository's own scripts.
    $own = Get-ChildItem $root -Recurse -File -Filter *.ps*1 | Where-Object FullName -NotMatch '[\\/](obj|bin|out|node_modules)[\\/]|\.Tests\.ps1$' |
        ForEach-Object { [regex]::Matches((Get-Content -Raw $_), '(?m)^\s*function ([\w-]+)').ForEach{ $_.Groups[1].Value } }
    $found = @{}

    function Find-Command([string] $Name) {
        if (-not $found.ContainsKey($Name)) { $found[$Name] = Get-Command $Name -ErrorAction Ignore }
        $found[$Name]
    }

    function Find-Match([string] $Text, [string] $Pattern) { [regex]::Matches($Text, $Pattern).ForEach{ $_.Groups[$_.Groups.Count - 1].Value } }

    # Parameters in a text that no cmdlet of the module has, nor another cmdlet that the text names.
    function Find-UnknownParameter([string] $Text) {
        $named = Find-Match $Text $parameter
        if (-not $named) { return }
        $others = @(Find-Match $Text $cmdlet | ForEach-Object { (Find-Command $_).Parameters.Keys })
        $named | Where-Object { $_.TrimStart('-') -notin $parameters -and $_.TrimStart('-') -notin $others }
    }

    # Parameters in a piece of PowerShell that the cmdlet before them has not.
    function Find-ForeignParameter([string] $Code) {
        $ast = [System.Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $null)
        foreach ($call in $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
            $command = Find-Command "$($call.GetCommandName())"
            if ("$($command.CommandType)" -notin 'Cmdlet', 'Function') { continue }
            $known = @($command.Parameters.Values | ForEach-Object { $_.Name; $_.Aliases })
            $call.CommandElements.Where{ $_ -is [System.Management.Automation.Language.CommandParameterAst] -and $_.ParameterName -notin $known } |
                ForEach-Object { "$($command.Name) -$($_.ParameterName)" }
        }
    }

    # The texts between quotes of a C# file: what a person may read.
    function Get-Literal([string] $Text) { Find-Match ($Text -replace '(?m)^\s*//.*$') '"((?:[^"\\\r\n]|\\.)*)"' }

    # The PowerShell of a page: whole blocks, and what stands between backticks and begins with a cmdlet.
    function Get-Code([string] $Text) {
        Find-Match $Text '(?ms)^```(?:powershell|pwsh)\r?\n(.*?)^```'
        Find-Match ($Text -replace '(?ms)^```.*?^```') "``((?:$verb)-[A-Z][^``]*)``"
    }
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'What errors, help, pages and samples name' {
    It 'is looked for in all of them' {
        $texts.Count | Should -BeGreaterThan 400
        $paragraphs.Count | Should -BeGreaterThan 400
        @($texts | ForEach-Object { Find-Match $_.Text $cmdlet }).Count | Should -BeGreaterThan 500
        Find-UnknownParameter 'Give -Nonsense.' | Should -Be '-Nonsense'
        Find-ForeignParameter 'Get-EncryptionTenant -Force' | Should -Be 'Get-EncryptionTenant -Force'
    }

    It 'exists: cmdlets' {
        $missing = foreach ($one in $texts) {
            Find-Match $one.Text $cmdlet | Sort-Object -Unique | Where-Object { $_ -notin $own -and -not (Find-Command $_) } | ForEach-Object { "$($one.Name): $_" }
        }
        $missing | Should -BeNullOrEmpty
        $paragraphs | ForEach-Object { Find-Match $_ $cmdlet } | Where-Object { -not (Find-Command $_) } | Should -BeNullOrEmpty
    }

    It 'exists: parameters' {
        $missing = foreach ($one in $texts | Where-Object Name -Like '*.cs') {
            Get-Literal $one.Text | ForEach-Object { Find-UnknownParameter $_ } | ForEach-Object { "$($one.Name): $_" }
        }
        $missing | Should -BeNullOrEmpty
        $paragraphs | ForEach-Object { Find-UnknownParameter $_ } | Should -BeNullOrEmpty
    }

    It 'exists: parameters of the cmdlet before them' {
        $foreign = foreach ($one in $texts) {
            $code = if ($one.Name -like '*.cs') { Get-Literal $one.Text | ForEach-Object { Find-Match $_ "((?:$verb)-[A-Z][A-Za-z]+(?: +-[A-Z]\w+(?:[ :][^\s.,;:)-][^\s.,;)]*)?)+)" } } else { Get-Code $one.Text }
            $code | ForEach-Object { Find-ForeignParameter $_ } | ForEach-Object { "$($one.Name): $_" }
        }
        $foreign | Should -BeNullOrEmpty
        $paragraphs | ForEach-Object { Find-Match $_ "((?:$verb)-[A-Z][A-Za-z]+(?: +-[A-Z]\w+(?:[ :][^\s.,;:)-][^\s.,;)]*)?)+)" } | ForEach-Object { Find-ForeignParameter $_ } | Should -BeNullOrEmpty
    }

    It 'exists: files and folders of this repository' {
        $missing = foreach ($one in $texts) {
            $links = if ($one.Name -like '*.md') { Find-Match $one.Text '\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)' }
            $named = Find-Match $one.Text '(?<![\w/.*-])(?:\./)?((?:src|docs|samples|tests|module)/[\w./-]*\w)'
            @($links) + @($named) | Where-Object { $_ -and -not (Test-Path -LiteralPath (Join-Path $one.Folder $_)) -and -not (Test-Path -LiteralPath (Join-Path $root $_)) } |
                ForEach-Object { "$($one.Name): $_" }
        }
        $missing | Should -BeNullOrEmpty
    }

    It 'exists: headings that links name' {
        $pages = @{}
        foreach ($one in $texts | Where-Object Name -Like '*.md') {
            # As GitHub makes them: lower case, without punctuation, spaces as hyphens.
            $headings = Find-Match ($one.Text -replace '(?ms)^```.*?^```') '(?m)^#+ (.+?)\s*$' | ForEach-Object { $_.ToLowerInvariant() -replace '[^\w\- ]' -replace ' ', '-' }
            $pages[$one.Name] = @($headings) + @(Find-Match $one.Text 'id="([^"]+)"')
        }
        $missing = foreach ($one in $texts | Where-Object Name -Like '*.md') {
            foreach ($match in [regex]::Matches($one.Text, '\]\((?!https?:)(?<page>[^)#\s]*)#(?<heading>[^)]+)\)')) {
                $page = if ($match.Groups['page'].Value) { [IO.Path]::GetRelativePath($root, [IO.Path]::GetFullPath((Join-Path $one.Folder $match.Groups['page'].Value))).Replace('\', '/') } else { $one.Name }
                if ($pages[$page] -cnotcontains $match.Groups['heading'].Value) { "$($one.Name): $($match.Value)" }
            }
        }
        $missing | Should -BeNullOrEmpty
    }
}
