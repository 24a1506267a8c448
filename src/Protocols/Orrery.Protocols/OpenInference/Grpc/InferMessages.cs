using System.Buffers;
using System.Globalization;
using Google.Protobuf;
using Orrery.Kernel;
using Orrery.Ledger.Models;
using Orrery.Protocols.OpenInference.Tensors;
using Orrery.Serving.Predictions;
using Orrery.Serving.Runtimes;

namespace Orrery.Protocols.OpenInference.Grpc;

/// <summary>Translates between the messages of ModelInfer and a <see cref="Prediction"/>.</summary>
internal static class InferMessages
{
    public static void Read(ModelInferRequest request, Prediction prediction)
    {
        RequestParameters.SetId(prediction, request.Id);
        foreach (var (name, value) in request.Parameters)
        {
            if (name == RequestParameters.StickyKey)
                prediction.StickyKey = value.StringParam;
            else if (name == RequestParameters.EventTime)
                RequestParameters.SetEventTime(prediction, value.StringParam);
        }

        var raw = request.RawInputContents.Count > 0;
        if (raw && request.RawInputContents.Count != request.Inputs.Count)
            throw new InvalidException($"There are {request.Inputs.Count} inputs and {request.RawInputContents.Count} raw contents; expected one for each.");
        for (var i = 0; i < request.Inputs.Count; i++)
        {
            var input = request.Inputs[i];
            var type = TensorDataTypes.Parse(input.Datatype);
            var elements = prediction.BeginInput(System.Text.Encoding.UTF8.GetBytes(input.Name), [.. input.Shape]);
            if (!raw)
                ReadContents(prediction, input, type, elements);
            else if (input.Contents is null)
                RawTensor.Read(prediction, input.Name, type, elements, request.RawInputContents[i].Span);
            else
                throw new InvalidException($"The input '{input.Name}' has contents and raw contents; expected one of them.");
        }
    }

    /// <summary>The answer: raw where the request was, else in the contents of each type.</summary>
    public static ModelInferResponse Write(ModelInferRequest request, Prediction prediction)
    {
        var response = new ModelInferResponse
        {
            ModelName = request.ModelName,
            ModelVersion = prediction.Version.ToString(CultureInfo.InvariantCulture),
            Id = prediction.Id,
        };
        foreach (var output in Wanted(request, prediction))
        {
            var tensor = new ModelInferResponse.Types.InferOutputTensor
            {
                Name = output.Field.Name,
                Datatype = InferenceServer.DataType(output.Field),
                Shape = { output.Shape },
            };
            if (request.RawInputContents.Count > 0)
            {
                var bytes = new ArrayBufferWriter<byte>();
                RawTensor.Write(output, bytes);
                response.RawOutputContents.Add(ByteString.CopyFrom(bytes.WrittenSpan));
            }
            else
                tensor.Contents = Contents(output);
            response.Outputs.Add(tensor);
        }

        return response;
    }

    private static IEnumerable<OutputTensor> Wanted(ModelInferRequest request, Prediction prediction) => request.Outputs.Count == 0
        ? prediction.Outputs
        : request.Outputs.Select(wanted => prediction.Outputs.FirstOrDefault(output => output.Field.Name == wanted.Name)
            ?? throw new InvalidException(
                $"The model has no output '{wanted.Name}'; it gives {string.Join(", ", prediction.Outputs.Select(output => output.Field.Name))}."));

    private static void ReadContents(Prediction prediction, ModelInferRequest.Types.InferInputTensor input, TensorDataType type, int elements)
    {
        var contents = input.Contents ?? throw new InvalidException($"The input '{input.Name}' has neither contents nor raw contents.");
        switch (type)
        {
            case TensorDataType.Bool:
                Set(contents.BoolContents, value => value ? 1 : 0);
                break;
            case TensorDataType.Int8 or TensorDataType.Int16 or TensorDataType.Int32:
                Set(contents.IntContents, value => value);
                break;
            case TensorDataType.Int64:
                Set(contents.Int64Contents, value => value);
                break;
            case TensorDataType.UInt8 or TensorDataType.UInt16 or TensorDataType.UInt32:
                Set(contents.UintContents, value => value);
                break;
            case TensorDataType.UInt64:
                Set(contents.Uint64Contents, value => value);
                break;
            case TensorDataType.Fp32:
                Set(contents.Fp32Contents, value => value);
                break;
            case TensorDataType.Fp64:
                Set(contents.Fp64Contents, value => value);
                break;
            case TensorDataType.Bytes:
                Count(contents.BytesContents.Count);
                for (var i = 0; i < elements; i++)
                    prediction.SetText(i, contents.BytesContents[i].Span);
                break;
            default:
                throw new InvalidException($"The input '{input.Name}' is {type.Name()}, which has no contents of its own; send raw_input_contents.");
        }

        void Set<T>(IReadOnlyList<T> values, Func<T, double> toNumber)
        {
            Count(values.Count);
            for (var i = 0; i < elements; i++)
                prediction.SetNumber(i, toNumber(values[i]));
        }

        void Count(int count)
        {
            if (count != elements)
                throw new InvalidException($"The input '{input.Name}' has {count} values of {type.Name()}; its shape has {elements}.");
        }
    }

    private static InferTensorContents Contents(OutputTensor output)
    {
        var elements = Enumerable.Range(0, output.Length);
        return output.Field.Type switch
        {
            ModelFieldType.Float32 => new() { Fp32Contents = { elements.Select(i => (float)output.Number(i)) } },
            ModelFieldType.Float64 => new() { Fp64Contents = { elements.Select(output.Number) } },
            ModelFieldType.Int64 => new() { Int64Contents = { elements.Select(output.Integer) } },
            ModelFieldType.Boolean => new() { BoolContents = { elements.Select(i => output.Number(i) != 0) } },
            _ => new() { BytesContents = { elements.Select(i => ByteString.CopyFrom(output.Text(i))) } },
        };
    }
}
