using System.Text;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Platform.Blobs;
using Orrery.Preparation.Onnx.Outline;

namespace Orrery.Web.Pages.Runs;

/// <summary>As what an artifact is shown.</summary>
internal enum ArtifactKind
{
    Unknown,
    Picture,
    Sound,
    Film,
    Page,
    Table,
    Text,
    Graph,
}

/// <summary>What is shown of an artifact: the browser reads pictures and sounds itself, of texts and tables the beginning is read here.</summary>
/// <param name="Kind">As what.</param>
/// <param name="Text">Of a text; of something unknown why it cannot be shown, where it should have been.</param>
/// <param name="Rows">Of a table; the first are the names.</param>
/// <param name="IsCut">Whether more of it is there.</param>
/// <param name="Graph">Of an ONNX model.</param>
internal sealed record ArtifactView(ArtifactKind Kind, string Text, IReadOnlyList<IReadOnlyList<string>> Rows, bool IsCut, OnnxOutline? Graph = null)
{
    private const int MaxBytes = 256 * 1024;
    private const int MaxRows = 200;
    private const int MaxColumns = 100;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static async Task<ArtifactView> ReadAsync(IBlobStore blobs, RunArtifact artifact, CancellationToken cancellationToken)
    {
        var kind = KindOf(artifact);
        if (kind == ArtifactKind.Graph)
            return await OutlineAsync(blobs, artifact, cancellationToken);
        if (kind is not (ArtifactKind.Table or ArtifactKind.Text))
            return new(kind, "", [], false);
        var (text, isCut) = await HeadAsync(blobs, artifact, cancellationToken);
        if (kind == ArtifactKind.Table && Table(text, isCut) is { } rows)
            return new(kind, "", [.. rows.Take(MaxRows + 1)], isCut || rows.Count > MaxRows + 1);
        return new(ArtifactKind.Text, isCut ? text : Pretty(text, artifact.MediaType), [], isCut);
    }

    internal static ArtifactKind KindOf(RunArtifact artifact) => (artifact.MediaType.Split(';')[0].Trim(), Path.GetExtension(artifact.Path)) switch
    {
        (['i', 'm', 'a', 'g', 'e', '/', ..], _) => ArtifactKind.Picture,
        (['a', 'u', 'd', 'i', 'o', '/', ..], _) => ArtifactKind.Sound,
        (['v', 'i', 'd', 'e', 'o', '/', ..], _) => ArtifactKind.Film,
        ("text/html", _) => ArtifactKind.Page,
        (_, ".onnx") or ("application/onnx", _) => ArtifactKind.Graph,
        ("text/csv", _) or (_, ".csv") => ArtifactKind.Table,
        (['t', 'e', 'x', 't', '/', ..], _) or ("application/json" or "application/x-ndjson" or "application/yaml", _) => ArtifactKind.Text,
        (_, ".json" or ".jsonl" or ".txt" or ".log" or ".md" or ".yaml" or ".yml" or ".py" or ".toml" or ".patch" or ".diff" or ".xml" or ".ini" or ".cfg") => ArtifactKind.Text,
        (_, "" or "MLmodel") when Path.GetFileName(artifact.Path) is "MLmodel" => ArtifactKind.Text,
        _ => ArtifactKind.Unknown,
    };

    /// <summary>Rows of RFC 4180; null where a line has another number of fields than the first, so that it is no table.</summary>
    internal static IReadOnlyList<IReadOnlyList<string>>? Table(string text, bool isCut)
    {
        var rows = new List<IReadOnlyList<string>>();
        for (var at = 0; at < text.Length && rows.Count <= MaxRows + 1;)
        {
            var row = Row(text, ref at, out var whole);
            if (isCut && (!whole || at >= text.Length))
                break; // cut off in the middle
            if (rows.Count > 0 && row.Count != rows[0].Count)
                return null;
            rows.Add(row);
        }

        return rows.Count == 0 || rows[0].Count > MaxColumns ? null : rows;
    }

    private static List<string> Row(string text, ref int at, out bool whole)
    {
        var row = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (whole = false; at < text.Length; at++)
        {
            var c = text[at];
            if (quoted && c == '"' && at + 1 < text.Length && text[at + 1] == '"')
                field.Append(text[at++]);
            else if (c == '"' && (quoted || field.Length == 0))
                quoted = !quoted;
            else if (!quoted && c == ',')
                Next(row, field);
            else if (!quoted && c is '\r' or '\n')
            {
                at += c == '\r' && at + 1 < text.Length && text[at + 1] == '\n' ? 2 : 1;
                whole = true;
                break;
            }
            else
                field.Append(c);
        }

        Next(row, field);
        return row;

        static void Next(List<string> row, StringBuilder field)
        {
            row.Add(field.ToString());
            field.Clear();
        }
    }

    private static async Task<(string Text, bool IsCut)> HeadAsync(IBlobStore blobs, RunArtifact artifact, CancellationToken cancellationToken)
    {
        await using var content = await blobs.OpenAsync(artifact.Content.Digest, cancellationToken);
        var bytes = new byte[Math.Min(MaxBytes, artifact.Content.Length)];
        var read = await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return (Encoding.UTF8.GetString(bytes.AsSpan(0, read)), artifact.Content.Length > read);
    }

    private static async Task<ArtifactView> OutlineAsync(IBlobStore blobs, RunArtifact artifact, CancellationToken cancellationToken)
    {
        await using var content = await blobs.OpenAsync(artifact.Content.Digest, cancellationToken);
        try
        {
            return new(ArtifactKind.Graph, "", [], false, OnnxOutline.Read(content));
        }
        catch (InvalidException refusal)
        {
            return new(ArtifactKind.Unknown, refusal.Message, [], false);
        }
    }

    private static string Pretty(string text, string mediaType)
    {
        if (!mediaType.StartsWith("application/json", StringComparison.Ordinal))
            return text;
        try
        {
            using var document = JsonDocument.Parse(text);
            return JsonSerializer.Serialize(document.RootElement, Indented);
        }
        catch (JsonException)
        {
            return text; // NaN, or no JSON at all: as it stands
        }
    }
}
