using Orrery.Kernel;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Workspaces;
using Orrery.Platform.Access;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Folders;

public sealed class FolderTests
{
    [Fact]
    public async Task Every_workspace_has_a_folder_0_and_numbers_of_its_own()
    {
        await using var platform = await StartAsync();
        var admin = Ada with { Role = Role.Admin };
        await platform.Get<IWorkspaces>().CreateAsync(admin, "lab");
        var folders = platform.Get<IFolders>();
        var lab = Ada with { Workspace = "lab" };
        Assert.Equal(("Default", "mlflow-artifacts:/0"), ((await folders.GetAsync(Ada, 0)).Name, (await folders.GetAsync(Ada, 0)).ArtifactRoot));
        Assert.Equal("mlflow-artifacts:/workspaces/lab/0", (await folders.GetAsync(lab, 0)).ArtifactRoot);
        Assert.Equal(1, (await folders.CreateAsync(Ada, new("one"))).Number);
        Assert.Equal(1, (await folders.CreateAsync(lab, new("one"))).Number);
        Assert.Equal(2, (await folders.CreateAsync(Ada, new("two", "s3://bucket/x"))).Number);
        await Assert.ThrowsAsync<ConflictException>(() => folders.CreateAsync(Ada, new("two")));
        await Assert.ThrowsAsync<NotFoundException>(() => folders.GetAsync(lab, 2));
    }

    [Fact]
    public async Task A_folder_is_deleted_and_restored_with_its_runs()
    {
        await using var platform = await StartAsync();
        var folders = platform.Get<IFolders>();
        var folder = await folders.CreateAsync(Ada, new("flights"));
        var run = await platform.Runs().StartAsync(Ada, new("train", "x", "flights"));
        Assert.Equal((folder.Number, $"mlflow-artifacts:/1/{run.Id}/artifacts"), (run.FolderNumber, run.ArtifactUri));

        await folders.DeleteAsync(Ada, folder.Number);
        Assert.Equal(Lifecycle.Deleted, (await platform.Runs().GetAsync(Ada, run.Id)).Stage);
        Assert.Empty((await platform.Runs().ListAsync(Ada, new(Folder: "flights"), new())).Items);
        await Assert.ThrowsAsync<PreconditionFailedException>(() => platform.Runs().StartAsync(Ada, new("train", "y", "flights")));
        await Assert.ThrowsAsync<PreconditionFailedException>(() => folders.RenameAsync(Ada, folder.Number, "other"));
        await Assert.ThrowsAsync<NotFoundException>(() => folders.DeleteAsync(Ada, folder.Number));

        await folders.RestoreAsync(Ada, folder.Number);
        Assert.Equal(Lifecycle.Active, (await platform.Runs().GetAsync(Ada, run.Id)).Stage);
        await folders.RenameAsync(Ada, folder.Number, "flights of 2001");
        Assert.Equal("flights of 2001", (await platform.Runs().GetAsync(Ada, run.Id)).Folder);
        await Assert.ThrowsAsync<ConflictException>(() => folders.RenameAsync(Ada, folder.Number, "Default"));
    }

    [Fact]
    public async Task Tags_are_set_and_removed_and_searched()
    {
        await using var platform = await StartAsync();
        var folders = platform.Get<IFolders>();
        await folders.CreateAsync(Ada, new("a", Tags: new Dictionary<string, string> { ["team"] = "ops" }));
        await folders.CreateAsync(Ada, new("b"));
        await folders.SetTagsAsync(Ada, 2, new Dictionary<string, string?> { ["team"] = "lab", ["x"] = "" });
        await folders.SetTagsAsync(Ada, 2, new Dictionary<string, string?> { ["x"] = null });
        Assert.Equal("lab", Assert.Single((await folders.GetAsync(Ada, 2)).Tags).Value);
        await Assert.ThrowsAsync<NotFoundException>(() => folders.SetTagsAsync(Ada, 2, new Dictionary<string, string?> { ["x"] = null }));

        Assert.Equal(["a"], await NamesAsync("tags.team = 'ops'"));
        Assert.Equal(["Default", "b"], await NamesAsync("name != 'a'", "name"));
        Assert.Equal(["Default"], await NamesAsync("tag.team IS NULL"));
        Assert.Equal(["b", "a"], await NamesAsync("experiment_id > 0 AND name LIKE '%'", "experiment_id DESC"));

        Assert.Equal(["b"], await NamesAsync("experiment_id >= 1.5"));
        Assert.Equal(["a", "Default"], await NamesAsync("experiment_id <= 1.5", "experiment_id DESC"));
        Assert.Empty(await NamesAsync("experiment_id = 1.5"));
        Assert.Equal(["b", "a", "Default"], await NamesAsync("experiment_id < 1e300 AND experiment_id != 1.5", "experiment_id DESC"));

        async Task<string[]> NamesAsync(string filter, string? order = null) =>
            [.. (await folders.SearchAsync(Ada, new(filter, order is null ? null : [order]))).Items.Select(folder => folder.Name)];
    }
}
