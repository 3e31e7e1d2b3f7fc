#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot '../../out/TenantEncryption')
    [xml] $views = Get-Content -Raw (Join-Path $PSScriptRoot '../../out/TenantEncryption/TenantEncryption.Format.ps1xml')
    $types = $views.SelectNodes('//ViewSelectedBy/TypeName').InnerText | Sort-Object -Unique | ForEach-Object { @{ Type = [type] $_ } }
    $enums = [TenantEncryption.StoreInfo].Assembly.GetExportedTypes() | Where-Object IsEnum | ForEach-Object { @{ Enum = $_ } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $instant = [DateTimeOffset]::new(2026, 11, 27, 22, 15, 9, 123, [TimeSpan]::Zero)
    $local = $instant.LocalDateTime.ToString('yyyy-MM-dd HH:mm:ss', [cultureinfo]::InvariantCulture)
    $longest = @{ Length = 9999999999999; ReservedWraps = 4294967296; Progress = 100 }
    $decisive = 'Success', 'Code', 'Status', 'State', 'Outcome', 'Decision', 'Applies', 'Severity'

    # An object as an output of that type, its values as long as they get in earnest, and its texts beginning with a mark.
    function New-Extreme([type] $Type, [string] $Mark = '') {
        $row = [pscustomobject]@{ PSTypeName = $Type.FullName }
        foreach ($property in $Type.GetProperties()) {
            $bare = [Nullable]::GetUnderlyingType($property.PropertyType) ?? $property.PropertyType
            $value = if ($bare -eq [DateTimeOffset]) { $instant }
            elseif ($bare -eq [TimeSpan]) { [TimeSpan]::new(99, 59, 59) + [TimeSpan]::FromMilliseconds(999) }
            elseif ($bare -eq [long]) { $longest[$property.Name] ?? 999999999 }
            elseif ($bare -eq [int]) { $longest[$property.Name] ?? 99999 }
            elseif ($bare -eq [bool]) { $false }
            elseif ($bare.IsEnum) { $bare.GetEnumValues() | Sort-Object { "$_".Length } -Descending | Select-Object -First 1 }
            elseif ($property.Name -like '*Code') { 'CONTEXT_NOT_ENFORCED' }
            elseif ($property.Name -in 'Type', 'Event') { 'com.qlik.v1.encryption.keyprovider-migration.progressed' }
            elseif ($property.Name -eq 'KeyArn') { "$Mark arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
            elseif ($property.Name -like '*Id') { 'kek-0123456789abcdef0123' }
            elseif ($bare -eq [string]) { "$Mark a text of several words that says $('at some length ' * 4)what was seen" }
            elseif ($bare.Name -like 'IReadOnlyDictionary*') { @{ TenantId = 'acme'; KekId = 'kek-0123456789abcdef0123' } }
            elseif ($bare.Name -like 'IReadOnlyList*') { , @("$Mark one", 'two') }
            else { "$Mark other" }
            Add-Member -InputObject $row -NotePropertyName $property.Name -NotePropertyValue $value
        }
        $row
    }

    function Show-Table($Row, [int] $Width) { ($Row | Format-Table | Out-String -Width $Width).Trim() -split '\r?\n' }

    # Whether a table shows a text in one piece, in one line.
    function Test-Whole([string[]] $Lines, $Value) { [bool]($Lines -match "(?<![\w-])$([regex]::Escape("$Value"))(?![\w-])") }
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'The table of <_.Type.FullName>' -ForEach $types {
    BeforeAll {
        $type = $_.Type
        $table = (Get-FormatData -TypeName $type.FullName -PowerShellVersion $PSVersionTable.PSVersion).FormatViewDefinition.Control |
            Where-Object { $_ -is [System.Management.Automation.TableControl] }
    }

    It 'measures no rows before it shows them' {
        $table.AutoSize | Should -BeFalse
        # Columns without a width share what is left: only the last ones do, or rows would begin at other places on each screen.
        $free = @($table.Headers.Width | ForEach-Object { $_ -eq 0 })
        if ($free -contains $true) { $free.IndexOf($true) | Should -Be ($free.Count - @($free -eq $true).Count) }
    }

    It 'shows numbers, times, names and codes whole at <_> columns, the deciding ones always' -ForEach 80, 120 {
        $row = New-Extreme $type
        $lines = Show-Table $row $_
        $lines | Should -Not -Match ([char] 0x2026) -Because 'nothing is cut'
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual $_
        $shown = $lines[0] -split '\s+'
        for ($index = 0; $index -lt $table.Headers.Count; $index++) {
            $label = $table.Headers[$index].Label
            $entry = $table.Rows[0].Columns[$index].DisplayEntry
            if ($label -notin $shown) {
                $label | Should -Not -BeIn $decisive
                continue
            }

            $state = $entry.Value -match '^\$text = "\$\(\$_\.(\w+)\)"' ? $Matches[1] : $null
            $value = $row.PSObject.Properties[$state ?? $entry.Value].Value
            $whole = if (($state -or $entry.ValueType -eq 'Property') -and $value -is [ValueType]) { $value }
            elseif ($label -like '*Code') { 'CONTEXT_NOT_ENFORCED' }
            elseif ($entry.Value -match 'TotalHours') { '99:59:59.999' }
            elseif ($entry.Value -match 'LocalDateTime') { $local }
            if ($null -ne $whole) { Test-Whole $lines $whole | Should -BeTrue -Because "$label is $whole in`n$($lines -join "`n")" }
        }
    }

    It 'has whole columns at <_> columns: as wide as they are meant, or not there' -ForEach 80, 120 {
        $left = $_
        foreach ($header in $table.Headers | Where-Object Width) {
            if ($left -le 0) { break }
            $left -= $header.Width
            $left | Should -BeGreaterOrEqual 0 -Because "$($header.Label) is not shown narrower than it is"
            $left--
        }
        $free = @($table.Headers | Where-Object Width -EQ 0).Count
        if ($free -and $left -gt 0) { ($left - $free + 1) / $free | Should -BeGreaterOrEqual 12 -Because 'a text of fewer columns is no text' }
    }

    It 'shows its times in local time and the invariant calendar, as the list does' {
        if ('CreatedAt', 'Time' | Where-Object { $type.GetProperty($_) }) {
            $before = [cultureinfo]::CurrentCulture
            try {
                [cultureinfo]::CurrentCulture = 'th-TH'
                $row = New-Extreme $type
                Test-Whole (($row | Format-List | Out-String -Width 200) -split '\r?\n') $local | Should -BeTrue
                if ($table.Headers.Label -match '^(Time|CreatedAt)$') { Test-Whole (Show-Table $row 200) $local | Should -BeTrue }
            }
            finally { [cultureinfo]::CurrentCulture = $before }
        }
    }
}

Describe 'Each view' {
    It 'has states in colours where the host shows them, and in words alone where it does not' {
        $before = $PSStyle.OutputRendering
        try {
            $coloured = foreach ($outcome in 'Passed', 'Warning', 'Failed', 'Skipped') {
                $one = [pscustomobject] @{ PSTypeName = 'TenantEncryption.Providers.KeyProviderCheck'; Outcome = $outcome; Code = 'X'; Name = 'Key'; Subject = 'Caller'; Observed = 'seen' }
                $PSStyle.OutputRendering = 'Ansi'
                ($one | Format-Table | Out-String) -match "(\e\[\d+m)$outcome\e\[0m" ? $Matches[1] : 'none'
                $PSStyle.OutputRendering = 'PlainText'
                $one | Format-Table | Out-String | Should -Not -Match "\e"
            }
            $coloured | Should -Be $PSStyle.Foreground.Green, $PSStyle.Foreground.Yellow, $PSStyle.Foreground.Red, 'none'
        }
        finally { $PSStyle.OutputRendering = $before }
    }

    It 'colours words that there are' {
        $product = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -like 'TenantEncryption.*' -and -not $_.IsDynamic }
        $words = @($product.GetTypes() | Where-Object IsEnum | ForEach-Object { [enum]::GetNames($_) }) + 'True', 'False', 'SUCCESS' +
        # AWS KMS API Reference, KeyMetadata, KeyState.
        'Creating', 'Enabled', 'Disabled', 'PendingDeletion', 'PendingImport', 'PendingReplicaDeletion', 'Unavailable', 'Updating'
        $cases = [regex]::Matches((Get-Content -Raw (Join-Path (Split-Path $sandbox.Module) 'TenantEncryption.Format.ps1xml')), "-cin ([^}]*)\}").ForEach{ $_.Groups[1].Value } | Sort-Object -Unique
        $cases.Count | Should -Be 3
        [regex]::Matches("$cases", "'(\w+)'").ForEach{ $_.Groups[1].Value } | Should -BeIn $words
    }

    It 'shows the first row before the second object exists' {
        # A real PowerShell, which waits between two objects until this one has read the first from its output.
        $names = (Get-Content -Raw (Join-Path (Split-Path $sandbox.Module) 'TenantEncryption.Format.ps1xml') | Select-Xml '//ViewSelectedBy/TypeName').Node.InnerText | Sort-Object -Unique
        $rows = Join-Path $sandbox.Root 'rows.clixml'
        $objects = foreach ($name in $names) { New-Extreme ([type] $name) 'first' }
        $objects.Count | Should -BeGreaterThan 25
        # As maps: a deserialized object is another type.
        $objects | ForEach-Object { $map = [ordered]@{ PSTypeName = $_.PSObject.TypeNames[0] }; $_.PSObject.Properties.ForEach{ $map[$_.Name] = $_.Value }; $map } | Export-Clixml $rows -Depth 3
        $script = @"
            Import-Module '$($sandbox.Module)'
            foreach (`$map in Import-Clixml '$rows') {
                `$type = `$map.PSTypeName
                `$one = [pscustomobject] `$map
                & { `$one; `$null = [Console]::In.ReadLine(); `$one } | Format-Table | Out-Host
                [Console]::Out.WriteLine("end of `$type")
            }
"@
        $start = New-ShellStart @('-NoProfile', '-EncodedCommand', [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($script)))
        $start.Environment['NO_COLOR'] = '1'
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
        $process = [System.Diagnostics.Process]::Start($start)
        try {
            foreach ($name in $names) {
                $seen = ''
                do {
                    $reading = $process.StandardOutput.ReadLineAsync()
                    $reading.Wait(30000) | Should -BeTrue -Because "the first row of $name comes before the second object; so far: $seen"
                    $process.HasExited | Should -BeFalse -Because "it shows $name; so far: $seen"
                    $seen += "$($reading.Result)`n"
                } until ($seen -match '-{3,}.*\n.*(first|kek|SUCCESS|False|\d)')
                $seen | Should -Not -Match 'end of'
                $process.StandardInput.WriteLine()
                do { $line = $process.StandardOutput.ReadLineAsync(); $line.Wait(30000) | Should -BeTrue } until ($line.Result -eq "end of $name")
            }
        }
        finally {
            if (-not $process.HasExited) { $process.Kill($true) }
            $process.Dispose()
        }
    }

    It 'is not only in the file: Get-EncryptionEvent -Wait prints what happened while it waits' {
        $null = New-EncryptionTenant printed
        $start = New-ShellStart @('-NoProfile', '-Command', "Import-Module '$($sandbox.Module)'; Get-EncryptionEvent -Newest 1 -Wait")
        $start.Environment['NO_COLOR'] = '1'
        $start.RedirectStandardOutput = $true
        $process = [System.Diagnostics.Process]::Start($start)
        try {
            $next = { param($Text) do { $reading = $process.StandardOutput.ReadLineAsync(); $reading.Wait(30000) | Should -BeTrue -Because $Text } until ($reading.Result -match $Text) }
            & $next 'tenant\.created +SUCCESS +printed'
            $null = New-EncryptionTenant later
            & $next 'tenant\.created +SUCCESS +later'
            $process.HasExited | Should -BeFalse
        }
        finally {
            $process.Kill($true)
            $process.Dispose()
        }
    }
}

Describe 'What comes after an object of another type' {
    It 'is shown by the properties of its table, as PowerShell takes no view there' {
        $text = & { Get-TenantEncryption; New-EncryptionTenant after; Get-EncryptionEvent -Newest 1 } | Out-String -Width 120
        $text | Should -Match '(?m)^Outcome +: SUCCESS'
        $text | Should -Not -Match '(?m)^(SpecVersion|Source|Data) +:'
    }
}

Describe 'Lists' {
    It 'show all of a platform, a line each' {
        $platform = Get-EncryptionPlatform qlik-cloud
        $text = $platform | Format-List | Out-String -Width 400
        foreach ($region in $platform.Regions) { $text | Should -Match ([regex]::Escape("$region")) }
        foreach ($note in $platform.Notes) { $text.Contains($note.Text) | Should -BeTrue -Because $note.Text }
    }

    It 'are what is shown of one request against a policy: the decision, the statement, the reason' {
        $policy = Get-KeyPolicy -Platform qlik-cloud -TenantId 6BxR0mKt -AsJson
        $text = (Test-KeyPolicy -Policy $policy -Principal arn:aws:iam::338144066592:role/byok-encryption-proxy-role -Action kms:Decrypt -EncryptionContext @{ TenantId = '6BxR0mKt' } |
            Out-String -Width 80)
        $text | Should -Match '(?m)^Decision +: Allowed'
        $text | Should -Match '(?m)^Statement +: \S'
        $text | Should -Match '(?m)^Reason +: \S'
    }
}

Describe 'Names' {
    It 'are shown beside ids: of a key''s provider, and of a migration''s' {
        $provider = New-TenantWithKey $sandbox named -Name named-cmk
        Start-KeyMigration -TenantId named -To named-cmk | Out-String -Width 120 | Should -Match 'named-cmk'
        Get-KeyMigration -TenantId named | Out-String -Width 80 | Should -Match 'named-cmk'
        Get-KeyEncryptionKey named | Out-String -Width 80 | Should -Match 'named-cmk'
        (Get-KeyMigration -TenantId named).MigratingFromName | Should -Be 'Internal KMS'
        (Get-KeyEncryptionKey named).ProviderName | Should -Be 'named-cmk', 'named-cmk'
        (Update-KeyEncryptionKey named).ProviderName | Should -Be 'named-cmk'
    }
}

Describe 'Through a file, a job, JSON and CSV' {
    BeforeAll {
        $null = New-EncryptionTenant acme -Name 'Acme Corp'
        $null = 1..3 | ForEach-Object { "$_" } | Protect-TenantData -TenantId acme
        $file = Join-Path $sandbox.Root 'one.clixml'
    }

    It 'times come back as times' {
        $tenant = Get-EncryptionTenant acme
        $tenant | Export-Clixml $file
        $back = Import-Clixml $file
        $back.CreatedAt | Should -BeOfType DateTimeOffset
        $back.CreatedAt | Should -Be $tenant.CreatedAt
        $job = Start-Job { param($Module) Import-Module $Module; Get-EncryptionTenant acme; Get-EncryptionEvent -TenantId acme -Newest 1 } -ArgumentList $sandbox.Module
        $found, $event = $job | Receive-Job -Wait -AutoRemoveJob
        $found.CreatedAt | Should -Be $tenant.CreatedAt
        $found | Out-String -Width 120 | Should -Match ([regex]::Escape($tenant.CreatedAt.LocalDateTime.ToString('yyyy-MM-dd HH:mm:ss', [cultureinfo]::InvariantCulture)))
        $event.Time | Should -BeOfType DateTimeOffset
        $event.Data.values | Should -Be 3
    }

    It 'nothing else''s conversion to a time is changed' {
        [DateTimeOffset] '2026-01-02T03:04:05Z' | Should -Be ([DateTimeOffset]::new(2026, 1, 2, 3, 4, 5, [TimeSpan]::Zero))
        [DateTimeOffset] [DateTime] '2026-01-02' | Should -BeOfType DateTimeOffset
    }

    It 'JSON has what the list shows: enums as names, and nothing from inside' -ForEach @(
        @{ What = { Get-EncryptionTenant acme } }
        @{ What = { Get-KeyProvider -TenantId acme } }
        @{ What = { Get-KeyEncryptionKey acme } }
        @{ What = { Get-EncryptionEvent -TenantId acme -Newest 1 } }
        @{ What = { Test-KeyProvider -TenantId acme } }
        @{ What = { Get-KeyMigration -TenantId named } }
        @{ What = { Get-TenantEncryption } }
        @{ What = { Get-EncryptionPlatform tableau-cloud } }
    ) {
        $one = & $What | Select-Object -First 1
        $json = $one | ConvertTo-Json -Depth 9
        $list = (Get-FormatData -TypeName $one.GetType().FullName -PowerShellVersion $PSVersionTable.PSVersion).FormatViewDefinition.Control |
            Where-Object { $_ -is [System.Management.Automation.ListControl] }
        $shown = @($list.Entries[0].Items) | ForEach-Object { $_.Label ? $_.Label : $_.DisplayEntry.Value } | Sort-Object -Unique
        $read = $json | ConvertFrom-Json
        $read.PSObject.Properties.Name | Sort-Object | Should -Be $shown
        foreach ($property in $one.GetType().GetProperties().Where{ $_.PropertyType.IsEnum }) { $read.($property.Name) | Should -Be "$($one.($property.Name))" }
        $one | Export-Clixml $file
        $back = Import-Clixml $file
        $back.PSObject.Properties.Name | Sort-Object | Should -Be $shown
    }

    It 'the enum <_.Enum.FullName> is its name' -ForEach $enums {
        foreach ($value in $Enum.GetEnumValues()) {
            ConvertTo-Json $value | Should -Be "`"$value`""
            [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($value)) | Should -BeExactly "$value"
        }
    }

    It 'the details of an event can be read in a table file' {
        $row = Get-EncryptionEvent -TenantId acme -Type *.data.protected | ConvertTo-Csv | ConvertFrom-Csv
        ($row.Data | ConvertFrom-Json).values | Should -Be 3
        $row.Outcome | Should -Be 'SUCCESS'
    }
}
