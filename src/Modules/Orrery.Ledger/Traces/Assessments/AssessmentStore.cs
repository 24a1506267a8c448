using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Traces.Assessments;

/// <summary>The assessments on the relational port.</summary>
internal sealed class AssessmentStore(IDatabase database, IAudit audit, TimeProvider clock) : IAssessments
{
    private const int MaxTraces = 1000; // in one statement

    public Task<Assessment> CreateAsync(Caller caller, string trace, NewAssessment assessment, CancellationToken cancellationToken = default)
    {
        AssessmentRows.Check(assessment);
        var now = Instant.ToColumn(clock.GetUtcNow());
        return database.WriteAsync(transaction =>
        {
            var of = TraceRows.Require(transaction, caller, trace);
            var row = AssessmentRows.Add(transaction, AssessmentRows.Of(of.Key, assessment, now));
            audit.Append(transaction, caller, "assessment.created", Subject(trace, row.Id), row.Name);
            return row.ToAssessment(trace);
        }, cancellationToken);
    }

    public Task<Assessment> GetAsync(Caller caller, string trace, string id, CancellationToken cancellationToken = default) =>
        database.ReadAsync((connection, _) => Task.FromResult(Require(connection, caller, trace, id).ToAssessment(trace)), cancellationToken);

    public Task<ILookup<string, Assessment>> ListAsync(Caller caller, IReadOnlyCollection<string> traces, CancellationToken cancellationToken = default) =>
        database.ReadAsync(async (connection, token) =>
        {
            var found = new List<Assessment>();
            foreach (var ids in traces.Distinct().Chunk(MaxTraces))
            {
                var rows = await (from row in connection.GetTable<AssessmentRow>()
                                  join trace in connection.GetTable<TraceRow>() on row.TraceKey equals trace.Key
                                  where trace.Workspace == caller.Workspace && ids.Contains(trace.Id)
                                  orderby row.CreatedAt, row.Key
                                  select new { row, trace.Id }).ToListAsync(token);
                found.AddRange(rows.Select(pair => pair.row.ToAssessment(pair.Id)));
            }

            return found.ToLookup(assessment => assessment.Trace);
        }, cancellationToken);

    public Task<Assessment> UpdateAsync(Caller caller, string trace, string id, AssessmentChange change, CancellationToken cancellationToken = default)
    {
        if (change.Name is { } name)
            LedgerNames.CheckKey(name, "assessment");
        if (change.Value is { } given)
            AssessmentRows.CheckValue(given);
        LedgerNames.CheckText(change.Rationale, "rationale of an assessment");
        AssessmentRows.CheckMetadata(change.Metadata ?? new Dictionary<string, string>());
        var now = Instant.ToColumn(clock.GetUtcNow());
        return database.WriteAsync(transaction =>
        {
            var row = Changed(Require(transaction, caller, trace, id), change) with { UpdatedAt = now };
            transaction.Update(row);
            audit.Append(transaction, caller, "assessment.changed", Subject(trace, id), row.Name);
            return row.ToAssessment(trace);
        }, cancellationToken);
    }

    public Task DeleteAsync(Caller caller, string trace, string id, CancellationToken cancellationToken = default) =>
        database.WriteAsync(transaction =>
        {
            if (TraceRows.Find(transaction, caller, trace) is not { } of)
                return;
            var ofTrace = transaction.GetTable<AssessmentRow>().Where(row => row.TraceKey == of.Key);
            if (ofTrace.SingleOrDefault(row => row.Id == id) is not { } gone)
                return;
            if (gone.Overrides is { } overridden)
                ofTrace.Where(row => row.Id == overridden).Set(row => row.Valid, true).Update();
            ofTrace.Where(row => row.Id == id).Delete();
            audit.Append(transaction, caller, "assessment.deleted", Subject(trace, id), gone.Name);
        }, cancellationToken);

    private static AssessmentRow Changed(AssessmentRow row, AssessmentChange change)
    {
        if (change.Value is { } value)
        {
            if (AssessmentRows.Word(value.Kind) != row.Kind)
                throw new InvalidException($"Cannot update {AssessmentRows.Word(value.Kind)} value on an assessment that is {row.Kind}.");
            var (text, number) = AssessmentRows.Scalar(value.Json);
            row = row with { Value = value.Json, Text = text, Number = number, Error = AssessmentRows.WriteError(value.Error) };
        }

        if (change.Metadata is { Count: > 0 } metadata)
        {
            var merged = new Dictionary<string, string>(AssessmentRows.ReadMetadata(row.Metadata));
            foreach (var (key, text) in metadata)
                merged[key] = text;
            row = row with { Metadata = AssessmentRows.WriteMetadata(merged) };
        }

        return row with { Name = change.Name ?? row.Name, Rationale = change.Rationale ?? row.Rationale, Valid = change.Valid ?? row.Valid };
    }

    private static AssessmentRow Require(DataConnection connection, Caller caller, string trace, string id)
    {
        var of = TraceRows.Require(connection, caller, trace);
        return connection.GetTable<AssessmentRow>().SingleOrDefault(row => row.TraceKey == of.Key && row.Id == id)
            ?? throw new NotFoundException($"Assessment with ID '{id}' not found for trace '{trace}'");
    }

    private static string Subject(string trace, string id) => $"trace/{trace}/assessment/{id}";
}
