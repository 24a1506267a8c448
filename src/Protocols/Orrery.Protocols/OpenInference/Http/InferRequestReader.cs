using System.Text.Json;
using Orrery.Kernel;
using Orrery.Protocols.OpenInference.Tensors;
using Orrery.Serving.Predictions;

namespace Orrery.Protocols.OpenInference.Http;

/// <summary>How a request wants its outputs.</summary>
/// <param name="Outputs">Which, and each whether as bytes; all where null.</param>
/// <param name="Binary">Whether those that do not say come as bytes.</param>
internal readonly record struct WantedOutputs(List<WantedOutput>? Outputs, bool Binary);

/// <summary>An output that a request names.</summary>
internal readonly record struct WantedOutput(string Name, bool? Binary);

/// <summary>
/// Reads the body of an inference request straight into a <see cref="Prediction"/>: no objects in between, one pass where the members of an input come
/// in the order that clients write them (data last), a second look at the data where they do not.
/// </summary>
internal ref struct InferRequestReader
{
    private const int MaxRank = 8;

    private readonly Prediction _prediction;
    private Utf8JsonReader _reader;
    private ReadOnlySpan<byte> _binary;
    private List<WantedOutput>? _outputs;
    private bool _binaryOutput;

    private InferRequestReader(ReadOnlySpan<byte> json, ReadOnlySpan<byte> binary, Prediction prediction)
    {
        _reader = new(json);
        _binary = binary;
        _prediction = prediction;
    }

    /// <summary>Reads a body.</summary>
    /// <param name="json">The JSON object.</param>
    /// <param name="binary">What follows it: the inputs that came as bytes.</param>
    /// <param name="prediction">Receives id, parameters and inputs.</param>
    /// <exception cref="InvalidException">It is not JSON, or not a request that the endpoint can take.</exception>
    public static WantedOutputs Read(ReadOnlySpan<byte> json, ReadOnlySpan<byte> binary, Prediction prediction)
    {
        try
        {
            var request = new InferRequestReader(json, binary, prediction);
            request.ReadRequest();
            return new(request._outputs, request._binaryOutput);
        }
        catch (JsonException error)
        {
            throw new InvalidException($"The body is not valid JSON: {error.Message}", error);
        }
        catch (InvalidOperationException error)
        {
            // A string that is not UTF-8, which the reader finds only when it is unescaped.
            throw new InvalidException($"The body has a text that is not valid: {error.Message}", error);
        }
    }

    private void ReadRequest()
    {
        Next();
        Expect(JsonTokenType.StartObject, "the request");
        while (NextMember())
        {
            if (_reader.ValueTextEquals("id"u8))
                RequestParameters.SetId(_prediction, NextText("id"));
            else if (_reader.ValueTextEquals("inputs"u8))
                ReadInputs();
            else if (_reader.ValueTextEquals("parameters"u8))
                ReadParameters();
            else if (_reader.ValueTextEquals("outputs"u8))
                ReadOutputs();
            else
                SkipMember();
        }

        if (!_binary.IsEmpty)
            throw new InvalidException($"{_binary.Length} bytes follow the JSON that no input claims with binary_data_size.");
        if (_reader.Read())
            throw new InvalidException("Something follows the JSON object. Send Inference-Header-Content-Length where inputs come as bytes behind it.");
    }

    private void ReadInputs()
    {
        Next();
        Expect(JsonTokenType.StartArray, "'inputs'");
        while (Next() && _reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(JsonTokenType.StartObject, "an input");
            ReadInput();
        }
    }

    private void ReadInput()
    {
        ReadOnlySpan<byte> name = default;
        Span<long> shape = stackalloc long[MaxRank];
        TensorDataType? type = null;
        var rank = -1;
        long binarySize = -1;
        Utf8JsonReader later = default;
        bool hasLater = false, done = false;
        while (NextMember())
        {
            if (_reader.ValueTextEquals("name"u8))
            {
                Next();
                Expect(JsonTokenType.String, "the name of an input");
                name = Unescaped(ref _reader);
            }
            else if (_reader.ValueTextEquals("shape"u8))
                rank = ReadShape(shape);
            else if (_reader.ValueTextEquals("datatype"u8))
            {
                Next();
                Expect(JsonTokenType.String, "'datatype'");
                type = TensorDataTypes.Parse(Unescaped(ref _reader));
            }
            else if (_reader.ValueTextEquals("parameters"u8))
                binarySize = ReadBinarySize();
            else if (_reader.ValueTextEquals("data"u8))
            {
                Next();
                if (rank >= 0 && type is { } known && !name.IsEmpty && !done)
                {
                    ReadData(ref _reader, name, known, _prediction.BeginInput(name, shape[..rank]));
                    done = true;
                }
                else
                {
                    later = _reader;
                    hasLater = true;
                    _reader.Skip();
                }
            }
            else
                SkipMember();
        }

        if (name.IsEmpty)
            throw new InvalidException("An input has no name.");
        if (rank < 0 || type is not { } complete)
            throw new InvalidException($"The input '{Text(name)}' has no {(rank < 0 ? "shape" : "datatype")}.");
        if (done)
            return;
        if (binarySize >= 0)
            ReadBinary(name, complete, _prediction.BeginInput(name, shape[..rank]), binarySize);
        else if (hasLater)
            ReadData(ref later, name, complete, _prediction.BeginInput(name, shape[..rank]));
        else
            throw new InvalidException($"The input '{Text(name)}' has no data.");
    }

    private int ReadShape(scoped Span<long> shape)
    {
        Next();
        Expect(JsonTokenType.StartArray, "'shape'");
        var rank = 0;
        while (Next() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (rank == MaxRank || _reader.TokenType != JsonTokenType.Number || !_reader.TryGetInt64(out shape[rank]))
                throw new InvalidException($"A shape is at most {MaxRank} integers.");
            rank++;
        }

        return rank;
    }

    // Rows may come nested, as the tensor is, or flat: the order of elements is the same.
    private readonly void ReadData(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, TensorDataType type, int elements)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new InvalidException($"The data of '{Text(name)}' is {Word(reader.TokenType)}; expected an array.");
        var depth = 1;
        var count = 0;
        while (depth > 0)
        {
            if (!reader.Read())
                throw new InvalidException("The body ends within its JSON.");
            if (reader.TokenType == JsonTokenType.StartArray)
                depth++;
            else if (reader.TokenType == JsonTokenType.EndArray)
                depth--;
            else if (count == elements)
                throw new InvalidException($"The input '{Text(name)}' has more values than the {elements} of its shape.");
            else
                SetElement(ref reader, name, type, count++);
        }

        if (count < elements)
            throw new InvalidException($"The input '{Text(name)}' has {count} values; its shape has {elements}.");
    }

    private readonly void SetElement(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, TensorDataType type, int element)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number when type != TensorDataType.Bytes:
                _prediction.SetNumber(element, reader.TryGetDouble(out var value) ? value : double.PositiveInfinity);
                break;
            case JsonTokenType.True or JsonTokenType.False when type != TensorDataType.Bytes:
                _prediction.SetNumber(element, reader.TokenType == JsonTokenType.True ? 1 : 0);
                break;
            case JsonTokenType.Null when type != TensorDataType.Bytes:
                _prediction.SetNumber(element, double.NaN);
                break;
            case JsonTokenType.String when type == TensorDataType.Bytes:
                _prediction.SetText(element, Unescaped(ref reader));
                break;
            default:
                throw new InvalidException($"The input '{Text(name)}' has {Word(reader.TokenType)} at {element}; its datatype is {type.Name()}.");
        }
    }

    private void ReadBinary(ReadOnlySpan<byte> name, TensorDataType type, int elements, long size)
    {
        if (size > _binary.Length)
            throw new InvalidException(
                $"The input '{Text(name)}' has binary_data_size {size}, but only {_binary.Length} bytes are left behind the JSON. Is Inference-Header-Content-Length right?");
        RawTensor.Read(_prediction, Text(name), type, elements, _binary[..(int)size]);
        _binary = _binary[(int)size..];
    }

    private long ReadBinarySize()
    {
        long size = -1;
        Next();
        Expect(JsonTokenType.StartObject, "'parameters'");
        while (NextMember())
        {
            if (_reader.ValueTextEquals("binary_data_size"u8))
            {
                Next();
                if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetInt64(out size) || size < 0)
                    throw new InvalidException("'binary_data_size' is a number of bytes.");
            }
            else if (_reader.ValueTextEquals("shared_memory_region"u8))
                throw new InvalidException("Shared memory is not supported; send the data in the request.");
            else
                SkipMember();
        }

        return size;
    }

    private void ReadParameters()
    {
        Next();
        Expect(JsonTokenType.StartObject, "'parameters'");
        while (NextMember())
        {
            if (_reader.ValueTextEquals(RequestParameters.BinaryOutput))
                _binaryOutput = NextFlag(RequestParameters.BinaryOutput);
            else if (_reader.ValueTextEquals(RequestParameters.StickyKey))
                _prediction.StickyKey = NextText(RequestParameters.StickyKey);
            else if (_reader.ValueTextEquals(RequestParameters.EventTime))
                RequestParameters.SetEventTime(_prediction, NextText(RequestParameters.EventTime) ?? "");
            else
                SkipMember();
        }
    }

    private void ReadOutputs()
    {
        Next();
        Expect(JsonTokenType.StartArray, "'outputs'");
        _outputs = [];
        while (Next() && _reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(JsonTokenType.StartObject, "an output");
            string? name = null;
            bool? binary = null;
            while (NextMember())
            {
                if (_reader.ValueTextEquals("name"u8))
                    name = NextText("name");
                else if (_reader.ValueTextEquals("parameters"u8))
                    binary = ReadBinaryFlag();
                else
                    SkipMember();
            }

            _outputs.Add(new(name ?? throw new InvalidException("An output has no name."), binary));
        }
    }

    private bool? ReadBinaryFlag()
    {
        bool? binary = null;
        Next();
        Expect(JsonTokenType.StartObject, "'parameters'");
        while (NextMember())
        {
            if (_reader.ValueTextEquals("binary_data"u8))
                binary = NextFlag("binary_data");
            else if (_reader.ValueTextEquals("classification"u8))
                throw new InvalidException("The classification extension is not supported; ask for the output itself.");
            else
                SkipMember();
        }

        return binary;
    }

    private bool Next() => _reader.Read() ? true : throw new InvalidException("The body ends within its JSON.");

    private bool NextMember()
    {
        Next();
        return _reader.TokenType == JsonTokenType.PropertyName;
    }

    private string? NextText(string what)
    {
        Next();
        return _reader.TokenType == JsonTokenType.Null ? null
            : _reader.TokenType == JsonTokenType.String ? _reader.GetString() : throw new InvalidException($"'{what}' is {Word(_reader.TokenType)}; expected text.");
    }

    private bool NextFlag(string what)
    {
        Next();
        return _reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            _ => throw new InvalidException($"'{what}' is {Word(_reader.TokenType)}; expected true or false."),
        };
    }

    private void SkipMember()
    {
        Next();
        _reader.Skip();
    }

    private readonly void Expect(JsonTokenType token, string what)
    {
        if (_reader.TokenType != token)
            throw new InvalidException($"Expected {what} to be {Word(token)}, got {Word(_reader.TokenType)}.");
    }

    private static ReadOnlySpan<byte> Unescaped(scoped ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
            return reader.ValueSpan;
        var text = new byte[reader.ValueSpan.Length];
        return text.AsSpan(0, reader.CopyString(text));
    }

    private static string Text(ReadOnlySpan<byte> utf8) => System.Text.Encoding.UTF8.GetString(utf8);

    private static string Word(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject or JsonTokenType.EndObject => "an object",
        JsonTokenType.StartArray or JsonTokenType.EndArray => "an array",
        JsonTokenType.String => "text",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        _ => "null",
    };
}
