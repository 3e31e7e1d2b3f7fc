// Kills working processes at random instants and looks whether anything was lost. The store is SQLite's, or where TENANTENCRYPTION_TEST_STORE has the connection
// string of a PostgreSQL server, in a schema there.
//   Chaos rounds <seed> <seconds>               rounds of two workers that are killed with SIGKILL, each followed by a verification; 0 when all hold
//   Chaos platform-key <seed> <seconds>         the same where the root is sealed under the platform's key, and rotated often
//   Chaos work <folder> <kms url> <seed>        one worker: protects, reads, rotates and migrates until it is killed
//   Chaos memory <folder> <MiB> [<limit MiB>]   protects and unprotects one file of that size; prints the peak memory of the process
//   Chaos new-folders <folder> <runs>           protects and unprotects 300 new folders of 4 files so many times; 0 when no file failed
//   Chaos kill-switch <processes> <reads/s> <lease s>   processes read while the master key is disabled; 0 when none reads beyond the lease and a second
//   Chaos bucket <objects> <processes> <threads> [<s>]  writes objects of a bucket anew, by one process and by several of which one is killed every 5 s, while a writer goes on; 0 when nothing was lost
//   Chaos unlocked <folder>                     opens a store twice and protects and reads a value, without the right to lock memory; prints each warning
using System.Globalization;
using TenantEncryption.Chaos;

switch (args)
{
    case ["rounds", var seed, var seconds]:
        return await Rounds.RunAsync(Number(seed), TimeSpan.FromSeconds(Number(seconds)));
    case ["platform-key", var seed, var seconds]:
        return await Rounds.RunAsync(Number(seed), TimeSpan.FromSeconds(Number(seconds)), platformKey: true);
    case ["work", var folder, var url, var seed]:
        await new Worker(new Scene(folder, url), Number(seed)).RunAsync();
        return 0;
    case ["memory", var folder, var size, .. var limit]:
        return await Memory.RunAsync(folder, Number(size), limit is [var most] ? Number(most) : int.MaxValue);
    case ["new-folders", var folder, var runs]:
        return await NewFolders.RunAsync(folder, Number(runs));
    case ["kill-switch", var processes, var rate, var lease]:
        return await KillSwitch.RunAsync(Number(processes), Number(rate), TimeSpan.FromSeconds(Number(lease)));
    case ["read", var folder, var url, var rate]:
        await KillSwitch.ReadAsync(new Scene(folder, url), Number(rate));
        return 0;
    case ["bucket", var objects, var processes, var threads, .. var every]:
        return await Buckets.RunAsync(Number(objects), Number(processes), Number(threads), TimeSpan.FromSeconds(every is [var interval] ? Number(interval) : 5));
    case ["bucket-work", var folder, var url, var threads]:
        await Buckets.WorkAsync(new Scene(folder, url), Number(threads));
        return 0;
    case ["unlocked", var folder]:
        await Unlocked.RunAsync(folder);
        return 0;
    default:
        Console.Error.WriteLine("Chaos rounds <seed> <seconds> | Chaos memory <folder> <MiB> [<limit MiB>] | Chaos new-folders <folder> <runs> | Chaos kill-switch <processes> <reads/s> <lease s> | Chaos bucket <objects> <processes> <threads> [<s>]");
        return 2;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
