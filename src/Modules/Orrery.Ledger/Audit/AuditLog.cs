using System.Globalization;
using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Audit;

/// <summary>The audit in two tables: the records, and one row that names the end of their chain.</summary>
internal sealed class AuditLog(IDatabase database, TimeProvider clock) : IAudit
{
    private const int VerifyBatch = 1000;

    public void Append(DataConnection transaction, Caller caller, string action, string subject, string detail = "")
    {
        var heads = transaction.GetTable<AuditHeadRow>().Where(head => head.Id == AuditHeadRow.OnlyId);
        heads.Set(head => head.Number, head => head.Number + 1).Update(); // takes the row's lock, so that writers on PostgreSQL queue here
        var head = heads.Single();
        var row = new AuditRow
        {
            Number = head.Number,
            Time = Instant.ToColumn(clock.GetUtcNow()),
            Workspace = caller.Workspace,
            Actor = caller.Actor,
            Action = action,
            Subject = subject,
            Detail = detail,
        };
        var hash = AuditChain.Hash(Digest.Parse(head.Hash), row).ToString();
        transaction.Insert(row with { Hash = hash });
        heads.Set(h => h.Hash, hash).Update();
    }

    public async Task<Page<AuditRecord>> ListAsync(Caller caller, string? subject, PageRequest page, CancellationToken cancellationToken = default)
    {
        var limit = page.CheckedLimit;
        var before = PageCursor.Read(page.Cursor, 1) is [var number] ? PageCursor.Number(number) : long.MaxValue;
        var rows = await database.ReadAsync((connection, token) =>
        {
            var records = connection.GetTable<AuditRow>().Where(record => record.Workspace == caller.Workspace && record.Number < before);
            if (subject is not null)
                records = records.Where(record => record.Subject == subject);
            return records.OrderByDescending(record => record.Number).Take(limit + 1).ToListAsync(token);
        }, cancellationToken);
        return rows.ToPage(limit, row => row.ToRecord(), row => [row.Number.ToString(CultureInfo.InvariantCulture)]);
    }

    public async Task<AuditVerification> VerifyAsync(CancellationToken cancellationToken = default)
    {
        // One snapshot of the end; what is appended later is not looked at.
        var (head, beyond) = await database.ReadAsync(async (connection, token) =>
        {
            var end = await connection.GetTable<AuditHeadRow>().SingleAsync(row => row.Id == AuditHeadRow.OnlyId, token);
            var after = await connection.GetTable<AuditRow>().Where(row => row.Number > end.Number || row.Number < 1).MinAsync(row => (long?)row.Number, token);
            return (end, after);
        }, cancellationToken);

        var hash = AuditChain.Start;
        for (var next = 1L; next <= head.Number;)
        {
            var batch = await ReadBatchAsync(next, head.Number, cancellationToken);
            foreach (var row in batch)
            {
                hash = AuditChain.Hash(hash, row);
                if (row.Number != next || row.Hash != hash.ToString())
                    return new(head.Number, Digest.Parse(head.Hash), next);
                next++;
            }

            if (batch.Count == 0)
                return new(head.Number, Digest.Parse(head.Hash), next);
        }

        var endFits = hash.ToString() == head.Hash;
        return new(head.Number, Digest.Parse(head.Hash), endFits ? beyond : head.Number);
    }

    private Task<List<AuditRow>> ReadBatchAsync(long from, long to, CancellationToken cancellationToken) =>
        database.ReadAsync((connection, token) => connection.GetTable<AuditRow>()
            .Where(row => row.Number >= from && row.Number <= to).OrderBy(row => row.Number).Take(VerifyBatch).ToListAsync(token), cancellationToken);
}
