using System.Data.Common;
using DuckDB.NET.Data;
using Orrery.Features.Views;

namespace Orrery.Features.Offline;

/// <summary>Reads the rows of a <see cref="BucketQuery"/> as they come, holding one at a time.</summary>
internal sealed class BucketReader : IDisposable
{
    private readonly FeatureViewPlan _plan;
    private readonly DuckDBCommand _command;
    private readonly DbDataReader _reader;

    public BucketReader(DuckDBConnection session, FeatureViewPlan plan, string query)
    {
        _plan = plan;
        _command = session.CreateCommand();
        _command.CommandText = query;
        _command.UseStreamingMode = true;
        _reader = _command.ExecuteReader();
        Entity = new string[plan.Entity.Count];
    }

    /// <summary>The entity of the row; valid until the next.</summary>
    public string[] Entity { get; private set; }

    /// <summary>Whether the row belongs to another entity than the one before.</summary>
    public bool IsNewEntity { get; private set; }

    public long Tick { get; private set; }

    public bool Read()
    {
        if (!_reader.Read())
            return false;
        IsNewEntity = false;
        for (var i = 0; i < Entity.Length; i++)
        {
            var part = _reader.GetString(i);
            if (part == Entity[i])
                continue;
            if (!IsNewEntity)
                Entity = [.. Entity]; // the consumer may have kept the one before
            IsNewEntity = true;
            Entity[i] = part;
        }

        Tick = _reader.GetInt64(Entity.Length);
        return true;
    }

    /// <summary>Copies the row's slots. Adding zero makes -0 into 0, so that the smallest and largest have one form.</summary>
    public void CopyTo(Span<double> slots)
    {
        for (var i = 0; i < slots.Length; i++)
            slots[i] = _reader.GetDouble(_plan.Entity.Count + 1 + i) + 0.0;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _command.Dispose();
    }
}
