using Orrery.Kernel;
using Orrery.Language.Weights.Gguf;
using Orrery.Language.Weights.Llama2c;
using Orrery.Language.Weights.Safetensors;

namespace Orrery.Language.Weights;

/// <summary>
/// The tensors of a model and what it says about itself, memory-mapped: opening reads the header alone. GGUF, safetensors and llama2.c's checkpoints look alike from here on,
/// under GGUF's names. Thread-safe. The file must not be cut short while it is open.
/// </summary>
public sealed class ModelFile
{
    private static readonly string[] Supported = ["GGUF (version 2 or 3)", "safetensors with config.json beside it", "a folder of these", "a llama2.c checkpoint (.bin)"];

    internal ModelFile(string path, ModelMetadata metadata, IReadOnlyDictionary<string, WeightTensor> tensors) => (Path, Metadata, Tensors) = (path, metadata, tensors);

    /// <summary>Where it was opened.</summary>
    public string Path { get; }

    /// <summary>What it says about itself.</summary>
    public ModelMetadata Metadata { get; }

    /// <summary>Its tensors by name.</summary>
    public IReadOnlyDictionary<string, WeightTensor> Tensors { get; }

    /// <summary>How many values all tensors hold.</summary>
    public long ParameterCount => Tensors.Values.Sum(tensor => tensor.Count);

    /// <summary>Opens a file, or a folder that Hugging Face's libraries wrote (config.json, *.safetensors, perhaps an index).</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    /// <exception cref="InvalidException">It is damaged, or of a kind that is not supported.</exception>
    public static ModelFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (new DirectoryInfo(path).Exists || path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".safetensors.index.json", StringComparison.OrdinalIgnoreCase))
            return SafetensorsModel.Open(path);
        var file = new MappedFile(path);
        if (GgufReader.Recognises(file))
            return GgufReader.Read(file);
        return path.EndsWith(".bin", StringComparison.OrdinalIgnoreCase)
            ? Llama2cCheckpoint.Read(file)
            : throw new InvalidException($"'{path}' is no model file that is known by its first bytes. Supported: {string.Join("; ", Supported)}.");
    }
}
