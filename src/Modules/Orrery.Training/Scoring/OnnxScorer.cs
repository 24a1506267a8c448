using Apache.Arrow;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Orrery.Kernel;
using Orrery.Preparation;

namespace Orrery.Training.Scoring;

/// <summary>
/// Scores rows with a model's ONNX graph, the one that is served, on one thread, so that a row's score does not depend on how many rows go
/// with it. Thread-safe.
/// </summary>
internal sealed class OnnxScorer : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly string _output;

    /// <exception cref="InvalidException">It is no ONNX graph that can be run.</exception>
    public OnnxScorer(byte[] graph)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL };
        try
        {
            _session = new(graph, options);
        }
        catch (OnnxRuntimeException error)
        {
            throw new InvalidException($"The model's ONNX graph cannot be run: {error.Message}", error);
        }

        Inputs = [.. _session.InputNames.Select(name => (name, _session.InputMetadata[name].ElementType))];
        _output = _session.OutputNames.Contains(ModelGraph.ProbabilityOutput) ? ModelGraph.ProbabilityOutput : _session.OutputNames[0];
    }

    /// <summary>The names and element types of the inputs, in order.</summary>
    public IReadOnlyList<(string Name, Type Type)> Inputs { get; }

    /// <summary>One score a row.</summary>
    /// <exception cref="InvalidException">A column is missing or of another type.</exception>
    public float[] Score(RecordBatch batch)
    {
        if (batch.Length == 0)
            return [];
        using var inputs = Bind(batch);
        return Score(inputs);
    }

    /// <summary>One score a row of inputs that were bound before.</summary>
    public float[] Score(BoundInputs inputs)
    {
        using var outputs = _session.Run(_options, inputs.Names, inputs.Values, [_output]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <summary>Copies the columns that the graph takes into tensors.</summary>
    public BoundInputs Bind(RecordBatch batch)
    {
        var values = new List<OrtValue>();
        try
        {
            foreach (var (name, type) in Inputs)
                values.Add(Tensor(Find(batch, name), type));
            return new(_session.InputNames, values);
        }
        catch
        {
            values.ForEach(v => v.Dispose());
            throw;
        }
    }

    public void Dispose()
    {
        _options.Dispose();
        _session.Dispose();
    }

    private static IArrowArray Find(RecordBatch batch, string name)
    {
        var index = batch.Schema.GetFieldIndex(name);
        return index >= 0
            ? batch.Column(index)
            : throw new InvalidException($"The rows have no column '{name}', which the model takes; they have {string.Join(", ", batch.Schema.FieldsList.Select(f => f.Name))}.");
    }

    private static OrtValue Tensor(IArrowArray column, Type type)
    {
        long[] shape = [column.Length, 1];
        if (type == typeof(float))
            return OrtValue.CreateTensorValueFromMemory(ArrowValues.Numbers(column), shape);
        if (type == typeof(long))
            return OrtValue.CreateTensorValueFromMemory(ArrowValues.Integers(column), shape);
        return type == typeof(string)
            ? OrtValue.CreateFromStringTensor(new DenseTensor<string>(ArrowValues.Texts(column), [column.Length, 1]))
            : throw new InvalidException($"The model takes an input of {type.Name}; expected float, int64 or string.");
    }
}

/// <summary>Tensors that are ready to be scored, as often as one likes.</summary>
internal sealed record BoundInputs(IReadOnlyList<string> Names, IReadOnlyList<OrtValue> Values) : IDisposable
{
    public void Dispose()
    {
        foreach (var value in Values)
            value.Dispose();
    }
}
