using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using Orrery.Kernel;
using Orrery.Ledger.Models;

namespace Orrery.Serving.Runtimes;

/// <summary>
/// A model that is loaded: one session, which any number of threads run at once, and the bindings they run it with. Disposing it while bindings are rented
/// is a bug; <see cref="LoadedModels"/> counts who uses it.
/// </summary>
internal sealed class OnnxModel : IDisposable
{
    // Bindings kept for later: those of one row for as many requests as run at once, those of many rows, whose buffers can be large, for a few.
    private const int KeptSingles = 64;
    private const int KeptBatches = 4;

    private readonly InferenceSession _session;
    private readonly ConcurrentQueue<OnnxBinding> _singles = new();
    private readonly ConcurrentQueue<OnnxBinding> _batches = new();

    private OnnxModel(string name, ModelManifest manifest, InferenceSession session)
    {
        Name = name;
        _session = session;
        Inputs = [.. manifest.Inputs.Select(field => new TensorSpec(field, name))];
        Outputs = [.. manifest.Outputs.Select(field => new TensorSpec(field, name))];
    }

    /// <summary>What people call it: <c>model/flights:3</c>.</summary>
    public string Name { get; }

    public IReadOnlyList<TensorSpec> Inputs { get; }

    public IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>Loads a graph, compares it with its manifest and scores one row of zeros, so that whatever is wrong with it is known before it serves.</summary>
    /// <exception cref="InvalidException">It is not ONNX, it disagrees with the manifest, or it fails.</exception>
    public static OnnxModel Load(byte[] content, string name, ModelManifest manifest)
    {
        Check(content, name);
        InferenceSession? session = null;
        try
        {
            using var settings = SessionSettings();
            session = new InferenceSession(content, settings);
            var model = new OnnxModel(name, manifest, session);
            model.CheckSignature();
            model.WarmUp();
            return model;
        }
        catch (OnnxRuntimeException error)
        {
            session?.Dispose();
            throw new InvalidException($"ONNX Runtime refuses {name}: {FirstLine(error.Message)}", error);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    /// <summary>A binding of so many rows, whose buffers hold whatever was in them.</summary>
    public OnnxBinding Rent(int rows)
    {
        if (!(rows == 1 ? _singles : _batches).TryDequeue(out var binding))
            binding = new(_session, Inputs, Outputs);
        try
        {
            binding.Resize(rows);
            return binding;
        }
        catch
        {
            binding.Dispose();
            throw;
        }
    }

    public void Return(OnnxBinding binding)
    {
        var (kept, most) = binding.Rows == 1 ? (_singles, KeptSingles) : (_batches, KeptBatches);
        // Count walks segments, so two threads may keep one binding too many; that harms nobody.
        if (kept.Count < most)
            kept.Enqueue(binding);
        else
            binding.Dispose();
    }

    public void Dispose()
    {
        foreach (var binding in _singles.Concat(_batches))
            binding.Dispose();
        _session.Dispose();
    }

    // One thread a run: a row of a boosted tree takes microseconds, a hand-over to a pool thread more. Requests run beside each other instead.
    private static SessionOptions SessionSettings()
    {
        var settings = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            // A run of one row takes 3.6 µs with the arena and without; with it, one large batch would keep its memory for ever.
            EnableCpuMemArena = false,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return settings;
    }

    // Models are hostile: a tensor may name another file of this machine as its data. What this lets through has all it needs inside.
    private static void Check(byte[] content, string name)
    {
        try
        {
            Preparation.Onnx.OnnxModel.Parse(content);
        }
        catch (InvalidException refusal)
        {
            throw new InvalidException($"{name} cannot be served. {refusal.Message}", refusal);
        }
    }

    private void CheckSignature()
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        Compare(Inputs, _session.InputMetadata, "inputs", errors);
        Compare(Outputs, _session.OutputMetadata, "outputs", errors);
        foreach (var input in _session.InputMetadata.Keys.Except(Inputs.Select(spec => spec.Name), StringComparer.Ordinal))
            errors[$"inputs/{input}"] = "the graph asks for it, the manifest does not have it";
        if (Outputs.Count == 0)
            errors["outputs"] = "the manifest names none";
        if (errors.Count > 0)
            throw new InvalidException(
                $"The ONNX graph of {Name} disagrees with its manifest: {string.Join("; ", errors.Select(error => $"{error.Key}: {error.Value}"))}.")
            { Errors = errors };
    }

    private static void Compare(
        IReadOnlyList<TensorSpec> specs, IReadOnlyDictionary<string, NodeMetadata> graph, string side, Dictionary<string, string> errors)
    {
        foreach (var spec in specs)
        {
            if (!graph.TryGetValue(spec.Name, out var node))
                errors[$"{side}/{spec.Name}"] = $"the graph has no such tensor; it has {string.Join(", ", graph.Keys)}";
            else if (!node.IsTensor)
                errors[$"{side}/{spec.Name}"] = $"expected a tensor, the graph has {node.OnnxValueType}";
            else if (spec.Disagreement(node.ElementDataType, node.Dimensions) is { } disagreement)
                errors[$"{side}/{spec.Name}"] = disagreement;
        }
    }

    private void WarmUp()
    {
        var binding = Rent(1);
        try
        {
            binding.Run();
        }
        catch (OnnxRuntimeException error)
        {
            binding.Dispose();
            throw new InvalidException($"{Name} fails on a row of zeros and empty texts: {FirstLine(error.Message)}", error);
        }

        Return(binding);
    }

    private static string FirstLine(string text) => text.AsSpan().IndexOfAny('\r', '\n') is >= 0 and var end ? text[..end] : text;
}
