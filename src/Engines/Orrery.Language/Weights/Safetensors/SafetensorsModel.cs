using System.Text.Json;
using Orrery.Kernel;
using Orrery.Language.Kernels;

namespace Orrery.Language.Weights.Safetensors;

/// <summary>A folder as Hugging Face's libraries write it: config.json, and model.safetensors or an index of several.</summary>
internal static class SafetensorsModel
{
    private const string IndexName = "model.safetensors.index.json";

    public static ModelFile Open(string path)
    {
        var isFolder = new DirectoryInfo(path).Exists;
        var folder = isFolder ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        var configurationPath = Path.Combine(folder, "config.json");
        if (!new FileInfo(configurationPath).Exists)
            throw new InvalidException($"'{folder}' has no config.json, which says what the tensors beside it are.");
        var configuration = HuggingFaceConfiguration.Read(configurationPath);
        var others = new Dictionary<string, string>();
        var tensors = new Dictionary<string, WeightTensor>();
        foreach (var file in Files(path, folder, isFolder))
        {
            foreach (var (name, tensor) in SafetensorsFile.Read(new(file), others))
                Take(tensors, name, tensor, configuration.Architecture);
        }

        foreach (var (name, type) in others)
        {
            if (HuggingFaceNames.Translate(name, configuration.Architecture) is not null)
                throw new InvalidException($"Tensor '{name}' of '{path}' has type {type}, which is not supported. Supported: F32, F16, BF16. Convert it to one of them.");
        }

        if (configuration.LongFactors is { } factors)
            tensors["rope_factors_long.weight"] = Own("rope_factors_long.weight", [factors.Length], factors);
        return new(path, configuration.Metadata, tensors);
    }

    private static IEnumerable<string> Files(string path, string folder, bool isFolder)
    {
        var index = isFolder ? Path.Combine(folder, IndexName) : path;
        if (!isFolder && !path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return [path];
        if (!new FileInfo(index).Exists)
            return [Path.Combine(folder, "model.safetensors")];
        return ReadIndex(index).Select(name => Path.Combine(folder, name));
    }

    private static string[] ReadIndex(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(MappedFile.ReadWhole(path, 1 << 28));
            var names = json.RootElement.GetProperty("weight_map").EnumerateObject().Select(one => one.Value.GetString() ?? "").Distinct().ToArray();
            // An index names files beside it, and no others.
            return names.All(name => name.Length > 0 && name == Path.GetFileName(name) && name is not ("." or ".."))
                ? names
                : throw new InvalidException($"'{path}' names files outside of its folder.");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new InvalidException($"'{path}' is no index of safetensors files: {fault.Message}", fault);
        }
    }

    private static void Take(Dictionary<string, WeightTensor> tensors, string name, WeightTensor tensor, string architecture)
    {
        if (HuggingFaceNames.Translate(name, architecture) is not { } translated)
            return;
        var kept = new WeightTensor(translated, tensor);
        // Gemma's norms multiply with 1 + weight; GGUF stores the sum.
        if (architecture.StartsWith("gemma", StringComparison.Ordinal) && translated.EndsWith("norm.weight", StringComparison.Ordinal))
            kept = Own(translated, [.. tensor.Shape], [.. tensor.ToArray().Select(weight => weight + 1)]);
        // GPT-2's linear layers are stored (input, output).
        else if (architecture == "gpt2" && translated.StartsWith("blk.", StringComparison.Ordinal) && tensor.Shape.Count == 2)
            kept = Transposed(translated, tensor);
        if (!tensors.TryAdd(translated, kept))
            throw new InvalidException($"Two tensors are '{translated}'; the second is '{name}'.");
    }

    private static WeightTensor Transposed(string name, WeightTensor tensor)
    {
        var (rows, columns) = (checked((int)tensor.Rows), tensor.Columns);
        var values = tensor.ToArray();
        var turned = new float[values.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
                turned[(long)column * rows + row] = values[(long)row * columns + column];
        }

        return Own(name, [columns, rows], turned);
    }

    private static unsafe WeightTensor Own(string name, long[] shape, float[] values)
    {
        var memory = new NativeArray<float>(values);
        return new(name, TensorFormat.Of(TensorType.F32), shape, (byte*)memory.Pointer, memory);
    }
}
