using Orrery.Kernel;
using Orrery.Tests;
using Xunit;

namespace Orrery.Platform.Tests.Embedded;

public sealed class OwnedFolderTests
{
    [Fact]
    public async Task A_second_process_in_the_same_folder_is_refused_until_the_first_is_gone()
    {
        using var folder = new TempFolder();
        await using (await TestPlatform.StartInAsync(folder))
        {
            var refusal = await Assert.ThrowsAsync<UnavailableException>(() => TestPlatform.StartInAsync(folder));
            Assert.Contains(folder.Path, refusal.Message, StringComparison.Ordinal);
        }

        await using var next = await TestPlatform.StartInAsync(folder);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_a_clear_refusal()
    {
        using var folder = new TempFolder();
        await using (File.Create(folder.File("file"))) { }
        var refusal = await Assert.ThrowsAsync<UnavailableException>(() => TestPlatform.StartAtAsync(folder.File("file/data")));
        Assert.Contains(folder.File("file/data"), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_process_left_in_scratch_is_gone_after_a_start()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.File("scratch/half/done"));
        await File.WriteAllLinesAsync(folder.File("scratch/half/done/file"), ["half"]);
        await using var platform = await TestPlatform.StartInAsync(folder);
        Assert.Empty(Directory.EnumerateFileSystemEntries(platform.Blobs.ScratchFolder));
    }

    [Fact]
    public async Task A_start_opens_nothing_that_is_not_used()
    {
        await using var platform = await TestPlatform.StartAsync();
        _ = platform.KeyValues.Space("asked-for");
        Assert.False(Directory.Exists(Path.Combine(platform.Path, "keyvalues")));
    }

    [Fact]
    public async Task A_closed_store_says_that_it_is_closed()
    {
        var platform = await TestPlatform.StartAsync();
        var (database, space) = (platform.Database, platform.KeyValues.Space("a"));
        await space.WriteAsync(new KeyValues.KeyValueBatch().Put("k"u8, "v"u8));
        await platform.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => database.WriteAsync(_ => 1));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => database.ReadAsync((_, _) => Task.FromResult(1)));
        Assert.Throws<ObjectDisposedException>(() => space.TryGet("k"u8, new System.Buffers.ArrayBufferWriter<byte>()));
    }
}
