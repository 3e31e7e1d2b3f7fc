# What each output shows, by importance: of a table, columns that don't fit go from the right. New-ViewFile.ps1 says what the words mean.
#   Table   'Property'        a column as wide as its type's longest value; of a text 'Property=width', or 'Property=*' for the rest of the line
#           'Label:Property'  the same under another name; 'Label:Name=width' of Scripts is a script's value
#   List    the properties; what is shown is also what Clixml, jobs and ConvertTo-Json carry
#   Depth   how deep Clixml goes, 3 if not given
#   Default 'List' where the objects are few and their texts long
@{
    Views   = @(
        @{
            Type = 'TenantEncryption.StoreInfo'; Default = 'List'
            Table = 'Tenants=8', 'Providers=9', 'Keys=8', 'Messages=12', 'Schema:SchemaVersion=6', 'Path=*'
            List = 'Path', 'StoreId', 'SchemaVersion', 'RootKeyProtection', 'RootKeyId', 'Tenants', 'Providers', 'Keys', 'Messages', 'LogHead'
        }
        @{
            Type = 'TenantEncryption.Tenants.EncryptionTenant'
            Table = 'TenantId=20', 'DisplayName=21', 'Platform=21', 'Region=14', 'KeyHierarchy', 'CreatedAt'
            List = 'TenantId', 'DisplayName', 'Platform', 'Region', 'Edition', 'Organization', 'Parent', 'KeyHierarchy', 'KeyLease', 'Epoch', 'CreatedAt'
        }
        @{
            Type = 'TenantEncryption.Providers.KeyProvider'
            Table = 'TenantId=20', 'Name=25', 'Status', 'Keys:KeyCount=7', 'Messages:MessageCount=12', 'Key:KeyId=36'
            List = 'Id', 'TenantId', 'Name', 'Description', 'Type', 'KeyIdentifier', 'KeyArn', 'ArnFingerprint', 'ContextValue', 'Parameters', 'SecondLayer', 'Status', 'Current',
                'MultiRegion', 'ReplicaKeys', 'RefusedRegions', 'Grants', 'Connection', 'CreatedAt', 'PromotedToCurrentAt', 'DemotedFromCurrentAt', 'LastTest', 'LastTestedAt', 'KeyCount', 'MessageCount',
                'ValueCount'
        }
        @{
            Type = 'TenantEncryption.MasterKeys.MasterKey'
            Table = 'Aliases=22', 'State=22', 'Rotation', 'Providers:ProviderCount=9', 'Replicas:ReplicaList=14', 'Key:KeyId=36'
            List = 'KeyArn', 'Region', 'State', 'Aliases', 'Description', 'Spec', 'Usage', 'Origin', 'Manager', 'Rotation', 'RotationPeriodInDays', 'NextRotation', 'MultiRegion',
                'IsPrimary', 'Replicas', 'Grants', 'Tags', 'Providers', 'LastUsedAt', 'LastOperation', 'UsageTrackedSince', 'CreatedAt', 'DeletionDate', 'Notes', 'Connection', 'ProfileName', 'EndpointUrl', 'RoleArn', 'ExternalId'
        }
        @{
            Type = 'TenantEncryption.MasterKeys.MasterKeyReplica'
            Table = 'Region=14', 'State=22', 'IsPrimary', 'KeyArn=*'
            List = 'KeyArn', 'Region', 'State', 'IsPrimary'
        }
        @{
            Type = 'TenantEncryption.Grants.KeyGrant'; Default = 'List'
            Table = 'Region=14', 'Name=24', 'Context:ContextList=16', 'Grantee=*'
            List = 'Name', 'Region', 'GranteePrincipal', 'GranteeServicePrincipal', 'SourceArn', 'RetiringPrincipal', 'RetiringServicePrincipal', 'Operations', 'EncryptionContextSubset', 'EncryptionContextEquals', 'TenantId', 'GrantId', 'GrantToken', 'KeyArn',
                'IssuingAccount', 'CreatedAt', 'Connection'
        }
        @{
            Type = 'TenantEncryption.Providers.KeyProviderTestResult'
            Table = 'Success', 'Code=20', 'Verdict', 'Name=20', 'TenantId=*'
            List = 'Success', 'Code', 'Verdict', 'VendorCode', 'TenantId', 'Name', 'ProviderId', 'Platform', 'KeyArn', 'Time', 'Checks'
        }
        @{
            Type = 'TenantEncryption.Providers.KeyProviderCheck'
            Table = 'Outcome', 'Code=20', 'Name=15', 'Subject', 'Observed=*'
            List = 'Name', 'Subject', 'Outcome', 'Code', 'Region', 'Observed', 'Remedy'
        }
        @{
            Type = 'TenantEncryption.Providers.KeyHistoryEntry'
            Table = 'Time', 'Event:ShortEvent=23', 'Status', 'Detail=24', 'Name=16', 'Actor=*'
            List = 'Time', 'Name', 'Event', 'Status', 'Actor', 'Detail'
        }
        @{
            Type = 'TenantEncryption.Keys.KeyEncryptionKey'
            Aliases = @{ Provider = 'ProviderId' }
            Table = 'KekId=24', 'Status', 'ProviderName=19', 'Messages=12', 'Reserved:ReservedWraps=13', 'CreatedAt'
            List = 'KekId', 'TenantId', 'Status', 'ProviderId', 'Provider', 'ProviderName', 'CreatedAt', 'ReservedWraps', 'Messages'
        }
        @{
            Type = 'TenantEncryption.Migration.KeyMigration'
            Table = 'State', 'Progress=8', 'Failed=9', 'Id=24', 'TenantId=12', 'To:ToName=*'
            List = 'Id', 'TenantId', 'State', 'Progress', 'Mode', 'MigratingFrom', 'MigratingFromName', 'MigratingTo', 'MigratingToName', 'Actor', 'InitiatedAt', 'CompletedAt', 'Total', 'Done',
                'Failed', 'FailureCode'
        }
        @{
            Type = 'TenantEncryption.Migration.KeyMigrationPlan'; Default = 'List'
            Table = 'Keys:Keks=7', 'Messages=12', 'KmsCalls=8', 'From:MigratingFrom=16', 'To:MigratingTo=16', 'TenantId=*'
            List = 'TenantId', 'Mode', 'MigratingFrom', 'MigratingTo', 'NewKey', 'Keks', 'Messages', 'Values', 'KmsCalls', 'IsNeeded', 'Refusals', 'Warnings', 'Notes'
        }
        @{
            Type = 'TenantEncryption.Migration.MigrationItem'
            Table = 'State', 'Code=20', 'KekId=24', 'Detail=*'
            List = 'MigrationId', 'KekId', 'IsNewKey', 'State', 'Code', 'Detail'
        }
        @{
            Type = 'TenantEncryption.Events.EncryptionEvent'; Depth = 4
            Table = 'Time', 'Type:ShortType=23', 'Outcome=20', 'TenantId=15', 'Sequence=12', 'UserId=*'
            List = 'Sequence', 'Time', 'Type', 'Outcome', 'TenantId', 'UserId', 'Id', 'Source', 'SpecVersion', 'Data'
        }
        @{
            Type = 'TenantEncryption.Events.EventLogTestResult'; Default = 'List'
            Table = 'Success', 'Code=20', 'Records=12', 'FirstBad=12', 'Head=*'
            List = 'Success', 'Code', 'Records', 'FirstBad', 'Detail', 'Excludes', 'Head'
        }
        @{
            Type = 'TenantEncryption.Data.ProtectedFile'
            Aliases = @{ PSPath = 'Path' }
            Table = 'TenantId=14', 'Length=15', 'Elapsed', 'Path=*'
            List = 'Path', 'Source', 'TenantId', 'MessageId', 'KekId', 'Length', 'Elapsed'
        }
        @{
            Type = 'TenantEncryption.Data.UnprotectedFile'
            Aliases = @{ PSPath = 'Path' }
            Table = 'TenantId=14', 'Length=15', 'Elapsed', 'Path=*'
            List = 'Path', 'Source', 'TenantId', 'MessageId', 'Length', 'Elapsed'
        }
        @{
            Type = 'TenantEncryption.Data.MessageInfo'
            Aliases = @{ PSPath = 'Path' }
            Table = 'TenantId=14', 'Length=15', 'Authenticated', 'Path=*'
            List = 'Path', 'TenantId', 'MessageId', 'KekId', 'KeyArn', 'FormatVersion', 'AlgorithmSuite', 'FrameLength', 'EncryptionContext', 'EncryptedDataKeys', 'Length', 'CreatedAt',
                'Authenticated'
        }
        @{
            Type = 'TenantEncryption.Data.MessageTestResult'
            Aliases = @{ PSPath = 'Path' }
            Table = 'Success', 'Code=20', 'Length=15', 'Path=*'
            List = 'Path', 'Success', 'Code', 'Detail', 'TenantId', 'MessageId', 'Length'
        }
        @{
            Type = 'TenantEncryption.Platforms.PlatformProfile'; Depth = 2
            Table = 'Name=21', 'ContextKey=10', 'InternalProvider=18', 'Description=*'
            List = 'Name', 'Description', 'Partitions', 'Regions', 'MultiRegion', 'FipsEndpoints', 'IdentifierForms', 'ContextKey', 'ContextValueRequired', 'InternalProvider', 'EventPrefix',
                'ShareOperation', 'SecondLayer', 'Statements', 'Placeholders', 'Grant', 'Lifecycle', 'SeparateOrganizations', 'Children', 'InternalOnlyEditions', 'VendorCodes', 'FileHash', 'Notes'
        }
        @{
            Type = 'TenantEncryption.Platforms.PlatformRegion'
            Table = 'Name=14', 'Backup=14', 'Title=*'
            List = 'Name', 'Title', 'Backup'
        }
        @{
            Type = 'TenantEncryption.Platforms.PlatformNote'; Default = 'List'
            Table = 'Source=24', 'Text=*'
            List = 'Text', 'Source'
        }
        @{
            Type = 'TenantEncryption.Policies.Documents.KeyPolicy'; Default = 'Json'
            Table = 'Platform=23', 'Region=14', 'Statements:StatementCount=10', 'Changes:ChangeCount=7', 'KeyArn=*'
            List = 'Platform', 'KeyArn', 'Region', 'Statements', 'Changes', 'Warnings', 'Json'
        }
        @{
            Type = 'TenantEncryption.Policies.Documents.KeyPolicyStatement'
            Table = 'Effect=6', 'Sid=26', 'Principal:PrincipalList=22', 'Action=22', 'Condition=*'
            List = 'Sid', 'Effect', 'Principal', 'Action', 'Condition', 'Json'
        }
        @{
            Type = 'TenantEncryption.Policies.Merging.PolicyChange'
            Table = 'Kind', 'Sid=22', 'Added=*', 'Removed=*'
            List = 'Kind', 'Sid', 'Added', 'Removed'
        }
        @{
            Type = 'TenantEncryption.Policies.Findings.PolicyAnalysis'
            Table = 'Success', 'Code=20', 'Errors:ErrorCount=6', 'Warnings:WarningCount=8', 'First:FirstFinding=*'
            List = 'Success', 'Code', 'Platform', 'Findings'
        }
        @{
            Type = 'TenantEncryption.Policies.Findings.PolicyFinding'
            Table = 'Severity', 'Code=20', 'Line=6', 'Observed=*'
            List = 'Severity', 'Code', 'Statement', 'Principal', 'Action', 'Observed', 'Remedy', 'Line', 'Column'
        }
        @{
            Type = 'TenantEncryption.Policies.Findings.AccessTestResult'; Default = 'List'
            Table = 'Decision', 'Statement=24', 'Action=20', 'Reason=*'
            List = 'Decision', 'Success', 'Code', 'Principal', 'Action', 'Statement', 'Reason', 'AssumesIdentityPolicy', 'Statements'
        }
        @{
            Type = 'TenantEncryption.Policies.StatementVerdict'
            Table = 'Applies', 'Source=12', 'Statement=24', 'Explanation=*'
            List = 'Source', 'Statement', 'Applies', 'Explanation'
        }
        @{
            Type = 'TenantEncryption.Drills.DrillResult'
            Table = 'Success', 'Code=20', 'Drill', 'Elapsed', 'Name=26', 'TenantId=20'
            List = 'Success', 'Code', 'Drill', 'DrillId', 'TenantId', 'Name', 'ProviderId', 'KeyArn', 'Time', 'Elapsed', 'Steps'
        }
        @{
            Type = 'TenantEncryption.Drills.DrillStep'
            Table = 'Name=16', 'Outcome', 'Region=14', 'Elapsed', 'Observed=*'
            List = 'Name', 'Region', 'Outcome', 'Code', 'Time', 'Elapsed', 'Observed'
        }
    )
    Scripts = @{
        KeyId          = '("$($_.KeyArn)" -split "/")[-1]'
        ProviderCount  = '@($_.Providers).Count'
        ReplicaList    = '@($_.Replicas).ForEach{ "$_" } -join ", "'
        ContextList    = 'if ($_.EncryptionContextSubset) { @(foreach ($one in $_.EncryptionContextSubset.GetEnumerator()) { "$($one.Key)=$($one.Value)" }) -join ", " }'
        # Without the platform's prefix; a long one goes on after its hyphen.
        ShortEvent     = '$short = ("$($_.Event)" -split "\.")[-2, -1] -join "."; if ($short.Length -gt 23) { $short -replace "-", "-`n" } else { $short }'
        ShortType      = '$short = ("$($_.Type)" -split "\.")[-2, -1] -join "."; if ($short.Length -gt 23) { $short -replace "-", "-`n" } else { $short }'
        ToName         = '$_.MigratingToName ?? $_.MigratingTo'
        StatementCount = '@($_.Statements).Count'
        ChangeCount    = '@($_.Changes).Count'
        PrincipalList  = 'if (@($_.Principal).Count -le 1) { @($_.Principal)[0] } else { "$(@($_.Principal).Count) principals" }'
        ErrorCount     = '@($_.Findings).Where{ $_.Severity -eq "Error" }.Count'
        WarningCount   = '@($_.Findings).Where{ $_.Severity -eq "Warning" }.Count'
        FirstFinding   = '(@($_.Findings) | Select-Object -First 1).Observed'
    }
}
