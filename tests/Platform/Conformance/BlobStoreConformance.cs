using CsCheck;
using Orrery.Kernel;
using Orrery.Platform.Blobs;
using Xunit;

namespace Orrery.Platform.Tests.Conformance;

/// <summary>What every <see cref="IBlobStore"/> does.</summary>
public abstract class BlobStoreConformance : Conformance<IBlobStore>
{
    private static readonly Digest Absent = Digest.Of("nothing has this content");

    [Fact]
    public async Task What_was_put_is_read_back_after_reopening()
    {
        await using var storage = NewStorage();
        Blob blob;
        await using (var opened = await storage.OpenAsync())
            blob = await opened.Port.PutAsync("content"u8.ToArray());
        await using var again = await storage.OpenAsync();
        Assert.Equal(new Blob(Digest.Of("content"), 7), blob);
        Assert.Equal("content"u8.ToArray(), await again.Port.ReadAsync(blob.Digest, 100));
        Assert.Equal("content"u8.ToArray(), await File.ReadAllBytesAsync(await again.Port.LocalPathAsync(blob.Digest)));
        Assert.Equal(7, await again.Port.LengthAsync(blob.Digest));
        Assert.True(await again.Port.VerifyAsync(blob.Digest));
    }

    [Fact]
    public async Task Any_bytes_have_the_name_of_their_digest()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var sizes = Gen.OneOf<int>(Gen.Int[0, 100], Gen.Int[131_070, 131_074], Gen.Const(400_000));
        await sizes.SelectMany(size => Gen.Byte.Array[size]).SampleAsync(async bytes =>
        {
            var blob = await opened.Port.PutAsync(bytes);
            Assert.Equal(new Blob(Digest.Of(bytes), bytes.Length), blob);
            Assert.Equal(bytes, await opened.Port.ReadAsync(blob.Digest, bytes.Length));
        }, iter: 30, threads: 1);
    }

    [Fact]
    public async Task The_same_content_from_many_at_once_is_one_blob()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var bytes = new byte[300_000];
        var blobs = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => opened.Port.PutAsync(bytes))));
        Assert.Single(blobs.Distinct());
        Assert.True(await opened.Port.VerifyAsync(blobs[0].Digest));
        Assert.Empty(Directory.EnumerateFileSystemEntries(opened.Port.ScratchFolder));
    }

    [Fact]
    public async Task A_finished_file_moves_into_the_store()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var path = Path.Combine(opened.Port.ScratchFolder, "made.bin");
        await WriteAsync(path, "moved");
        var blob = await opened.Port.PutFileAsync(path);
        Assert.Equal(Digest.Of("moved"), blob.Digest);
        Assert.False(File.Exists(path));
        Assert.True(await opened.Port.VerifyAsync(blob.Digest));
    }

    [Fact]
    public async Task A_file_from_elsewhere_is_stored_too_and_a_link_is_followed_not_moved()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        using var elsewhere = new Orrery.Tests.TempFolder();
        await WriteAsync(elsewhere.File("target"), "target");
        await WriteAsync(elsewhere.File("plain"), "plain");
        var link = Path.Combine(opened.Port.ScratchFolder, "link");
        File.CreateSymbolicLink(link, elsewhere.File("target"));

        var plain = await opened.Port.PutFileAsync(elsewhere.File("plain"));
        var linked = await opened.Port.PutFileAsync(link);
        Assert.False(File.Exists(elsewhere.File("plain")));
        Assert.True(File.Exists(elsewhere.File("target")));
        Directory.Delete(elsewhere.Path, recursive: true);
        Directory.CreateDirectory(elsewhere.Path);
        Assert.True(await opened.Port.VerifyAsync(plain.Digest));
        Assert.True(await opened.Port.VerifyAsync(linked.Digest));
    }

    [Fact]
    public async Task A_source_that_fails_half_way_leaves_nothing()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var bytes = new byte[500_000];
        await Assert.ThrowsAsync<FormatException>(() => opened.Port.PutAsync(new FailingStream(bytes, failAt: 300_000)));
        Assert.Null(await opened.Port.LengthAsync(Digest.Of(bytes)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(opened.Port.ScratchFolder));
    }

    [Fact]
    public async Task A_cancelled_put_leaves_nothing()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        using var content = new MemoryStream("content"u8.ToArray());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opened.Port.PutAsync(content, cancelled.Token));
        Assert.Null(await opened.Port.LengthAsync(Digest.Of("content")));
    }

    [Fact]
    public async Task Absent_content_is_said_to_be_absent()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        Assert.Null(await opened.Port.LengthAsync(Absent));
        var refusal = await Assert.ThrowsAsync<NotFoundException>(() => opened.Port.OpenAsync(Absent));
        Assert.Contains(Absent.ToString(), refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotFoundException>(() => opened.Port.LocalPathAsync(Absent));
        await Assert.ThrowsAsync<NotFoundException>(() => opened.Port.VerifyAsync(Absent));
        await opened.Port.DeleteAsync(Absent);
        await Assert.ThrowsAsync<ArgumentException>(async () => await opened.Port.OpenAsync(default));
    }

    [Fact]
    public async Task Deleted_content_is_gone_and_can_be_put_again()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var blob = await opened.Port.PutAsync("content"u8.ToArray());
        await opened.Port.DeleteAsync(blob.Digest);
        Assert.Null(await opened.Port.LengthAsync(blob.Digest));
        await opened.Port.PutAsync("content"u8.ToArray());
        Assert.True(await opened.Port.VerifyAsync(blob.Digest));
    }

    [Fact]
    public async Task More_than_was_allowed_is_not_read_into_memory()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var blob = await opened.Port.PutAsync(new byte[11]);
        await Assert.ThrowsAsync<QuotaExceededException>(() => opened.Port.ReadAsync(blob.Digest, 10));
    }

    private static async Task WriteAsync(string path, string text)
    {
        await using var writer = new StreamWriter(path);
        await writer.WriteAsync(text);
    }
}
