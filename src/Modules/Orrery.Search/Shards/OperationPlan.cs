using System.Text.Json;
using Orrery.Kernel;
using Orrery.Search.Payloads;
using Orrery.Search.Points;
using Orrery.Search.Vectors;

namespace Orrery.Search.Shards;

/// <summary>Turns an operation into what it makes of each point, or says why it cannot be done; nothing is changed here.</summary>
internal sealed class OperationPlan(ShardView view)
{
    private readonly Dictionary<PointId, PointChange> _changes = [];

    /// <summary>The changes, one a point.</summary>
    /// <exception cref="InvalidException">The operation does not fit the collection.</exception>
    /// <exception cref="NotFoundException">It is about a point that is not there.</exception>
    public IReadOnlyCollection<PointChange> Of(PointOperation operation)
    {
        switch (operation)
        {
            case UpsertPoints upsert:
                Upsert(upsert);
                break;
            case DeletePoints delete:
                foreach (var slot in Select(delete.Points, strict: false))
                    Keep(new(view.Id(slot)) { IsRemoval = true });
                break;
            case UpdateVectors update:
                Update(update);
                break;
            case DeleteVectors delete:
                Delete(delete);
                break;
            case SetPayload set:
                Check(set.Payload);
                Change(set.Points, before => PayloadEdit.Set(before, set.Payload, set.At));
                break;
            case OverwritePayload overwrite:
                Check(overwrite.Payload);
                Change(overwrite.Points, _ => overwrite.Payload.ToArray());
                break;
            case DeletePayload delete:
                Change(delete.Points, before => before is null ? null : PayloadEdit.Delete(before, delete.Paths));
                break;
            case ClearPayload clear:
                Change(clear.Points, _ => null);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(operation), operation, "Expected a known operation.");
        }

        return _changes.Values;
    }

    private void Upsert(UpsertPoints upsert)
    {
        var passing = upsert.Condition is null ? null : view.Find(upsert.Condition);
        foreach (var point in upsert.Points)
        {
            var there = view.TryFind(point.Id, out var slot);
            if (upsert.Mode == UpsertMode.UpdateOnly && !there || upsert.Mode == UpsertMode.InsertOnly && there || there && passing is not null && !passing[slot])
            {
                // It is checked all the same: whether a request is valid must not depend on what is stored.
                foreach (var (name, vector) in point.Vectors)
                    VectorPreparation.Prepare(view.Config, name, vector);
                continue;
            }

            var change = new PointChange(point.Id) { Payload = new(Content(point.Payload)) };
            foreach (var (name, column) in view.Columns)
            {
                if (point.Vectors.TryGetValue(name, out var vector))
                    change.Set(name, VectorPreparation.Prepare(view.Config, name, vector));
                else if (there && column.Present[slot])
                    change.Set(name, null);
            }

            foreach (var name in point.Vectors.Keys.Where(name => !view.Columns.ContainsKey(name)))
                throw new InvalidException($"Not existing vector name error: {name}");
            Keep(change);
        }
    }

    private void Update(UpdateVectors update)
    {
        var passing = update.Condition is null ? null : view.Find(update.Condition);
        foreach (var point in update.Points)
        {
            var slot = Require(point.Id);
            var change = new PointChange(point.Id);
            foreach (var (name, vector) in point.Vectors)
                change.Set(name, VectorPreparation.Prepare(view.Config, name, vector));
            if (passing is null || passing[slot])
                Merge(change);
        }
    }

    private void Delete(DeleteVectors delete)
    {
        if (delete.Names.FirstOrDefault(name => !view.Columns.ContainsKey(name)) is { } unknown)
            throw new InvalidException($"Not existing vector name error: {unknown}");
        foreach (var slot in Select(delete.Points, strict: true))
        {
            var change = new PointChange(view.Id(slot));
            foreach (var name in delete.Names.Where(name => view.Columns[name].Present[slot]))
                change.Set(name, null);
            Keep(change);
        }
    }

    private void Change(PointSelector points, Func<byte[]?, byte[]?> edit)
    {
        foreach (var slot in Select(points, strict: true))
        {
            Keep(new(view.Id(slot)) { Payload = new(edit(view.Payload(slot))) });
        }
    }

    private List<int> Select(PointSelector points, bool strict)
    {
        if (points.Ids is null)
            return [.. view.Find(points.Filter).Slots()];
        var slots = new List<int>(points.Ids.Count);
        foreach (var id in points.Ids)
        {
            if (view.TryFind(id, out var slot))
                slots.Add(slot);
            else if (strict)
                throw Missing(id);
        }

        return slots;
    }

    private int Require(PointId id) => view.TryFind(id, out var slot) ? slot : throw Missing(id);

    private static NotFoundException Missing(PointId id) => new($"No point with id {id} found");

    // The last word about a point counts.
    private void Keep(PointChange change) => _changes[change.Id] = change;

    private void Merge(PointChange change)
    {
        if (!_changes.TryGetValue(change.Id, out var before))
        {
            Keep(change);
            return;
        }

        foreach (var (name, vector) in change.Vectors)
            before.Set(name, vector);
    }

    private static byte[]? Content(ReadOnlyMemory<byte> payload)
    {
        if (payload.IsEmpty)
            return null;
        Check(payload);
        return payload.ToArray();
    }

    /// <summary>A payload is a JSON object.</summary>
    /// <exception cref="InvalidException">It is something else.</exception>
    public static void Check(ReadOnlyMemory<byte> payload)
    {
        try
        {
            // Read through once: a document would be thrown away at once.
            var json = new Utf8JsonReader(payload.Span);
            json.Read();
            if (json.TokenType != JsonTokenType.StartObject)
                throw new InvalidException($"Expected a JSON object as payload, got {json.TokenType}.");
            json.Skip();
            if (json.Read())
                throw new InvalidException("Expected one JSON object as payload; something follows it.");
        }
        catch (JsonException error)
        {
            throw new InvalidException($"Expected a JSON object as payload: {error.Message}", error);
        }
    }
}
