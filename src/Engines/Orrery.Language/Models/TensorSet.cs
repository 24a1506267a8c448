using Orrery.Kernel;
using Orrery.Language.Kernels;
using Orrery.Language.Weights;

namespace Orrery.Language.Models;

/// <summary>Takes tensors from a file by name, each checked against the shape that the model needs: kernels trust it.</summary>
internal sealed class TensorSet(ModelFile file)
{
    public Matrix Matrix(string name, int rows, int columns) => FindMatrix(name, rows, columns) ?? throw Missing(name);

    public Matrix? FindMatrix(string name, int rows, int columns) => Find(name, rows, columns) is { } tensor ? new(tensor) : null;

    /// <summary>Joined matrices, each of so many rows.</summary>
    public Matrix[]? FindJoined(string name, int columns, params ReadOnlySpan<int> rows)
    {
        var total = 0;
        foreach (var count in rows)
            total += count;
        if (Find(name, total, columns) is not { } tensor)
            return null;
        var parts = new Matrix[rows.Length];
        long first = 0;
        for (var i = 0; i < parts.Length; first += rows[i], i++)
            parts[i] = new(tensor.RowRange(first, rows[i]));
        return parts;
    }

    /// <summary>One matrix an expert.</summary>
    public Matrix[] Experts(string prefix, string kind, int experts, int rows, int columns)
    {
        var name = $"{prefix}ffn_{kind}_exps.weight";
        if (!file.Tensors.TryGetValue(name, out var tensor))
        {
            // One tensor an expert: safetensors, and GGUF files of early 2024.
            return file.Tensors.ContainsKey($"{prefix}ffn_{kind}.0.weight")
                ? [.. Enumerable.Range(0, experts).Select(expert => Matrix(FormattableString.Invariant($"{prefix}ffn_{kind}.{expert}.weight"), rows, columns))]
                : throw Missing(name);
        }

        if (tensor.Shape is not [var count, var height, var width] || count != experts || height != rows || width != columns)
            throw Wrong(tensor, $"({experts}, {rows}, {columns})");
        return [.. Enumerable.Range(0, experts).Select(expert => new Matrix(tensor.Part(expert)))];
    }

    public NativeArray<float> Vector(string name, int length) => FindVector(name, length) ?? throw Missing(name);

    /// <summary>A norm with a bias (LayerNorm).</summary>
    public Norm BiasedNorm(string name, int length) => new(Vector(name + ".weight", length), Vector(name + ".bias", length));

    public NativeArray<float>? FindVector(string name, int length)
    {
        if (!file.Tensors.TryGetValue(name, out var tensor))
            return null;
        return tensor.Count == length ? new(tensor.ToArray()) : throw Wrong(tensor, $"{length}");
    }

    private WeightTensor? Find(string name, int rows, int columns)
    {
        if (!file.Tensors.TryGetValue(name, out var tensor))
            return null;
        return tensor.Rows == rows && tensor.Columns == columns ? tensor : throw Wrong(tensor, $"({rows}, {columns})");
    }

    private InvalidException Missing(string name) => new($"'{file.Path}' lacks the tensor '{name}'.{(NearestName.Of(name, file.Tensors.Keys) is { } near ? $" It has '{near}'." : "")}");

    private InvalidException Wrong(WeightTensor tensor, string expected) => new($"Tensor {tensor} of '{file.Path}' should be {expected} by the model's own description.");
}
