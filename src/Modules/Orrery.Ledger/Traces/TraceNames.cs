using LinqToDB;
using LinqToDB.Async;
using Orrery.Ledger.Lineage;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Traces;

/// <summary>What the lineage calls traces.</summary>
internal sealed class TraceNames(IDatabase database) : ISignalNames
{
    public string Stream => ITraces.Stream;

    public Task<IReadOnlyDictionary<string, SignalName>> FindAsync(Caller caller, IReadOnlyCollection<string> ids, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyDictionary<string, SignalName>>(async (connection, token) =>
        {
            var names = connection.GetTable<TraceTagRow>().Where(tag => tag.Name == TraceKeys.Name);
            var rows = await connection.GetTable<TraceRow>().Where(row => row.Workspace == caller.Workspace && ids.Contains(row.Id))
                .Select(row => new { row.Id, row.State, Name = names.Where(tag => tag.TraceKey == row.Key).Select(tag => tag.Value).FirstOrDefault() }).ToListAsync(token);
            return rows.ToDictionary(row => row.Id, row => new SignalName($"trace {row.Name ?? row.Id}", row.State.Replace('_', ' ')));
        }, cancellationToken);
}
