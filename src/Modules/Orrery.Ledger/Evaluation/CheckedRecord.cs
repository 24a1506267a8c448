using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Kernel;
using Orrery.Ledger.Json;

namespace Orrery.Ledger.Evaluation;

/// <summary>A record checked and in canonical form, so that the transaction that adds it does nothing but touch the database.</summary>
internal sealed record CheckedRecord(NewEvaluationRecord Given, string InputsDigest)
{
    private const int MaxBytes = 4 << 20;

    public static CheckedRecord Of(NewEvaluationRecord record)
    {
        if (record.Inputs.ValueKind != JsonValueKind.Object)
            throw new InvalidException($"The inputs of a record must be an object of named values; got {record.Inputs.ValueKind}.");
        foreach (var (part, what) in ((JsonElement?, string)[])[(record.Expectations, "expectations"), (record.Tags, "tags"), (record.Source, "source")])
        {
            if (part is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) } other)
                throw new InvalidException($"The {what} of a record must be an object; got {other.ValueKind}.");
        }

        foreach (var part in (JsonElement?[])[record.Inputs, record.Outputs, record.Expectations, record.Tags, record.Source])
        {
            if (part is { } given && given.GetRawText().Length > MaxBytes)
                throw new QuotaExceededException($"A part of a record has {given.GetRawText().Length} characters; at most {MaxBytes} are kept. Keep it as an artifact and name it.");
        }

        return new(record, Digest.Of(CanonicalJson.Write(record.Inputs)).ToString());
    }

    public EvaluationRecordRow New(string asset, int version, string actor, long now) => Sealed(new()
    {
        AssetId = asset,
        Id = $"dr-{Guid.CreateVersion7(Storage.Instant.FromColumn(now)):N}",
        InputsDigest = InputsDigest,
        Since = version,
        Inputs = Given.Inputs.GetRawText(),
        Outputs = Raw(Given.Outputs),
        Expectations = Raw(Given.Expectations),
        Tags = Raw(Given.Tags),
        Source = Raw(Given.Source),
        CreatedBy = actor,
        CreatedAt = now,
        UpdatedBy = actor,
        UpdatedAt = now,
    });

    public EvaluationRecordRow Into(EvaluationRecordRow row, int version, string actor, long now) => Sealed(row with
    {
        Key = 0,
        Since = version,
        Until = null,
        Outputs = Given.Outputs is null ? row.Outputs : Raw(Given.Outputs),
        Expectations = Merge(row.Expectations, Given.Expectations),
        Tags = Merge(row.Tags, Given.Tags),
        UpdatedBy = actor,
        UpdatedAt = now,
    });

    private static EvaluationRecordRow Sealed(EvaluationRecordRow row) => row with
    {
        Digest = Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n', new[] { row.Inputs, row.Outputs, row.Expectations, row.Tags, row.Source }.Select(Canonical)))).ToString(),
    };

    private static string Canonical(string? json)
    {
        if (json is null)
            return "";
        using var document = JsonDocument.Parse(json);
        return CanonicalJson.Text(document.RootElement);
    }

    private static string? Merge(string? before, JsonElement? added)
    {
        if (added is not { ValueKind: JsonValueKind.Object } more)
            return before;
        var merged = (before is null ? null : JsonNode.Parse(before) as JsonObject) ?? [];
        foreach (var field in more.EnumerateObject())
            merged[field.Name] = JsonNode.Parse(field.Value.GetRawText());
        return merged.ToJsonString();
    }

    private static string? Raw(JsonElement? part) => part is { ValueKind: not JsonValueKind.Null } given ? given.GetRawText() : null;
}
