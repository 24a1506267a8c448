using Orrery.Platform.Blobs;
using Orrery.Tests;
using Xunit;

namespace Orrery.Platform.Tests.Embedded;

public sealed class BlobFileTests
{
    [Fact]
    public async Task A_damaged_file_is_found_and_the_same_content_heals_it()
    {
        await using var platform = await TestPlatform.StartAsync();
        var blob = await platform.Blobs.PutAsync("content"u8.ToArray());
        var path = await platform.Blobs.LocalPathAsync(blob.Digest);
        File.SetAttributes(path, FileAttributes.Normal);
        await using (var file = File.OpenWrite(path))
            file.WriteByte((byte)'X');
        Assert.False(await platform.Blobs.VerifyAsync(blob.Digest));
        await platform.Blobs.PutAsync("content"u8.ToArray());
        Assert.True(await platform.Blobs.VerifyAsync(blob.Digest));
    }

    [Fact]
    public async Task A_stored_file_is_read_only_and_lies_where_its_digest_says()
    {
        await using var platform = await TestPlatform.StartAsync();
        var blob = await platform.Blobs.PutAsync("content"u8.ToArray());
        var path = await platform.Blobs.LocalPathAsync(blob.Digest);
        Assert.Equal(Path.Combine(platform.Path, "blobs", blob.Digest.ToString()[..2], blob.Digest.ToString()[2..]), path);
        Assert.True(File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly));
    }
}
