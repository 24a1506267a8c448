using System.Runtime.CompilerServices;
using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Language.Weights.Safetensors;

/// <summary>One safetensors file: the length of a JSON header, the header, the data. Nothing in it is believed before it fits into the file.</summary>
internal static unsafe class SafetensorsFile
{
    // The format's own bound on headers.
    private const long MostHeaderBytes = 100_000_000;

    /// <summary>Reads the tensors of supported types; those of others are named in <paramref name="others"/> with their type.</summary>
    public static Dictionary<string, WeightTensor> Read(MappedFile file, Dictionary<string, string> others)
    {
        var length = file.Length < 8 ? ulong.MaxValue : Unsafe.ReadUnaligned<ulong>(file.Pointer);
        if (length > MostHeaderBytes || (long)length > file.Length - 8)
            throw Damaged(file, $"its header claims {length} bytes of {file.Length}");
        var tensors = new Dictionary<string, WeightTensor>();
        var data = 8 + (long)length;
        try
        {
            using var header = JsonDocument.Parse(new ReadOnlySpan<byte>(file.Pointer + 8, (int)length).ToArray());
            foreach (var entry in header.RootElement.EnumerateObject())
            {
                if (entry.Name == "__metadata__")
                    continue;
                if (TypeOf(entry.Value.GetProperty("dtype").GetString()) is { } type)
                {
                    if (!tensors.TryAdd(entry.Name, Place(file, data, entry.Name, type, entry.Value)))
                        throw Damaged(file, $"there are two tensors '{entry.Name}'");
                }
                else
                    others[entry.Name] = entry.Value.GetProperty("dtype").GetString() ?? "null";
            }
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidException($"'{file.Path}' is damaged: its header is no safetensors header. Fetch it again.", fault);
        }

        return tensors;
    }

    private static WeightTensor Place(MappedFile file, long data, string name, TensorType type, JsonElement entry)
    {
        var format = TensorFormat.Of(type);
        var shape = entry.GetProperty("shape").EnumerateArray().Select(one => one.GetInt64()).ToArray();
        var offsets = entry.GetProperty("data_offsets").EnumerateArray().Select(one => one.GetInt64()).ToArray();
        long count = 1;
        foreach (var one in shape)
        {
            if (one is < 1 or > int.MaxValue || count > long.MaxValue / 8 / one)
                throw Damaged(file, $"tensor '{name}' has a dimension of {one}");
            count *= one;
        }

        if (offsets is not [var begin, var end] || begin < 0 || end < begin || end > file.Length - data || end - begin != format.Bytes(count))
            throw Damaged(file, $"tensor '{name}' of {count} values in {type} does not lie at [{string.Join(", ", offsets)}) of {file.Length - data} bytes");
        return new(name, format, shape, file.Pointer + data + begin, file);
    }

    private static TensorType? TypeOf(string? name) => name switch
    {
        "F32" => TensorType.F32,
        "F16" => TensorType.F16,
        "BF16" => TensorType.BF16,
        _ => null,
    };

    private static InvalidException Damaged(MappedFile file, string why) => new($"'{file.Path}' is damaged: {why}. Fetch it again.");
}
