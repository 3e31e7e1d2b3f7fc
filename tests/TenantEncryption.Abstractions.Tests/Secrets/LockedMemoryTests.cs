using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TenantEncryption.Keys;

namespace TenantEncryption.Abstractions.Tests.Secrets;

/// <summary>What Linux says of the memory in which keys are: proc_pid_smaps(5). Other systems don't tell.</summary>
public class LockedMemoryTests
{
    [Theory]
    [InlineData(32)]
    [InlineData(512)]
    [InlineData(4096)]
    [InlineData(10_000)]
    public void A_secret_is_locked_left_out_of_dumps_and_wiped_in_a_forked_process(int length)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using SecretBytes secret = SecretBytes.Random(length);

        string[] flags = FlagsAt(AddressOf(secret.Span));
        Assert.Contains("lo", flags);
        Assert.Contains("dd", flags);
        Assert.Contains("wf", flags);
    }

    [Fact]
    public void Memory_of_the_garbage_collector_is_none_of_these()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        string[] flags = FlagsAt(AddressOf(GC.AllocateArray<byte>(32, pinned: true)));
        Assert.DoesNotContain("lo", flags);
        Assert.DoesNotContain("wf", flags);
    }

    private static unsafe ulong AddressOf(ReadOnlySpan<byte> span) => (ulong)Unsafe.AsPointer(ref MemoryMarshal.GetReference(span));

    private static string[] FlagsAt(ulong address)
    {
        bool isIn = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0].Split('-') is [var from, var to])
            {
                isIn = address >= Number(from) && address < Number(to);
            }
            else if (isIn && words[0] == "VmFlags:")
            {
                return words[1..];
            }
        }

        throw new InvalidOperationException("The memory is in no mapping.");
    }

    private static ulong Number(string text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
