using LinqToDB;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Folders;

/// <summary>
/// The folder that is there from the start comes with the schema, which knows no settings. Where the server is given a root of its own for artifacts, the folder's
/// runs keep theirs there as those of any other folder do, unless it has runs already.
/// </summary>
internal sealed class DefaultFolderRoot(IDatabase database, IOptions<LedgerOptions> options) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var root = options.Value.ArtifactRoot;
        if (root == LedgerOptions.OwnArtifacts)
            return;
        var own = FolderRows.RootOf(LedgerOptions.OwnArtifacts, Caller.DefaultWorkspace, Folder.DefaultNumber);
        await database.WriteAsync(transaction => transaction.GetTable<FolderRow>()
            .Where(row => row.Workspace == Caller.DefaultWorkspace && row.Number == Folder.DefaultNumber && row.ArtifactRoot == own
                && !transaction.GetTable<RunRow>().Any(run => run.FolderKey == row.Key))
            .Set(row => row.ArtifactRoot, FolderRows.RootOf(root, Caller.DefaultWorkspace, Folder.DefaultNumber))
            .Update(), cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
