using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Files;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

/// <summary>The catalog brought up to date with the files that there are.</summary>
public sealed class CatalogUpdateTests
{
    [Fact]
    public async Task What_is_as_the_catalog_knows_it_is_counted_without_a_key_an_event_or_a_word()
    {
        (TestService service, _) = await TestService.WithCmkAsync(keyLease: TimeSpan.Zero);
        await using TestService owned = service;
        await service.ProtectAsync(service.Folders.Random("one"));
        await service.ProtectAsync(service.Folders.Random(Path.Combine("below", "two")));
        int events = (await service.EventsAsync()).Count;
        service.Kms.Forget();

        Updated updated = await UpdateAsync(service);

        Assert.Empty(updated.Outcomes);
        Assert.Equal(2, updated.Unchanged);
        Assert.Equal((0, events), (service.Kms.Count, (await service.EventsAsync()).Count));
    }

    [Fact]
    public async Task A_message_that_the_catalog_does_not_know_is_catalogued_under_its_key_and_holds_it()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        string message = await service.ProtectAsync(service.Folders.Random("one", 700_000));
        MessageInfo before = await OnlyEntryAsync(service);
        Forget(service);
        await service.Service.Providers.EnableAsync((await service.RegisterAsync("Next")).Id);
        File.SetLastWriteTimeUtc(message, new DateTime(2026, 3, 14, 12, 0, 0, DateTimeKind.Utc));

        CatalogChange change = Assert.Single((await UpdateAsync(service)).Changes);

