using System.Text;
using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Data.Reading;

/// <summary>
/// One array of JSON objects. Its elements have numbers but no lines; an array that is broken cannot be read behind the break, so it is refused whole.
/// </summary>
internal sealed class JsonArrayReader : JsonReader, IDisposable
{
    private static readonly JsonSerializerOptions Options = new() { MaxDepth = 32, DefaultBufferSize = 64 << 10 };

    private readonly IEnumerator<JsonElement> _elements;
    private string _raw = "";

    private JsonArrayReader(IEnumerator<JsonElement> elements, IReadOnlyList<string> columns) : base(columns) => _elements = elements;

    public override long? Line => null;

    public override string Raw => _raw;

    /// <summary>Reads the file once for its columns and stands before its first record.</summary>
    public static JsonArrayReader Open(Stream source, DataOptions limits, CancellationToken cancellationToken)
    {
        var start = source.Position;
        var columns = new List<string>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var element in Elements(source, cancellationToken))
            Collect(element, columns, seen, limits.MaxColumns);
        if (columns.Count == 0)
            throw new InvalidException("The file has no JSON object; an array of objects was expected.");
        source.Position = start;
        return new(Elements(source, cancellationToken).GetEnumerator(), columns);
    }

    public override bool Read()
    {
        if (!_elements.MoveNext())
            return false;
        Row++;
        Defect = null;
        Take(_elements.Current);
        _raw = Defect is null ? "" : Cut(Encoding.UTF8.GetBytes(_elements.Current.GetRawText()));
        return true;
    }

    public void Dispose() => _elements.Dispose();

    private static IEnumerable<JsonElement> Elements(Stream source, CancellationToken cancellationToken)
    {
        var elements = JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(source, Options, cancellationToken).ToBlockingEnumerable(cancellationToken).GetEnumerator();
        using (elements)
        {
            while (true)
            {
                try
                {
                    if (!elements.MoveNext())
                        yield break;
                }
                catch (JsonException error)
                {
                    throw new InvalidException($"The file is no array of JSON objects. {error.Message}", error);
                }

                yield return elements.Current;
            }
        }
    }
}
