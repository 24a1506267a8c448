using System.Globalization;

namespace Orrery.Preparation.Onnx.Outline;

/// <summary>Reads an attribute as text. Of a list the first elements are kept and all are counted: an ensemble of trees holds millions.</summary>
internal sealed class AttributeReader(WireReader reader)
{
    private const int MaxElements = 8;
    private const int MaxText = 120;

    private readonly List<string> _elements = [];
    private int _count;

    public KeyValuePair<string, string> Read(long end)
    {
        var (name, single) = ("", (string?)null);
        foreach (var field in reader.Fields(end))
        {
            switch (field)
            {
                case (1, WireType.Bytes):
                    name = reader.Text(end, MaxText);
                    break;
                case (2, WireType.Fixed32):
                    single = Of(reader.Single());
                    break;
                case (3, WireType.Varint):
                    single = Of((long)reader.Varint());
                    break;
                case (4, WireType.Bytes):
                    single = reader.Text(end, MaxText);
                    break;
                case (5, WireType.Bytes):
                    single = "tensor";
                    break;
                case (6, WireType.Bytes):
                    single = "graph";
                    break;
                case (7, WireType.Fixed32):
                    Add(reader.Single(), Of);
                    break;
                case (8, WireType.Varint):
                    Add((long)reader.Varint(), Of);
                    break;
                case (7, WireType.Bytes): // packed, as the next
                    for (var last = reader.Length(end); reader.Position < last;)
                        Add(reader.Single(), Of);
                    break;
                case (8, WireType.Bytes):
                    for (var last = reader.Length(end); reader.Position < last;)
                        Add((long)reader.Varint(), Of);
                    break;
                case (9, WireType.Bytes):
                    Add(reader.Text(end, MaxText), text => text);
                    break;
            }
        }

        return new(name, _count == 0 ? single ?? "" : string.Join(", ", _elements) + (_count > _elements.Count ? $", … ({_count.ToString("N0", CultureInfo.InvariantCulture)})" : ""));
    }

    private static string Of(float value) => value.ToString("G7", CultureInfo.InvariantCulture);

    private static string Of(long value) => value.ToString(CultureInfo.InvariantCulture);

    private void Add<T>(T element, Func<T, string> text)
    {
        _count++;
        if (_elements.Count < MaxElements)
            _elements.Add(text(element));
    }
}