        Assert.Equal(
            (message, CatalogChangeStatus.New, "acme", before.MessageId, before.KekId, null, null),
            (change.Path, change.Status, change.TenantId, change.MessageId, change.KekId, change.PreviousPath, change.Code));
        Assert.Equal(before with { CreatedAt = new DateTimeOffset(2026, 3, 14, 12, 0, 0, TimeSpan.Zero) }, await OnlyEntryAsync(service));
        Assert.Equal(1, (await service.ProviderAsync("CMK")).MessageCount);
        Assert.Equal(ErrorCodes.HasDependants, await Refusal.CodeOfAsync(() => service.Service.Providers.DisableAsync(cmk.Id)));
        Assert.Equal((1, 0, 0), await ToldAsync(service));
        Assert.Empty((await UpdateAsync(service)).Outcomes);
    }

    [Theory]
    [InlineData(0, 0, 0)] // The store was restored: it never counted the wrap.
    [InlineData(5, 5, 0)] // The entry was removed: it counted as a file.
    [InlineData(5, 2, 3)] // It may be one of three values, and it may not: none of them is forgotten.
    public async Task Whether_a_found_message_was_counted_is_unknown_so_no_value_is_ever_forgotten(long reserved, long asFiles, long values)
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.ProtectAsync(service.Folders.Random("one"));
        Forget(service);
        service.Sql("UPDATE key_encryption_keys SET reserved_wraps = $reserved, file_wraps = $files", ("$reserved", reserved), ("$files", asFiles));

        await UpdateAsync(service);

        KeyProvider provider = await service.InternalAsync();
        Assert.Equal((1, values), (provider.MessageCount, provider.ValueCount));
        Assert.Equal(reserved + 1, Assert.Single(await service.Service.Keys.ListAsync("acme")).ReservedWraps);
    }

    [Fact]
    public async Task Messages_of_a_Direct_tenant_are_catalogued_under_the_provider_that_opens_them()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(hierarchy: KeyHierarchy.Direct);
        await using TestService owned = service;
        await service.ProtectAsync(service.Folders.Random("one"));
        Forget(service);
        service.Kms.Forget();

        CatalogChange change = Assert.Single((await UpdateAsync(service)).Changes);

        Assert.Equal((CatalogChangeStatus.New, null, 1), (change.Status, change.KekId, service.Kms.CountOf("Decrypt")));
        Assert.Equal((1, 0), ((await service.ProviderAsync("CMK")).MessageCount, (await service.ProviderAsync("CMK")).ValueCount));
        Assert.Single(await service.Service.Data.ListCatalogAsync(providerId: cmk.Id).ToListAsync());
        Assert.NotNull((await service.EventsAsync())[^1].Data["kmsCalls"]);
    }

    [Fact]
    public async Task An_entry_follows_a_file_that_was_moved()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string message = await service.ProtectAsync(service.Folders.Random("one"));
        MessageInfo before = await OnlyEntryAsync(service);
        string moved = service.Folders.At("there", "1.tenc");
        Directory.CreateDirectory(Path.GetDirectoryName(moved)!);
        File.Move(message, moved);

        Updated updated = await UpdateAsync(service, remove: true);

        CatalogChange change = Assert.Single(updated.Changes);
        Assert.Equal((moved, CatalogChangeStatus.Moved, message, before.KekId), (change.Path, change.Status, change.PreviousPath, change.KekId));
        Assert.Equal(before with { Path = moved, Name = moved }, await OnlyEntryAsync(service));
        Assert.Equal((1, 0), ((await service.InternalAsync()).MessageCount, (await service.InternalAsync()).ValueCount));
        Assert.Equal((0, 1, 0), await ToldAsync(service));
        Assert.Null((await service.UnprotectAsync(moved, service.Folders.At("out"), new UnprotectOptions { Strict = true })).Warning);
    }

    [Fact]
    public async Task A_copy_has_no_entry_of_its_own_and_the_first_ones_follows_it_when_that_is_gone()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string message = await service.ProtectAsync(service.Folders.Random("one"));
        string copy = service.Folders.At("copy.tenc");
        File.Copy(message, copy);

        CatalogChange copied = Assert.Single((await UpdateAsync(service, remove: true)).Changes);
        Assert.Equal((copy, CatalogChangeStatus.Copied, message), (copied.Path, copied.Status, copied.PreviousPath));
        Assert.Equal(message, (await OnlyEntryAsync(service)).Path);

        File.Delete(message);
        CatalogChange moved = Assert.Single((await UpdateAsync(service, remove: true)).Changes);
        Assert.Equal((copy, CatalogChangeStatus.Moved), (moved.Path, moved.Status));
        Assert.Equal(copy, (await OnlyEntryAsync(service)).Path);
    }

    [Fact]
    public async Task Of_two_new_copies_the_first_is_catalogued()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string message = await service.ProtectAsync(service.Folders.Random("one"));
        File.Copy(message, service.Folders.At("two.tenc"));
        Forget(service);

        Assert.Equal(
            [(message, CatalogChangeStatus.New), (service.Folders.At("two.tenc"), CatalogChangeStatus.Copied)],
            (await UpdateAsync(service)).Changes.Select(change => (change.Path, change.Status)));
        Assert.Equal(1, (await service.InternalAsync()).MessageCount);
    }

    [Fact]
    public async Task What_is_missing_is_told_and_goes_when_that_is_asked_for_so_that_it_holds_no_key_any_more()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        string message = await service.ProtectAsync(service.Folders.Random("one"));
        await service.Service.Providers.EnableAsync((await service.RegisterAsync("Next")).Id);
        File.Delete(message);

        CatalogChange missing = Assert.Single((await UpdateAsync(service)).Changes);
        Assert.Equal((message, CatalogChangeStatus.Missing, "acme"), (missing.Path, missing.Status, missing.TenantId));
        Assert.Equal(ErrorCodes.HasDependants, await Refusal.CodeOfAsync(() => service.Service.Providers.DisableAsync(cmk.Id)));

        CatalogChange removed = Assert.Single((await UpdateAsync(service, remove: true)).Changes);
        Assert.Equal((message, CatalogChangeStatus.Removed, missing.MessageId), (removed.Path, removed.Status, removed.MessageId));
        Assert.Equal((0, 0, 1), await ToldAsync(service));
        await service.Service.Providers.DisableAsync(cmk.Id);
    }

    [Fact]
    public async Task A_file_that_is_named_may_be_missing_where_its_folder_is_there()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string one = await service.ProtectAsync(service.Folders.Random("one"));
        string two = await service.ProtectAsync(service.Folders.Random("two"));
        File.Delete(one);
        File.Delete(two);

        CatalogChange removed = Assert.Single((await UpdateAsync(service, one, remove: true)).Changes);

        Assert.Equal((one, CatalogChangeStatus.Removed), (removed.Path, removed.Status));
        Assert.Equal(two, (await OnlyEntryAsync(service)).Path);
    }

    [Fact]
    public async Task Of_a_disk_that_is_not_mounted_nothing_counts_as_missing()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string disk = service.Folders.At("disk");
        await service.ProtectAsync(service.Folders.Random(Path.Combine("disk", "below", "one")));
        Directory.Move(disk, service.Folders.At("unmounted"));

        FileOutcome<CatalogChange> absent = Assert.Single((await UpdateAsync(service, disk, remove: true)).Outcomes);
        Assert.Equal((ErrorCodes.SourceNotFound, disk), (absent.Error?.Code, absent.Source));
        FileOutcome<CatalogChange> named = Assert.Single((await UpdateAsync(service, Path.Combine(disk, "below", "one.tenc"), remove: true)).Outcomes);
        Assert.Equal(ErrorCodes.SourceNotFound, named.Error?.Code);

        Directory.CreateDirectory(disk);
        foreach (string root in new[] { disk, service.Folders.Work })
        {
            Updated empty = await UpdateAsync(service, root, remove: true);
            Assert.Equal(CatalogChangeStatus.Missing, Assert.Single(empty.Changes, change => change.Status != CatalogChangeStatus.Copied && change.Status != CatalogChangeStatus.Moved).Status);
            Assert.Equal(disk, Assert.Single(empty.Outcomes, outcome => outcome.Error is not null).Source);
            Assert.Equal(Path.Combine(disk, "below", "one.tenc"), (await OnlyEntryAsync(service)).Path);
            Directory.Delete(service.Folders.At("unmounted"), recursive: true);
            Directory.CreateDirectory(service.Folders.At("unmounted"));
        }

        Directory.Delete(disk);
        service.Folders.Write("something", []);
        Assert.Equal(CatalogChangeStatus.Removed, Assert.Single((await UpdateAsync(service, remove: true)).Changes).Status);
    }

    [Fact]
    public async Task A_question_is_told_how_much_is_missing_and_how_much_is_kept()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.ProtectAsync(service.Folders.Random("there"));
        File.Delete(await service.ProtectAsync(service.Folders.Random("gone")));
        await service.ProtectAsync(service.Folders.Random(Path.Combine("disk", "one")));
        Directory.Delete(service.Folders.At("disk"), recursive: true);
        Directory.CreateDirectory(service.Folders.At("disk"));

        await using CatalogUpdate update = service.Service.Data.BeginCatalogUpdate([service.Folders.Work, service.Folders.At("disk"), service.Folders.At("there.tenc")]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => update.CountMissingAsync());
        await update.RunAsync().ToListAsync();

        Assert.Equal([new MissingMessages(service.Folders.Work, 3, 2, 1)], await update.CountMissingAsync());
    }

    [Fact]
    public async Task Nothing_below_a_folder_that_cannot_be_listed_counts_as_missing()
    {
        if (!SpecialFiles.AreThere)
        {
            return;
        }

        await using TestService service = await TestService.WithTenantAsync();
        string one = await service.ProtectAsync(service.Folders.Random("one"));
        SpecialFiles.OverLongFolder(service.Folders.Work);
        try
        {
            string closed = (await UpdateAsync(service)).Outcomes.Single(outcome => outcome.Error is not null).Source;
            service.Sql("UPDATE catalog SET name = $name", ("$name", Path.Combine(closed, "one.tenc")));
            File.Delete(one);

            Updated updated = await UpdateAsync(service, remove: true);

            Assert.Equal((closed, ErrorCodes.StorageFailed), (Assert.Single(updated.Outcomes).Source, updated.Outcomes[0].Error?.Code));
            Assert.Equal(1, (await service.InternalAsync()).MessageCount);
        }
        finally
        {
            SpecialFiles.Remove(service.Folders.Work);
        }
    }

    [Fact]
    public async Task What_is_of_no_tenant_here_is_foreign_with_its_code()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await using TestService other = await TestService.OpenAsync();
        await other.Service.Tenants.CreateAsync(new NewTenant { TenantId = "globex" });
        await other.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        Directory.CreateDirectory(service.Folders.At("in"));
        File.Copy(await other.ProtectAsync(other.Folders.Random("one"), "globex"), service.Folders.At("in", "1.tenc"));
        File.Copy(await other.ProtectAsync(other.Folders.Random("two")), service.Folders.At("in", "2.tenc"));
        service.Folders.Write(Path.Combine("in", "3.tenc"), [.. "no message"u8]);
        service.Folders.Write(Path.Combine("in", "4.tenc"), File.ReadAllBytes(service.Folders.At("in", "2.tenc"))[..50]);
        service.Folders.Write(Path.Combine("in", "5.tenc"), []);
        service.Folders.Write(Path.Combine("in", "6"), [.. "no message, nor its name"u8]);

        Updated updated = await UpdateAsync(service, service.Folders.At("in"));

        Assert.All(updated.Changes, change => Assert.Equal(CatalogChangeStatus.Foreign, change.Status));
        Assert.Equal(
            [("1.tenc", ErrorCodes.TenantNotFound, "globex"), ("2.tenc", ErrorCodes.WrongKey, "acme"), ("3.tenc", ErrorCodes.NotAMessage, null), ("4.tenc", ErrorCodes.MessageTruncated, null), ("5.tenc", ErrorCodes.NotAMessage, null)],
            updated.Changes.Select(change => (Path.GetFileName(change.Path), change.Code, change.TenantId)));
        Assert.Empty(await service.Service.Data.ListCatalogAsync().ToListAsync());
    }

    [Fact]
    public async Task An_altered_header_is_not_catalogued_and_leads_no_entry_away()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string message = await service.ProtectAsync(service.Folders.Random("one"));
        byte[] altered = File.ReadAllBytes(message);
        int tag = TenantEncryption.Envelope.MessageReader.ReadHeader(altered).HeaderLength - 1;
        altered[tag] ^= 1;
        string forged = service.Folders.Write("forged.tenc", altered);
        File.Move(message, service.Folders.At("elsewhere"));

        Updated updated = await UpdateAsync(service, remove: true);

        CatalogChange change = Assert.Single(updated.Changes);
        Assert.Equal((forged, CatalogChangeStatus.Foreign, ErrorCodes.MessageAltered), (change.Path, change.Status, change.Code));
        Assert.Equal(message, (await OnlyEntryAsync(service)).Path);
    }

    [Fact]
    public async Task With_a_tenant_all_others_are_foreign_and_none_of_theirs_is_missing()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "globex" });
        string known = await service.ProtectAsync(service.Folders.Random("known"), "globex");
        string unknown = await service.ProtectAsync(service.Folders.Random("unknown"), "globex");
        File.Delete(await service.ProtectAsync(service.Folders.Random("gone"), "globex"));
        string own = await service.ProtectAsync(service.Folders.Random("own"));
        Forget(service, unknown, own);

        Updated updated = await UpdateAsync(service, remove: true, options: new CatalogUpdateOptions { TenantId = "acme" });

        Assert.Equal(
            [(known, CatalogChangeStatus.Foreign, ErrorCodes.WrongTenant), (own, CatalogChangeStatus.New, null), (unknown, CatalogChangeStatus.Foreign, ErrorCodes.WrongTenant)],
            updated.Changes.Select(change => (change.Path, change.Status, change.Code)));
        Assert.Equal(2, (await service.InternalAsync("globex")).MessageCount);
        Assert.Equal(ErrorCodes.TenantNotFound, await Refusal.CodeOfAsync(() => UpdateAsync(service, options: new CatalogUpdateOptions { TenantId = "nobody" })));
    }

    [Fact]
    public async Task Under_a_key_that_was_removed_a_known_message_stays_known_and_an_unknown_one_is_foreign()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(keyLease: TimeSpan.Zero);
        await using TestService owned = service;
        await service.ProtectAsync(service.Folders.Random("known"));
        string unknown = await service.ProtectAsync(service.Folders.Random("unknown"));
        await service.Service.Providers.EnableAsync((await service.RegisterAsync("Next")).Id);
        Forget(service, unknown);
        await service.Service.Providers.RemoveAsync(cmk.Id, force: true);

        Updated updated = await UpdateAsync(service);

        CatalogChange change = Assert.Single(updated.Changes);
        Assert.Equal((unknown, CatalogChangeStatus.Foreign, ErrorCodes.WrongKey, 1), (change.Path, change.Status, change.Code, updated.Unchanged));
    }

    [Fact]
    public async Task A_provider_that_refuses_is_asked_once_for_all_files_under_a_key()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        await service.ProtectAsync([.. Enumerable.Range(0, 20).Select(i => new FileRequest(service.Folders.Random($"{i:00}"), service.Folders.At($"{i:00}.tenc")))]);
        Forget(service);
        service.Service.Keys.ClearLeases("acme");
        await service.Keys.DisableAsync(cmk.KeyArn!);
        service.Kms.Forget();

        Updated updated = await UpdateAsync(service, options: new CatalogUpdateOptions { DegreeOfParallelism = 1 });

        Assert.Equal(20, updated.Changes.Count(change => (change.Status, change.Code) == (CatalogChangeStatus.Foreign, ErrorCodes.KeyDisabled)));
        Assert.Equal(1, service.Kms.CountOf("Decrypt"));
    }

    [Fact]
    public async Task Two_messages_that_were_swapped_are_told_and_nothing_is_changed()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string one = await service.ProtectAsync(service.Folders.Random("one"));
        string two = await service.ProtectAsync(service.Folders.Random("two"));
        List<MessageInfo> before = await service.Service.Data.ListCatalogAsync().ToListAsync();
        File.Move(one, one + "-");
        File.Move(two, one);
        File.Move(one + "-", two);

        List<CatalogChange> changes = (await UpdateAsync(service, remove: true)).Changes;

        Assert.Equal(
            [(one, before[1].MessageId, before[0].MessageId, two), (two, before[0].MessageId, before[1].MessageId, one)],
            changes.Select(change => (change.Path, change.MessageId!, change.CataloguedMessageId!, change.PreviousPath!)));
        Assert.All(changes, change => Assert.Equal((CatalogChangeStatus.Substituted, ErrorCodes.MessageSubstituted), (change.Status, change.Code)));
        Assert.Equal(before, await service.Service.Data.ListCatalogAsync().ToListAsync());
    }

    [Fact]
    public async Task A_message_that_was_moved_over_another_keeps_its_entry_though_it_is_not_where_that_says()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string one = await service.ProtectAsync(service.Folders.Random("one"));
        string two = await service.ProtectAsync(service.Folders.Random("two"));
        File.Move(one, two, overwrite: true);

        CatalogChange change = Assert.Single((await UpdateAsync(service, remove: true)).Changes);

        Assert.Equal((two, CatalogChangeStatus.Substituted, one), (change.Path, change.Status, change.PreviousPath));
        Assert.Equal(2, (await service.InternalAsync()).MessageCount);
    }

    [Fact]
    public async Task A_catalogued_file_that_is_no_message_any_more_is_told_with_its_code_and_is_not_missing()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string message = await service.ProtectAsync(service.Folders.Random("one"));
        string id = (await OnlyEntryAsync(service)).MessageId;
        File.WriteAllText(message, "no message");

        CatalogChange change = Assert.Single((await UpdateAsync(service, remove: true)).Changes);

        Assert.Equal((CatalogChangeStatus.Substituted, ErrorCodes.NotAMessage, id), (change.Status, change.Code, change.CataloguedMessageId));
        await OnlyEntryAsync(service);
    }

    [Fact]
    public async Task A_substitution_that_was_meant_is_accepted_by_another_name_for_a_while()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string source = service.Folders.Random("one");
        string message = await service.ProtectAsync(source);
        string older = (await OnlyEntryAsync(service)).MessageId;
        File.Copy(message, service.Folders.At("backup"));
        await service.ProtectAsync([new FileRequest(source, message)], new ProtectOptions { Force = true });
        File.Move(service.Folders.At("backup"), message, overwrite: true);
        Assert.Equal(CatalogChangeStatus.Substituted, Assert.Single((await UpdateAsync(service)).Changes).Status);

        File.Move(message, service.Folders.At("two.tenc"));
        Assert.Equal([CatalogChangeStatus.New, CatalogChangeStatus.Removed], (await UpdateAsync(service, remove: true)).Changes.Select(change => change.Status));
        File.Move(service.Folders.At("two.tenc"), message);
        Assert.Equal([CatalogChangeStatus.Moved], (await UpdateAsync(service)).Changes.Select(change => change.Status));

        Assert.Equal((message, older), ((await OnlyEntryAsync(service)).Path, (await OnlyEntryAsync(service)).MessageId));
    }

    [Fact]
    public async Task Links_and_temporary_files_are_left_alone_and_a_file_that_is_named_needs_no_certain_name()
    {
        if (!SpecialFiles.AreThere)
        {
            return;
        }

        await using TestService service = await TestService.WithTenantAsync();
        string message = await service.ProtectAsync(service.Folders.Random(Path.Combine("real", "one")));
        string named = service.Folders.At("named.bin");
        File.Move(message, named);
        string folder = Directory.CreateDirectory(service.Folders.At("folder")).FullName;
        File.CreateSymbolicLink(Path.Combine(folder, "link.tenc"), named);
        Directory.CreateSymbolicLink(Path.Combine(folder, "tree"), service.Folders.Work);
        string temporary = Path.Combine(folder, $".{new string('a', 20)}{OutputFile.Suffix}");
        File.Copy(named, temporary);
        Forget(service);

        Updated walked = await UpdateAsync(service, folder);
        Assert.Equal(["link.tenc", "tree"], walked.Outcomes.Where(outcome => outcome.Skipped is not null).Select(outcome => Path.GetFileName(outcome.Source)));
        Assert.Empty(walked.Changes);
        Assert.Empty((await UpdateAsync(service, temporary)).Changes);
        Assert.Equal((named, CatalogChangeStatus.New), ((await UpdateAsync(service, named)).Changes.Single().Path, CatalogChangeStatus.New));
    }

    [Fact]
    public async Task A_path_spelled_otherwise_is_the_same_file()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.ProtectAsync(service.Folders.Random("one"));
        string otherwise = Path.Combine(service.Folders.Work, ".", "x", "..");
        string inCase = PathIdentity.Comparison == StringComparison.Ordinal ? otherwise : otherwise.ToUpperInvariant();

        Updated updated = await UpdateAsync(service, inCase, remove: true);

        Assert.Empty(updated.Outcomes);
        Assert.Equal(1, updated.Unchanged);
    }

    [Fact]
    public async Task A_folder_without_messages_and_a_path_that_leads_nowhere_are_said()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string nowhere = service.Folders.At("nowhere");

        Updated updated = await UpdateAsync(service, [service.Folders.Work, nowhere]);

        Assert.Equal((nowhere, ErrorCodes.SourceNotFound), (updated.Outcomes[0].Source, updated.Outcomes[0].Error?.Code));
        Assert.Contains("There is no file", updated.Outcomes[1].Skipped, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rehearsal_tells_and_writes_nothing()
    {
        (TestService service, _) = await TestService.WithCmkAsync(keyLease: TimeSpan.Zero);
        await using TestService owned = service;
        string known = await service.ProtectAsync(service.Folders.Random("one"));
        File.Move(known, service.Folders.At("moved.tenc"));
        string added = await service.ProtectAsync(service.Folders.Random("two"));
        Forget(service, added);
        File.Delete(await service.ProtectAsync(service.Folders.Random("three")));
        List<MessageInfo> before = await service.Service.Data.ListCatalogAsync().ToListAsync();
        int events = (await service.EventsAsync()).Count;
        service.Kms.Forget();

        await using (CatalogUpdate update = service.Service.Data.BeginCatalogUpdate([service.Folders.Work], new CatalogUpdateOptions { IsRehearsal = true }))
        {
            Assert.Equal([CatalogChangeStatus.Moved, CatalogChangeStatus.New], (await update.RunAsync().ToListAsync()).Select(outcome => outcome.Result!.Status));
            Assert.Equal("three.tenc", Path.GetFileName(Assert.Single(await update.ListMissingAsync().ToListAsync()).Source));
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await update.RemoveMissingAsync().ToListAsync());
        }

        Assert.Equal(before, await service.Service.Data.ListCatalogAsync().ToListAsync());
        Assert.Equal((0, events), (service.Kms.Count, (await service.EventsAsync()).Count));
    }

    [Fact]
    public async Task A_writer_that_replaces_a_file_while_it_is_looked_at_is_not_taken_for_a_forger_and_loses_nothing()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string source = service.Folders.Random("one");
        string message = await service.ProtectAsync(source);
        string next = await service.ProtectAsync(service.Folders.Random("two"));
        var effects = new HookedFileEffects
        {
            BeforeOpen = path =>
            {
                // The first one was read by then, and is compared with the catalog after.
                if (path == next)
                {
                    service.ProtectAsync([new FileRequest(source, message)], new ProtectOptions { Force = true }).GetAwaiter().GetResult();
                }
            },
        };
        await using TestService looking = await service.OpenAnotherAsync(options => options with { FileEffects = effects });

        Updated updated = await UpdateAsync(looking, remove: true, options: new CatalogUpdateOptions { DegreeOfParallelism = 1 });

        Assert.Empty(updated.Outcomes);
        Assert.Equal(2, (await service.InternalAsync()).MessageCount);
        Assert.Null((await service.UnprotectAsync(message, service.Folders.At("out"), new UnprotectOptions { Strict = true })).Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_writer_between_the_name_and_the_confirmation_is_not_disturbed(bool isKnown)
    {
        await using TestService service = await TestService.WithTenantAsync();
        string source = service.Folders.Random("one");
        if (isKnown)
        {
            await service.ProtectAsync(source);
        }

        Updated? seen = null;
        var effects = new HookedFileEffects { AfterRename = _ => seen = UpdateAsync(service, remove: true).GetAwaiter().GetResult() };
        await using TestService writing = await service.OpenAnotherAsync(options => options with { FileEffects = effects });

        FileOutcome<ProtectedFile> written = Assert.Single(await writing.ProtectAsync([new FileRequest(source, source + ".tenc")], new ProtectOptions { Force = true }));

        Assert.Null(written.Error);
        Assert.Empty(seen!.Outcomes);
        Assert.Equal(1, seen.Unchanged);
        Assert.Equal((written.Result!.MessageId, 1L), ((await OnlyEntryAsync(service)).MessageId, (await service.InternalAsync()).MessageCount));
    }

    [Fact]
    public async Task A_file_that_comes_back_before_its_entry_goes_keeps_it()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string message = await service.ProtectAsync(service.Folders.Random("one"));
        File.Move(message, service.Folders.At("away"));
        await using CatalogUpdate update = service.Service.Data.BeginCatalogUpdate([service.Folders.Work]);
        await update.RunAsync().ToListAsync();
        Assert.Equal(1, Assert.Single(await update.CountMissingAsync()).Missing);
        File.Move(service.Folders.At("away"), message);

        Assert.Empty(await update.RemoveMissingAsync().ToListAsync());

        await OnlyEntryAsync(service);
    }

    [Fact]
    public async Task Many_files_are_catalogued_and_missed_in_pages_each_with_its_event()
    {
        TestFolders folders = TestFolders.InMemory();
        await using TestService service = await TestService.WithTenantAsync(folders: folders);
        FileRequest[] files = [.. Enumerable.Range(0, 1300).Select(i => new FileRequest(folders.Write($"{i:0000}", []), folders.At($"{i:0000}.tenc")))];
        await service.ProtectAsync(files);
        Forget(service);

        Assert.Equal(1300, (await UpdateAsync(service)).Changes.Count(change => change.Status == CatalogChangeStatus.New));
        Assert.Equal((1300, 0, 0), await ToldAsync(service));
        Array.ForEach(files, file => File.Delete(file.Destination));
        Assert.Equal(1300, (await UpdateAsync(service, remove: true)).Changes.Count(change => change.Status == CatalogChangeStatus.Removed));
        Assert.Equal((1300, 0, 1300), await ToldAsync(service));
        Assert.True((await service.EventsAsync()).Count(one => one.Type.EndsWith(EventTypes.CatalogUpdated, StringComparison.Ordinal)) is > 2 and < 20);
        Assert.Equal((0, 0), ((await service.InternalAsync()).MessageCount, (await service.InternalAsync()).ValueCount));
        Assert.True((await service.Service.Events.VerifyAsync()).Success);
    }

    [Fact]
    public async Task A_stop_ends_it_and_what_is_catalogued_stays()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.ProtectAsync([.. Enumerable.Range(0, 600).Select(i => new FileRequest(service.Folders.Write($"{i:000}", []), service.Folders.At($"{i:000}.tenc")))]);
        Forget(service);
        using var stop = new CancellationTokenSource();
        var effects = new HookedFileEffects
        {
            BeforeOpen = path =>
            {
                if (path.EndsWith("590.tenc", StringComparison.Ordinal))
                {
                    stop.Cancel();
                }
            },
        };
        await using TestService looking = await service.OpenAnotherAsync(options => options with { FileEffects = effects });
        await using (CatalogUpdate update = looking.Service.Data.BeginCatalogUpdate([service.Folders.Work], new CatalogUpdateOptions { DegreeOfParallelism = 1 }))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await update.RunAsync(cancellationToken: stop.Token).ToListAsync());
        }

        long catalogued = (await service.InternalAsync()).MessageCount;
        Assert.InRange(catalogued, 1, 599);
        Assert.Equal(600 - catalogued, (await UpdateAsync(service)).Changes.Count);
    }

    // As a store that was restored from a backup knows nothing of files written since.
    // As a store from before these entries would be: its counts are those of what it has.
    private static void Forget(TestService service, params string[] names)
    {
        service.Sql(
            "DELETE FROM catalog WHERE $names = '[]' OR name IN (SELECT value FROM json_each($names))",
            ("$names", Newtonsoft.Json.JsonConvert.SerializeObject(names)));
        service.Sql("UPDATE key_encryption_keys SET messages = (SELECT count(*) FROM catalog WHERE kek_id = key_encryption_keys.kek_id)");
        service.Sql("UPDATE key_providers SET direct_messages = (SELECT count(*) FROM catalog WHERE direct_provider_id = key_providers.id)");
    }

    private static async Task<MessageInfo> OnlyEntryAsync(TestService service) => Assert.Single(await service.Service.Data.ListCatalogAsync().ToListAsync());

    private static async Task<(long New, long Moved, long Removed)> ToldAsync(TestService service)
    {
        List<EncryptionEvent> told = [.. (await service.EventsAsync()).Where(one => one.Type.EndsWith(EventTypes.CatalogUpdated, StringComparison.Ordinal))];
        return (Sum("new"), Sum("moved"), Sum("removed"));

        long Sum(string name) => told.Sum(one => (long)one.Data[name]!);
    }

    private static Task<Updated> UpdateAsync(TestService service, string? path = null, bool remove = false, CatalogUpdateOptions? options = null) =>
        UpdateAsync(service, [path ?? service.Folders.Work], remove, options);

    private static async Task<Updated> UpdateAsync(TestService service, IReadOnlyList<string> paths, bool remove = false, CatalogUpdateOptions? options = null)
    {
        await using CatalogUpdate update = service.Service.Data.BeginCatalogUpdate(paths, options);
        List<FileOutcome<CatalogChange>> outcomes = await update.RunAsync().ToListAsync();
        outcomes.AddRange(await (remove ? update.RemoveMissingAsync() : update.ListMissingAsync()).ToListAsync());
        return new Updated(outcomes, update.Unchanged);
    }

    private sealed record Updated(List<FileOutcome<CatalogChange>> Outcomes, long Unchanged)
    {
        public List<CatalogChange> Changes => [.. Outcomes.Where(outcome => outcome.Result is not null).Select(outcome => outcome.Result!)];
    }
}
