using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Models;
using Orrery.Protocols.OpenInference.Tensors;
using Orrery.Serving.Predictions;
using Orrery.Serving.Runtimes;

namespace Orrery.Protocols.OpenInference.Http;

/// <summary>Writes answers to inference requests. One for each thread, used again and again; not thread-safe.</summary>
internal sealed class InferResponseWriter : IDisposable
{
    // What an answer of many rows left behind is not kept.
    private const int KeptBytes = 1 << 16;

    [ThreadStatic]
    private static InferResponseWriter? _threads;

    private readonly Utf8JsonWriter _json;
    private ArrayBufferWriter<byte> _head = new(1024);
    private ArrayBufferWriter<byte> _binary = new();

    private InferResponseWriter() => _json = new(_head);

    public static InferResponseWriter ForThread => _threads ??= new();

    /// <summary>The JSON object.</summary>
    public ReadOnlySpan<byte> Head => _head.WrittenSpan;

    /// <summary>What follows it: outputs as bytes.</summary>
    public ReadOnlySpan<byte> Binary => _binary.WrittenSpan;

    /// <summary>Writes an answer; it can be read until the next one.</summary>
    /// <exception cref="InvalidException">An output is wanted that the model does not have.</exception>
    public void Write(string endpoint, Prediction prediction, WantedOutputs wanted)
    {
        Clear();
        _json.WriteStartObject();
        _json.WriteString("model_name"u8, endpoint);
        Span<char> version = stackalloc char[11];
        prediction.Version.TryFormat(version, out var length, provider: CultureInfo.InvariantCulture);
        _json.WriteString("model_version"u8, version[..length]);
        _json.WriteString("id"u8, prediction.Id);
        _json.WriteStartArray("outputs"u8);
        if (wanted.Outputs is null)
        {
            foreach (var output in prediction.Outputs)
                WriteOutput(output, wanted.Binary);
        }
        else
        {
            foreach (var output in wanted.Outputs)
                WriteOutput(Find(prediction, output.Name), output.Binary ?? wanted.Binary);
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
    }

    public void Dispose() => _json.Dispose();

    private void Clear()
    {
        if (_head.Capacity > KeptBytes)
            _head = new(1024);
        if (_binary.Capacity > KeptBytes)
            _binary = new();
        _head.ResetWrittenCount();
        _binary.ResetWrittenCount();
        _json.Reset(_head);
    }

    private static OutputTensor Find(Prediction prediction, string name)
    {
        foreach (var output in prediction.Outputs)
        {
            if (output.Field.Name == name)
                return output;
        }

        throw new InvalidException($"The model has no output '{name}'; it gives {string.Join(", ", prediction.Outputs.Select(output => output.Field.Name))}.");
    }

    private void WriteOutput(OutputTensor output, bool binary)
    {
        _json.WriteStartObject();
        _json.WriteString("name"u8, output.Field.Name);
        _json.WriteString("datatype"u8, InferenceServer.DataType(output.Field));
        _json.WriteStartArray("shape"u8);
        for (var i = 0; i < output.Shape.Count; i++)
            _json.WriteNumberValue(output.Shape[i]);
        _json.WriteEndArray();
        if (binary)
        {
            _json.WriteStartObject("parameters"u8);
            _json.WriteNumber("binary_data_size"u8, RawTensor.Write(output, _binary));
            _json.WriteEndObject();
        }
        else
            WriteData(output);
        _json.WriteEndObject();
    }

    private void WriteData(OutputTensor output)
    {
        _json.WriteStartArray("data"u8);
        for (var i = 0; i < output.Length; i++)
        {
            switch (output.Field.Type)
            {
                case ModelFieldType.Text:
                    _json.WriteStringValue(output.Text(i));
                    break;
                case ModelFieldType.Int64:
                    _json.WriteNumberValue(output.Integer(i));
                    break;
                case ModelFieldType.Boolean:
                    _json.WriteBooleanValue(output.Number(i) != 0);
                    break;
                default:
                    WriteFloat(output, i);
                    break;
            }
        }

        _json.WriteEndArray();
    }

    // The shortest digits that read back as the same float; JSON has no NaN and no infinity.
    private void WriteFloat(OutputTensor output, int element)
    {
        var value = output.Number(element);
        if (!double.IsFinite(value))
            _json.WriteNullValue();
        else if (output.Field.Type == ModelFieldType.Float32)
            _json.WriteNumberValue((float)value);
        else
            _json.WriteNumberValue(value);
    }
}
