using System.Text.Json;
using Orrery.Kernel;
using Orrery.Language.Kernels;

namespace Orrery.Language.Weights.TensorflowJs;

/// <summary>
/// A folder as TensorFlow.js ships a graph: model.json with the names and shapes of weights, and files of bytes that follow one another. The graph itself is not read: what it
/// computes is the model's own code here, so weights of an unknown graph are refused by their missing names.
/// </summary>
internal static class TensorflowJsModel
{
    public const string FileName = "model.json";

    private const long MostBytes = 1L << 30;

    /// <exception cref="InvalidException">It is damaged, or its weights are of a kind that is not supported.</exception>
    public static ModelFile Open(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            using var json = JsonDocument.Parse(MappedBytes(path));
            var tensors = new Dictionary<string, WeightTensor>(StringComparer.Ordinal);
            foreach (var group in json.RootElement.GetProperty("weightsManifest").EnumerateArray())
                Read(folder, group, tensors);
            return new(folder, new(new Dictionary<string, object> { ["general.architecture"] = "sentence-encoder" }), tensors);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidException($"'{path}' is no model of TensorFlow.js: {fault.Message}", fault);
        }
    }

    internal static unsafe byte[] MappedBytes(string path)
    {
        var file = new MappedFile(path);
        return file.Length <= 1 << 26 ? new ReadOnlySpan<byte>(file.Pointer, (int)file.Length).ToArray() : throw new InvalidException($"'{path}' has {file.Length} bytes, too many for its kind.");
    }

    private static unsafe void Read(string folder, JsonElement group, Dictionary<string, WeightTensor> tensors)
    {
        var data = Join(folder, [.. group.GetProperty("paths").EnumerateArray().Select(path => path.GetString() ?? "")]);
        long at = 0;
        foreach (var weight in group.GetProperty("weights").EnumerateArray())
        {
            var name = weight.GetProperty("name").GetString() ?? "";
            long[] shape = [.. weight.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
            if (weight.TryGetProperty("quantization", out _) || weight.GetProperty("dtype").GetString() is not ("float32" or "int32"))
                throw new InvalidException($"Weight '{name}' of '{folder}' is neither float32 nor int32.");
            var count = shape.Aggregate(1L, (product, size) => size is >= 0 and < 1 << 28 && product < 1 << 28 ? product * size : throw new InvalidException($"Weight '{name}' of '{folder}' has a shape beyond reason."));
            if (count > (data.Length - at) / sizeof(float))
                throw new InvalidException($"The files of '{folder}' end within the weight '{name}': {data.Length} bytes are there.");
            // Integers are constants of the graph.
            if (weight.GetProperty("dtype").GetString() == "float32" && TensorflowJsNames.Translate(name) is { } found)
                tensors[found.Name] = Take(found, shape, new((float*)(data.Pointer + at), checked((int)count)));
            at += count * sizeof(float);
        }

        if (at != data.Length)
            throw new InvalidException($"The files of '{folder}' hold {data.Length} bytes where its model.json says {at}.");
    }

    /// <summary>TensorFlow stores linear layers (input, output), kernels here read rows of outputs.</summary>
    private static unsafe WeightTensor Take(TensorflowJsName name, long[] shape, ReadOnlySpan<float> values)
    {
        var memory = new NativeArray<float>(values);
        if (shape.Length < 2)
            return new(name.Name, TensorFormat.Of(TensorType.F32), shape, (byte*)memory.Pointer, memory);
        var (rows, columns) = (checked((int)shape[^2]), checked((int)shape[^1]));
        if ((long)rows * columns != values.Length)
            throw new InvalidException($"Weight '{name.Name}' is no matrix.");
        if (!name.IsTransposed)
            return new(name.Name, TensorFormat.Of(TensorType.F32), [rows, columns], (byte*)memory.Pointer, memory);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
                memory.Pointer[(long)column * rows + row] = values[row * columns + column];
        }

        return new(name.Name, TensorFormat.Of(TensorType.F32), [columns, rows], (byte*)memory.Pointer, memory);
    }

    private static unsafe NativeArray<byte> Join(string folder, string[] names)
    {
        // The manifest names files beside it, and no others.
        if (!names.All(name => name.Length > 0 && name == Path.GetFileName(name) && name is not ("." or "..")))
            throw new InvalidException($"'{Path.Combine(folder, FileName)}' names files outside of its folder.");
        MappedFile[] files = [.. names.Select(name => new MappedFile(Path.Combine(folder, name)))];
        var length = files.Sum(file => file.Length);
        if (length > MostBytes)
            throw new InvalidException($"The weights of '{folder}' have {length} bytes; up to {MostBytes} are read.");
        var data = new NativeArray<byte>(length);
        long at = 0;
        foreach (var file in files)
        {
            Buffer.MemoryCopy(file.Pointer, data.Pointer + at, length - at, file.Length);
            at += file.Length;
            GC.KeepAlive(file);
        }

        return data;
    }
}
