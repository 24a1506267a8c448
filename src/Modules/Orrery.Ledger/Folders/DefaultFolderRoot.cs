using LinqToDB;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Folders;

/// <summary>
/// The folder that is there from the start comes with the schema, which knows no settings. Where the server begins with a root of its own for artifacts, the folder's
/// runs keep theirs there as those of any other folder do.
/// </summary>
internal sealed class DefaultFolderRoot(IDatabase database, IOptions<LedgerOptions> options) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var root = options.Value.ArtifactRoot;
        if (root == LedgerOptions.OwnArtifacts || !await database.IsNewAsync(cancellationToken))
            return;
        await database.WriteAsync(transaction => transaction.GetTable<FolderRow>()
            .Where(row => row.Workspace == Caller.DefaultWorkspace && row.Number == Folder.DefaultNumber)
            .Set(row => row.ArtifactRoot, FolderRows.RootOf(root, Caller.DefaultWorkspace, Folder.DefaultNumber))
            .Update(), cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
