using Microsoft.ML.OnnxRuntime;

namespace Orrery.Serving.Runtimes;

/// <summary>
/// The buffers of one scoring at a time, bound to the session once and used again and again: a run then costs no name look-up, no pinning and no
/// allocation. Not thread-safe; rented from <see cref="OnnxModel"/>.
/// </summary>
internal sealed class OnnxBinding : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly OrtIoBinding _bound;
    private readonly InputTensor[] _inputs;
    private readonly OutputTensor[] _outputs;
    private readonly string[] _inputNames;

    public OnnxBinding(InferenceSession session, IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs)
    {
        _session = session;
        _bound = session.CreateIoBinding();
        _inputs = [.. inputs.Select(InputTensor.Create)];
        _inputNames = [.. inputs.Select(spec => spec.Name)];
        _outputs = [.. outputs.Select(OutputTensor.Create)];
    }

    public int Rows { get; private set; }

    public ReadOnlySpan<InputTensor> Inputs => _inputs;

    public IReadOnlyList<OutputTensor> Outputs => _outputs;

    /// <summary>Gives every tensor so many rows.</summary>
    public void Resize(int rows)
    {
        if (rows == Rows)
            return;
        // A failure midway leaves tensors of different sizes; 0 makes the next call start over.
        Rows = 0;
        _bound.ClearBoundInputs();
        _bound.ClearBoundOutputs();
        for (var i = 0; i < _inputs.Length; i++)
        {
            _inputs[i].Resize(rows);
            _bound.BindInput(_inputNames[i], _inputs[i].Value);
        }

        foreach (var output in _outputs)
        {
            output.Resize(rows);
            _bound.BindOutput(output.Field.Name, output.Value);
        }

        Rows = rows;
    }

    /// <summary>Runs the graph from the inputs' buffers into the outputs'.</summary>
    public void Run() => _session.RunWithBinding(_run, _bound);

    /// <summary>Copies the one row of another binding's inputs to a row of these.</summary>
    public void CopyInputRow(int row, OnnxBinding single)
    {
        for (var i = 0; i < _inputs.Length; i++)
            _inputs[i].CopyRow(row, single._inputs[i]);
    }

    /// <summary>Copies a row of another binding's outputs to the one row of these.</summary>
    public void CopyOutputRow(OnnxBinding many, int row)
    {
        for (var i = 0; i < _outputs.Length; i++)
            _outputs[i].CopyRow(many._outputs[i], row);
    }

    public void Dispose()
    {
        _bound.Dispose();
        foreach (var input in _inputs)
            input.Dispose();
        foreach (var output in _outputs)
            output.Dispose();
        _run.Dispose();
    }
}
