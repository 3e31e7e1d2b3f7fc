#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $qlikRole = 'arn:aws:iam::338144066592:role/byok-encryption-proxy-role'
    $keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'

    # What Tableau's Key Policy dialog shows; the account of its own example has letters, which no AWS account has.
    $tableau = @'
{
    "Version": "2012-10-17",
    "Id": "sfdc-key-access-policy",
    "Statement": [
{ "Sid": "AllowSalesforceShieldKeyBroker1234567890abc", "Effect": "Allow", "Principal": { "AWS": "arn:aws:sts::123456789012:assumed-role/EkmAwsKmsAccessRole/session12" }, "Action": [ "kms:GenerateDataKey*", "kms:Decrypt" ], "Resource": "*", "Condition": { "StringEquals": { "kms:EncryptionContext:sf-auth": "abcdefghij" } } }
] }
'@

    function Get-Code([scriptblock] $Script) {
        try { & $Script; 'none' } catch { $_.FullyQualifiedErrorId -replace ',.*' }
    }

    # A tenant of Qlik Cloud with a registered key of its own, without a replica or, in eu-north-1, where none is asked for.
    function New-QlikProvider([string] $TenantId, [string] $KeyArn, [string] $Organization) {
        $null = New-EncryptionTenant $TenantId -Platform qlik-cloud -Organization $Organization
        New-KeyProvider -TenantId $TenantId -Name "$TenantId-cmk" -KeyArn ($KeyArn ? $KeyArn : (New-LocalKey $sandbox).Arn) -EndpointUrl $sandbox.LocalKms.Url
    }
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'Get-KeyPolicy' {
    It 'of a platform needs neither a key, nor an account, nor a store' {
        $run = Invoke-Runbook "`$env:TENANTENCRYPTION_HOME = '$($sandbox.Root)/none'; Get-KeyPolicy -Platform qlik-cloud -TenantId t1, t2 -StatementOnly -AsJson -WarningAction SilentlyContinue"
        $run.Errors | Should -BeNullOrEmpty
        $statement = $run.Output | ConvertFrom-Json
        $statement.Principal.AWS | Should -HaveCount 4
        $statement.Condition.StringEquals.'kms:EncryptionContext:TenantId' | Should -Be 't1', 't2'
        Join-Path $sandbox.Root none | Should -Not -Exist
    }

    It 'shows the JSON by default, which is the same text as -AsJson' {
        $policy = Get-KeyPolicy -Platform qlik-cloud-government -TenantId t1 -StatementOnly
        ($policy | Out-String -Width 400).Trim() -split '\r?\n' | Should -Be ($policy.Json -split '\n')
        ($policy.Json | ConvertFrom-Json).Sid | Should -HaveCount 2
    }

    It 'is whole with the key''s ARN and administrators' {
        $policy = Get-KeyPolicy -Platform qlik-cloud -TenantId t1 -KeyArn $keyArn -Administrator arn:aws:iam::111122223333:role/KeyAdmin
        $policy.Statements.Sid | Select-Object -First 2 | Should -Be 'Enable IAM User Permissions', 'Allow access for Key Administrators'
        $policy | Test-KeyPolicy -TenantId t1 -KeyArn $keyArn -Quiet | Should -BeTrue
    }

    It 'names what is missing and where it comes from' {
        { Get-KeyPolicy -Platform tableau-cloud -ErrorAction Stop } | Should -Throw -ErrorId 'PLACEHOLDER_MISSING,*' -ExpectedMessage '*SidSuffix*SfAuth*'
        { Get-KeyPolicy -Platform amazon-q-business -ErrorAction Stop } | Should -Throw -ErrorId 'PLACEHOLDER_MISSING,*' -ExpectedMessage "*AdminRole*Region, from the key's ARN*"
        { Get-KeyPolicy -Platform qlik-cloud -TenantId a -Parameter @{ Nonsense = 1 } -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*' -ExpectedMessage '*TenantIds*'
    }

    It 'takes what Tableau shows as <_>' -ForEach 'text', 'a file' {
        Set-Content tableau.json $tableau
        $from = $_ -eq 'text' ? $tableau : './tableau.json'
        $statement = Get-KeyPolicy -Platform tableau-cloud -From $from -StatementOnly -AsJson
        ($statement | ConvertFrom-Json | ConvertTo-Json -Depth 9 -Compress) | Should -Be (($tableau | ConvertFrom-Json).Statement[0] | ConvertTo-Json -Depth 9 -Compress)
    }

    It 'names the difference when it is not what Tableau shows' {
        { Get-KeyPolicy -Platform tableau-cloud -From ($tableau -replace 'sf-auth', 'sf-other') -ErrorAction Stop } |
            Should -Throw -ErrorId 'TEMPLATE_MISMATCH,*' -ExpectedMessage '*lacks kms:EncryptionContext:sf-auth*'
        Get-Code { Get-KeyPolicy -Platform tableau-cloud -From '{ no' -ErrorAction Stop } | Should -Be 'MALFORMED_POLICY'
        Get-Code { Get-KeyPolicy -Platform tableau-cloud -From nofile.json -ErrorAction Stop } | Should -Be 'SOURCE_NOT_FOUND'
    }

    It 'warns of several tenants, and that KMS would refuse an example account' {
        Get-KeyPolicy -Platform qlik-cloud -TenantId a, b -KeyArn $keyArn -WarningVariable warnings -WarningAction SilentlyContinue | Out-Null
        "$warnings" | Should -BeLike '*2 tenants share the key*'
        Get-KeyPolicy -Platform tableau-cloud -From ($tableau -replace '123456789012', '123456789abc') -KeyArn $keyArn -WarningVariable warnings -WarningAction SilentlyContinue | Out-Null
        "$warnings" | Should -BeLike '*KMS would refuse*123456789abc*'
    }
}

Describe 'Set-KeyPolicy' {
    It 'makes a refused key work, changes nothing the second time, and shows the difference before' {
        $provider = New-QlikProvider acme
        $live = Get-KeyPolicy $provider -Live -AsJson
        Test-KeyPolicy $live -Platform qlik-cloud -TenantId acme | ForEach-Object Code | Should -Be 'POLICY_DENIED'

        $whatIf = Invoke-Runbook "`$env:TENANTENCRYPTION_HOME = '$env:TENANTENCRYPTION_HOME'; Set-KeyPolicy acme-cmk -WhatIf"
        $whatIf.Output | Should -BeLike '*--- eu-west-1 (live)*+            "acme"*'
        Get-KeyPolicy $provider -Live -AsJson | Should -Be $live

        $provider | Set-KeyPolicy -Confirm:$false | Should -BeNullOrEmpty
        (Get-KeyPolicy $provider -Live | Test-KeyPolicy -TenantId acme).Code | Should -Be 'SUCCESS'
        (Get-KeyPolicy $provider -Merged).Changes | Should -BeNullOrEmpty
        $before = @(Get-EncryptionEvent -Type *keypolicy.updated).Count
        Set-KeyPolicy $provider -Confirm:$false
        @(Get-EncryptionEvent -Type *keypolicy.updated).Count | Should -Be $before
    }

    It 'keeps the statements of others and the tenants that are listed' {
        $key = (New-LocalKey $sandbox).Arn
        $first = New-QlikProvider one $key
        $null = New-QlikProvider two $key
        Set-KeyPolicy $first -Confirm:$false
        $change = (Get-KeyPolicy two-cmk -Merged -WarningAction SilentlyContinue).Changes
        $change.Added | Should -Be 'Condition StringEquals kms:EncryptionContext:TenantId two'
        "$($change.Kind)" | Should -Be 'Updated'
        $policy = Set-KeyPolicy two-cmk -Confirm:$false -PassThru -WarningAction SilentlyContinue
        $policy.Statements[0].Sid | Should -Be 'Enable IAM User Permissions'
        ($policy.Json | ConvertFrom-Json).Statement[1].Condition.StringEquals.'kms:EncryptionContext:TenantId' | Should -Be 'one', 'two'
    }

    It 'asks, and where it can''t says so and puts nothing' {
        $provider = New-QlikProvider asked
        $run = Invoke-Runbook "`$env:TENANTENCRYPTION_HOME = '$env:TENANTENCRYPTION_HOME'; Set-KeyPolicy asked-cmk -ErrorVariable e -ErrorAction SilentlyContinue; `$e[0].FullyQualifiedErrorId" -Option '-NonInteractive'
        $run.Output | Should -BeLike '*CONFIRMATION_REQUIRED,*'
        (Get-KeyPolicy $provider -Live).Statements | Should -HaveCount 1
    }

    It 'refuses a key of two organisations on Qlik' {
        $null = New-EncryptionTenant beta -Platform qlik-cloud -Organization Beta
        $null = New-QlikProvider alpha -Organization Alpha
        { Set-KeyPolicy alpha-cmk -TenantId alpha, beta -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'KEY_SHARED_ACROSS_ORGANIZATIONS,*'
    }

    It 'sets every region of a multi-Region key' {
        $key = (Invoke-LocalKms $sandbox.LocalKms CreateKey @{ MultiRegion = $true }).KeyMetadata.Arn
        $null = Invoke-LocalKms $sandbox.LocalKms ReplicateKey @{ KeyId = $key; ReplicaRegion = 'eu-west-3' }
        $provider = New-QlikProvider everywhere $key
        (Set-KeyPolicy $provider -Confirm:$false -PassThru).Region | Should -Be 'eu-west-1', 'eu-west-3'
        foreach ($policy in Get-KeyPolicy $provider -Live) {
            Test-KeyPolicy $policy -TenantId everywhere -KeyArn $policy.KeyArn -Quiet | Should -BeTrue
        }
    }

    It 'names the internal KMS and an unknown tenant' {
        $null = New-QlikProvider known
        Get-Code { Get-KeyProvider -TenantId known -Type Internal | Set-KeyPolicy -Confirm:$false -ErrorAction Stop } | Should -Be 'INVALID_INPUT'
        Get-Code { Set-KeyPolicy known-cmk -TenantId nobody -Confirm:$false } | Should -Be 'TENANT_NOT_FOUND'
    }
}

Describe 'Test-KeyPolicy' {
    BeforeAll {
        $right = Get-KeyPolicy -Platform qlik-cloud -TenantId t1 -KeyArn $keyArn
    }

    It 'finds <Code> when <Name>' -ForEach @(
        @{ Name = 'an action is missing'; From = '"kms:Decrypt",'; To = ''; Code = 'POLICY_DENIED'; Finding = 'MISSING_ACTION' }
        @{ Name = 'a role is missing'; From = '338144066592:role/byok-encryption'; To = '111122223333:role/byok-encryption'; Code = 'POLICY_DENIED'; Finding = 'MISSING_PRINCIPAL' }
        @{ Name = 'the tenant is another one'; From = '"t1"'; To = '"t2"'; Code = 'POLICY_DENIED'; Finding = 'WRONG_CONTEXT_VALUE' }
        @{ Name = 'the context key is another one'; From = ':TenantId"'; To = ':Tenant"'; Code = 'POLICY_DENIED'; Finding = 'WRONG_CONTEXT_KEY' }
        @{ Name = 'any tenant will do'; From = 'StringEquals'; To = 'StringNotEquals'; Code = 'POLICY_DENIED'; Finding = 'CONTEXT_NOT_ENFORCED' }
        @{ Name = 'the account is left out'; From = '"kms:\*"'; To = '"kms:Describe*"'; Code = 'POLICY_LOCKOUT'; Finding = 'ACCOUNT_LOCKED_OUT' }
        @{ Name = 'a statement is malformed'; From = '"Effect": "Allow"'; To = '"Effect": "allow"'; Code = 'MALFORMED_POLICY'; Finding = 'MALFORMED_STATEMENT' }
        @{ Name = 'the JSON is malformed'; From = '"Resource": "\*",'; To = '"Resource": "*"'; Code = 'MALFORMED_POLICY'; Finding = 'MALFORMED_JSON' }
    ) {
        $result = $right.Json -replace $From, $To | Test-KeyPolicy -Platform qlik-cloud -TenantId t1 -KeyArn $keyArn
        $result.Success | Should -BeFalse
        $result.Code | Should -Be $Code
        $result.Findings.Code | Should -Contain $Finding
    }

    It 'tells line and column' {
        Set-Content policy.json ($right.Json -replace '"t1"', '"t2"')
        $finding = (Test-KeyPolicy -Path policy.json -Platform qlik-cloud -TenantId t1).Findings | Where-Object Code -eq 'WRONG_CONTEXT_VALUE'
        $line = (Get-Content policy.json)[$finding.Line - 1]
        $line.Substring($finding.Column - 1) | Should -BeLike '"kms:EncryptionContext:TenantId"*'
    }

    It 'gives one Boolean with -Quiet' {
        $right, ($right.Json -replace '"t1"', '"t2"') | Test-KeyPolicy -Platform qlik-cloud -TenantId t1 -Quiet | Should -Be $false
        $right, $right | Test-KeyPolicy -TenantId t1 -Quiet | Should -Be $true
    }

    It 'decides one request and names the statement' {
        $allowed = Test-KeyPolicy $right -Principal $qlikRole -Action kms:Decrypt -EncryptionContext @{ TenantId = 't1' }
        "$($allowed.Decision)" | Should -Be 'Allowed'
        $allowed.Statement | Should -BeLike "Enable Qlik's proxy roles*"
        $denied = Test-KeyPolicy $right -Principal $qlikRole -Action kms:Decrypt -EncryptionContext @{ TenantId = 't2' }
        "$($denied.Decision)" | Should -Be 'Denied'
        $denied.Reason | Should -BeLike "*nearest is statement 1*the request has 't2'*"
        Test-KeyPolicy $right -Principal $qlikRole -Action kms:PutKeyPolicy -Quiet | Should -BeFalse
    }

    It 'takes a policy that came back from a file, and gives enums as text' {
        $right | Export-Clixml policy.clixml
        Import-Clixml policy.clixml | Test-KeyPolicy -TenantId t1 -Quiet | Should -BeTrue
        Test-KeyPolicy ($right.Json -replace '"t1"', '"t2"') -Platform qlik-cloud -TenantId t1 | Export-Clixml result.clixml
        $back = Import-Clixml result.clixml
        $back.Findings[0].Severity | Should -Be 'Error'
        $back.Findings[0].Severity | Should -BeOfType [string]
    }

    It 'says what it can''t take' {
        Get-Code { Get-Item . | Test-KeyPolicy -Platform qlik-cloud -ErrorAction Stop } | Should -Be 'INVALID_INPUT'
        Get-Code { Test-KeyPolicy $right.Json -ErrorAction Stop } | Should -Be 'INVALID_INPUT'
        Get-Code { Test-KeyPolicy $right -Principal nobody -Action kms:Decrypt -ErrorAction Stop } | Should -Be 'INVALID_ARN'
        Get-Code { Test-KeyPolicy $right -Principal $qlikRole -Action 'kms:*' -ErrorAction Stop } | Should -Be 'INVALID_INPUT'
        Get-Code { Test-KeyPolicy -Path none.json -Platform qlik-cloud -TenantId t1 -ErrorAction Stop } | Should -Be 'SOURCE_NOT_FOUND'
    }
}

Describe 'Test-KeyPolicy reads' {
    BeforeAll {
        $policy = Get-KeyPolicy -Platform qlik-cloud -TenantId t1 -KeyArn $keyArn
        $decrypt = @{ Principal = $qlikRole; Action = 'kms:Decrypt'; EncryptionContext = @{ TenantId = 't1' } }
        # As PowerShell gives the output of a program: line by line.
        $answer = @{ Policy = $policy.Json; PolicyName = 'default' } | ConvertTo-Json
        $printed = @{
            'the JSON that aws kms get-key-policy prints'  = $answer
            'its lines'                                    = $answer -split "`n"
            'the lines of --output text'                   = "$($policy.Json)`tdefault" -split "`n"
            'the object that ConvertFrom-Json makes of it' = $answer | ConvertFrom-Json
            'text with a byte order mark'                  = [char] 0xFEFF + $policy.Json
            'the lines of a file'                          = $policy.Json -split "`n"
        }
    }

    It '<_>' -ForEach @(
        'the JSON that aws kms get-key-policy prints', 'its lines', 'the lines of --output text', 'the object that ConvertFrom-Json makes of it'
        'text with a byte order mark', 'the lines of a file'
    ) {
        $piped = @($printed[$_] | Test-KeyPolicy -Platform qlik-cloud -TenantId t1 -KeyArn $keyArn)
        $piped | Should -HaveCount 1
        $piped.Code | Should -Be 'SUCCESS'
        Test-KeyPolicy $printed[$_] @decrypt -Quiet | Should -BeTrue
    }

    It 'a file with the answer of the AWS CLI' {
        Set-Content answer.json $answer
        Test-KeyPolicy -Path answer.json @decrypt -Quiet | Should -BeTrue
    }

    It 'the statements of <_> alone, and says so' -ForEach 'qlik-cloud', 'qlik-cloud-government' {
        $result = Get-KeyPolicy -Platform $_ -TenantId t1 -StatementOnly | Test-KeyPolicy -TenantId t1
        $result.Code | Should -Be 'SUCCESS'
        $result.Findings.Where({ $_.Code -eq 'STATEMENTS_ONLY' }).Severity | Should -Be 'Information'
    }

    It 'lines that go wrong as one policy, with the place' {
        $lines = ($policy.Json -replace '"Resource": "\*",', '"Resource": "*"') -split "`n"
        $result = @($lines | Test-KeyPolicy -Platform qlik-cloud -TenantId t1)
        $result | Should -HaveCount 1
        $result.Findings.Code | Should -Be 'MALFORMED_JSON'
        $result.Findings.Line | Should -BeGreaterThan 2
        @('{ "Version": "2012', $policy.Json | Test-KeyPolicy -Platform qlik-cloud -TenantId t1).Code | Should -Be 'MALFORMED_POLICY', 'SUCCESS'
    }

    It 'typographic quotes as what they are' {
        $result = $policy.Json.Replace([char] '"', [char] 0x201C) | Test-KeyPolicy -Platform qlik-cloud -TenantId t1
        $result.Findings.Observed | Should -BeLike '*typographic quote*U+201C*'
        $result.Findings.Remedy | Should -BeLike '*straight quotes*'
    }

    It 'lists of values' {
        $grants = '{ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:user/alice" }, "Action": "kms:CreateGrant", "Resource": "*", "Condition": { "ForAllValues:StringEquals": { "kms:GrantOperations": [ "Decrypt", "RetireGrant" ] } } }'
        $ask = @{ Policy = $grants; Principal = 'arn:aws:iam::111122223333:user/alice'; Action = 'CreateGrant'; Quiet = $true; KeyArn = $keyArn }
        Test-KeyPolicy @ask -Condition @{ 'kms:GrantOperations' = 'Decrypt', 'RetireGrant' } | Should -BeTrue
        Test-KeyPolicy @ask -Condition @{ 'kms:GrantOperations' = 'Decrypt', 'Encrypt' } | Should -BeFalse
    }

    It 'identity policies, from text and from files' {
        $ask = @{ Policy = $policy; Principal = 'arn:aws:iam::111122223333:user/alice'; Action = 'Decrypt' }
        $use = '{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*" } }'
        Set-Content use.json $use
        (Test-KeyPolicy @ask).AssumesIdentityPolicy | Should -BeTrue
        Test-KeyPolicy @ask -IdentityPolicy @() -Quiet | Should -BeFalse
        foreach ($given in $use, './use.json') {
            $result = Test-KeyPolicy @ask -IdentityPolicy $given
            $result.Success | Should -BeTrue
            $result.AssumesIdentityPolicy | Should -BeFalse
        }
        Get-Code { Test-KeyPolicy @ask -IdentityPolicy '{}' -ErrorAction Stop } | Should -Be 'MALFORMED_POLICY'
        Get-Code { Test-KeyPolicy @ask -IdentityPolicy none.json -ErrorAction Stop } | Should -Be 'SOURCE_NOT_FOUND'
    }

    It 'a question without what its request can''t have, and says so' {
        $describe = Test-KeyPolicy $policy -Principal $qlikRole -Action DescribeKey -EncryptionContext @{ TenantId = 't1' } -WarningVariable warnings -WarningAction SilentlyContinue
        $describe.Success | Should -BeFalse
        "$warnings" | Should -BeLike '*kms:DescribeKey never has kms:EncryptionContext:TenantId*'
        { Test-KeyPolicy $policy -Principal $qlikRole -Action kms:Decript -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*' -ExpectedMessage '*kms:Decrypt*'
    }
}

Describe 'Test-KeyPolicy says what a live KMS answers' {
    BeforeAll {
        $sandbox.LocalKms ??= Start-LocalKms
        $anything = '{ "Version": "2012-10-17", "Statement": [ { "Effect": "Allow", "Action": "kms:*", "Resource": "*" } ] }'
        $sso = 'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef'
        $people = @{
            alice   = @{ Arn = 'arn:aws:iam::111122223333:user/alice'; Policy = @() }
            carol   = @{ Arn = 'arn:aws:iam::111122223333:user/carol'; Policy = @($anything) }
            sso     = @{ Arn = 'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane'; Policy = @($anything) }
            partner = @{ Arn = 'arn:aws:iam::444455556666:role/partner'; Policy = @($anything) }
            bare    = @{ Arn = 'arn:aws:iam::444455556666:role/bare'; Policy = @() }
            service = @{ Arn = 'qbusiness.amazonaws.com'; Policy = @() }
        }
        $principals = foreach ($name in $people.Keys) {
            $arn = $people[$name].Arn
            $own = $people[$name].Policy | ForEach-Object { @{ own = $_ | ConvertFrom-Json } }
            $key = @(@{ id = $name; secret = $name })
            if ($name -eq 'sso') { @{ arn = $sso; policies = $own }; @{ arn = $arn; accessKeys = $key } }
            elseif ($own) { @{ arn = $arn; accessKeys = $key; policies = $own } }
            else { @{ arn = $arn; accessKeys = $key } }
        }
        $null = Invoke-RestMethod "$($sandbox.LocalKms.Url)/_localkms/principals" -Method Put -Body (@{ principals = @($principals) } | ConvertTo-Json -Depth 9) -ContentType application/json
    }

    It '<Who> <Action>: <Expected> <Why>' -ForEach @(
        @{ Who = 'alice'; Action = 'DescribeKey'; Expected = $false; Why = 'by the root statement alone'; Statement = @() }
        @{ Who = 'carol'; Action = 'DescribeKey'; Expected = $true; Why = 'by the root statement and an identity policy'; Statement = @() }
        @{ Who = 'alice'; Action = 'DescribeKey'; Expected = $true; Why = 'by name'; Statement = '{ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:user/alice" }, "Action": "kms:Describe*", "Resource": "*" }' }
        @{ Who = 'alice'; Action = 'DescribeKey'; Expected = $false; Why = 'as a condition on the encryption context is never met'; Statement = '{ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:user/alice" }, "Action": "kms:*", "Resource": "*", "Condition": { "StringEquals": { "kms:EncryptionContext:TenantId": "a" } } }' }
        @{ Who = 'carol'; Action = 'DescribeKey'; Expected = $false; Why = 'as a Deny names the account'; Statement = '{ "Effect": "Deny", "Principal": { "AWS": "111122223333" }, "Action": "kms:DescribeKey", "Resource": "*", "Condition": { "StringLike": { "aws:username": "car*" } } }' }
        @{ Who = 'partner'; Action = 'DescribeKey'; Expected = $true; Why = 'as both accounts allow it'; Statement = '{ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::444455556666:root" }, "Action": "kms:*", "Resource": "*" }' }
        @{ Who = 'bare'; Action = 'DescribeKey'; Expected = $false; Why = 'as its own account does not allow it'; Statement = '{ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::444455556666:root" }, "Action": "kms:*", "Resource": "*" }' }
        @{ Who = 'partner'; Action = 'ListResourceTags'; Expected = $false; Why = 'as it has no effect across accounts'; Statement = '{ "Effect": "Allow", "Principal": { "AWS": "444455556666" }, "Action": "kms:*", "Resource": "*" }' }
        @{ Who = 'partner'; Action = 'GetKeyPolicy'; Expected = $false; Why = 'as it has no effect across accounts'; Statement = '{ "Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*" }' }
        @{ Who = 'partner'; Action = 'GetKeyRotationStatus'; Expected = $true; Why = 'which works across accounts'; Statement = '{ "Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*" }' }
        @{ Who = 'sso'; Action = 'GetKeyPolicy'; Expected = $false; Why = 'as a Deny names its role with the path'; Statement = '{ "Effect": "Deny", "Principal": { "AWS": "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef" }, "Action": "kms:GetKeyPolicy", "Resource": "*" }' }
        @{ Who = 'sso'; Action = 'GetKeyPolicy'; Expected = $true; Why = 'as a Deny spares its role'; Statement = '{ "Effect": "Deny", "Principal": "*", "Action": "kms:GetKeyPolicy", "Resource": "*", "Condition": { "ArnNotLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*" } } }' }
        @{ Who = 'carol'; Action = 'GetKeyPolicy'; Expected = $false; Why = 'as the Deny does not spare her'; Statement = '{ "Effect": "Deny", "Principal": "*", "Action": "kms:GetKeyPolicy", "Resource": "*", "Condition": { "ArnNotLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*" } } }' }
        @{ Who = 'alice'; Action = 'ListGrants'; Expected = $false; Why = 'as NotPrincipal names her'; Statement = '{ "Effect": "Allow", "NotPrincipal": { "AWS": "arn:aws:iam::111122223333:user/alice" }, "Action": "kms:*", "Resource": "*" }' }
        @{ Who = 'alice'; Action = 'ListGrants'; Expected = $true; Why = 'as NotPrincipal names somebody else'; Statement = '{ "Effect": "Allow", "NotPrincipal": { "AWS": "arn:aws:iam::111122223333:user/carol" }, "Action": "kms:*", "Resource": "*" }' }
        @{ Who = 'alice'; Action = 'ListGrants'; Expected = $false; Why = 'as no service calls for her'; Statement = '{ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:user/alice" }, "Action": "kms:ListGrants", "Resource": "*", "Condition": { "Bool": { "kms:GrantIsForAWSResource": "true" } } }' }
        @{ Who = 'service'; Action = 'DescribeKey'; Expected = $true; Why = 'as a service that is named'; Statement = '{ "Effect": "Allow", "Principal": { "Service": "qbusiness.amazonaws.com" }, "Action": "kms:DescribeKey", "Resource": "*" }' }
        @{ Who = 'service'; Action = 'DescribeKey'; Expected = $false; Why = 'as another service is named'; Statement = '{ "Effect": "Allow", "Principal": { "Service": "s3.amazonaws.com" }, "Action": "kms:DescribeKey", "Resource": "*" }' }
    ) {
        $root = '{ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:root" }, "Action": "kms:*", "Resource": "*" }'
        $document = '{{ "Version": "2012-10-17", "Statement": [ {0} ] }}' -f (@($root) + $Statement -join ', ')
        $key = (Invoke-LocalKms $sandbox.LocalKms CreateKey @{ Policy = $document; BypassPolicyLockoutSafetyCheck = $true }).KeyMetadata.Arn
        $live = try { $null = Invoke-LocalKms $sandbox.LocalKms $Action @{ KeyId = $key } -AccessKey $Who; $true } catch { $_.ErrorDetails.Message -notlike '*AccessDeniedException*' }
        $simulated = Test-KeyPolicy $document -Principal $people[$Who].Arn -Action $Action -IdentityPolicy $people[$Who].Policy -KeyArn $key
        $simulated.Success | Should -Be $live -Because $simulated.Reason
        $live | Should -Be $Expected
    }
}

Describe 'Set-KeyPolicy on a hardened policy' {
    It 'puts the statement where <Name>, <Told>' -ForEach @(
        @{ Name = 'all but an administrator are denied'; Told = 'without a word'; Condition = '{ "ArnNotLike": { "aws:PrincipalArn": "arn:aws:iam::111122223333:root" } }'; Warning = '' }
        @{ Name = 'all but the organisation are denied'; Told = 'with a warning'; Condition = '{ "StringNotEquals": { "aws:PrincipalOrgID": "o-1" } }'; Warning = '*the Deny in statement 1 ''Hard'' (StringNotEquals aws:PrincipalOrgID*' }
        @{ Name = 'all without MFA are denied'; Told = 'with a warning'; Condition = '{ "BoolIfExists": { "aws:MultiFactorAuthPresent": "false" } }'; Warning = '*the Deny in statement 1 ''Hard'' (BoolIfExists aws:MultiFactorAuthPresent*' }
        @{ Name = 'all but roles of permission sets are denied'; Told = 'without a word'; Condition = '{ "ArnNotLike": { "aws:PrincipalArn": [ "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*" ] } }'; Warning = '' }
    ) {
        $tenant = "hard-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
        $provider = New-QlikProvider $tenant
        # In the organisation, and with MFA, is who administers here.
        $root = @{ arn = 'arn:aws:iam::111122223333:root'; accessKeys = @(@{ id = 'local'; secret = 'local' }); context = @{ 'aws:PrincipalOrgID' = 'o-1'; 'aws:MultiFactorAuthPresent' = 'true' } }
        $null = Invoke-RestMethod "$($sandbox.LocalKms.Url)/_localkms/principals" -Method Put -Body (@{ principals = @($root) } | ConvertTo-Json -Depth 9) -ContentType application/json
        $hard = '{{ "Version": "2012-10-17", "Statement": [ {{ "Effect": "Allow", "Principal": {{ "AWS": "arn:aws:iam::111122223333:root" }}, "Action": "kms:*", "Resource": "*" }}, {{ "Sid": "Hard", "Effect": "Deny", "Principal": "*", "Action": "kms:PutKeyPolicy", "Resource": "*", "Condition": {0} }} ] }}' -f $Condition
        $null = Invoke-LocalKms $sandbox.LocalKms PutKeyPolicy @{ KeyId = $provider.KeyArn; Policy = $hard; PolicyName = 'default' }
        Set-KeyPolicy $provider -Confirm:$false -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike $Warning
        (Get-KeyPolicy $provider -Live | Test-KeyPolicy -TenantId $tenant).Code | Should -Be 'SUCCESS'
    }
}
