using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TenantEncryption.Keys;

namespace TenantEncryption.Abstractions.Tests.Secrets;

public class SecretBytesTests
{
    // The sizes at the borders of slots, and pages of their own.
    public static TheoryData<int> Lengths => [0, 1, 32, 63, 64, 65, 512, 513, 4096, 4097, 100_000];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_secret_is_zero_when_it_is_made_and_holds_what_is_written(int length)
    {
        byte[] content = new byte[length];
        Random.Shared.NextBytes(content);
        using var secret = new SecretBytes(length);

        Assert.Equal(length, secret.Length);
        Assert.Equal(length, secret.Span.Length);
        Assert.False(secret.Span.ContainsAnyExcept((byte)0));
        content.CopyTo(secret.Span);
        Assert.Equal(content, secret.Span);
        Assert.Equal(content, secret.Memory.Span);
        using var copy = new SecretBytes(secret.Span);
        Assert.Equal(content, copy.Span);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(512)]
    [InlineData(4096)]
    public unsafe void A_secret_is_zeroed_when_it_is_disposed(int length)
    {
        SecretBytes secret = SecretBytes.Random(length);
        byte* address = AddressOf(secret);
        secret.Span.Fill(0xA5);

        secret.Dispose();

        Assert.False(new ReadOnlySpan<byte>(address, length).Contains((byte)0xA5));
    }

    [Fact]
    public void A_disposed_secret_gives_nothing_and_may_be_disposed_again()
    {
        SecretBytes secret = SecretBytes.Random(32);
        Memory<byte> memory = secret.Memory;

        secret.Dispose();
        secret.Dispose();

        Assert.Throws<ObjectDisposedException>(() => secret.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => secret.Memory);
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => memory.Pin());
        Assert.Equal(32, secret.Length);
    }

    [Fact]
    public void A_secret_that_is_disposed_by_many_threads_at_once_gives_its_memory_back_once()
    {
        SecretBytes[] secrets = [.. Enumerable.Range(0, 20_000).Select(_ => new SecretBytes(32))];
        using var start = new Barrier(4);
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(DisposeAll))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        // Two secrets in one slot would have one address.
        SecretBytes[] held = [.. secrets.Select(_ => new SecretBytes(32))];
        Assert.Equal(held.Length, held.Select(Number).Distinct().Count());
        foreach (SecretBytes secret in held)
        {
            secret.Dispose();
        }

        void DisposeAll()
        {
            start.SignalAndWait();
            foreach (SecretBytes secret in secrets)
            {
                secret.Dispose();
            }
        }
    }

    [Fact]
    public void A_negative_length_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new SecretBytes(-1));

    [Fact]
    public unsafe void Memory_is_pinned_where_the_secret_is()
    {
        using SecretBytes secret = SecretBytes.Random(32);
        using System.Buffers.MemoryHandle handle = secret.Memory[5..].Pin();

        Assert.Equal((nint)AddressOf(secret) + 5, (nint)handle.Pointer);
    }

    [Fact]
    public void A_thousand_threads_never_share_the_memory_of_a_secret()
    {
        const int Threads = 1000;
        int overlaps = 0;
        using var start = new ManualResetEventSlim();
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(Work, maxStackSize: 128 << 10) { Name = $"{number}" })];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        start.Set();
        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        Assert.Equal(0, overlaps);

        void Work()
        {
            start.Wait();
            var random = new Random(int.Parse(Thread.CurrentThread.Name!, System.Globalization.CultureInfo.InvariantCulture));
            for (int i = 0; i < 100; i++)
            {
                using var secret = new SecretBytes(random.Next(1, 1200));
                byte mark = (byte)random.Next(1, 256);
                bool wasZero = !secret.Span.ContainsAnyExcept((byte)0);
                secret.Span.Fill(mark);
                Thread.Yield();
                if (!wasZero || secret.Span.ContainsAnyExcept(mark))
                {
                    Interlocked.Increment(ref overlaps);
                }
            }
        }
    }

    [Fact]
    public unsafe void A_secret_that_nobody_disposes_is_zeroed_and_its_memory_used_again()
    {
        const int Length = 400;
        nint address = 0;

        // A thread of its own: what it used last is kept while it lives.
        var thread = new Thread(() => address = (nint)Forget(Length));
        thread.Start();
        thread.Join();
        Collect();

        Assert.False(new ReadOnlySpan<byte>((void*)address, Length).Contains((byte)0xA5));
        var held = new List<SecretBytes>();
        try
        {
            do
            {
                held.Add(new SecretBytes(Length));
                Assert.True(held.Count < 10_000, "The slot was not given back.");
            }
            while (Number(held[^1]) != address);
        }
        finally
        {
            held.ForEach(secret => secret.Dispose());
        }
    }

    [Fact]
    public void A_span_outlives_the_last_reference_to_its_secret()
    {
        ReadOnlySpan<byte> span = SpanOfForgotten();
        Collect();

        Assert.False(span.ContainsAnyExcept((byte)0xA5));
    }

    [Fact]
    public void Memory_keeps_its_secret()
    {
        Memory<byte> memory = Remember();
        for (int i = 0; i < 20; i++)
        {
            // No longer among the secrets that this thread used last.
            using var other = new SecretBytes(1);
            other.Span[0] = 1;
        }

        Collect();

        Assert.False(memory.Span.ContainsAnyExcept((byte)0xA5));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static Memory<byte> Remember() => Filled(400).Memory;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe byte* Forget(int length) => AddressOf(Filled(length));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ReadOnlySpan<byte> SpanOfForgotten() => Filled(400).Span;

    private static SecretBytes Filled(int length)
    {
        var secret = new SecretBytes(length);
        secret.Span.Fill(0xA5);
        return secret;
    }

    private static void Collect()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static unsafe nint Number(SecretBytes secret) => (nint)AddressOf(secret);

    private static unsafe byte* AddressOf(SecretBytes secret) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(secret.Span));
}
