using Orrery.Kernel;

namespace Orrery.Serving.Runtimes;

/// <summary>
/// Looks through an ONNX file before the runtime may touch it. Models are hostile: a tensor can name another file of the machine as its data
/// (<c>TensorProto.external_data</c>), and a short file can claim to be a long one.
/// </summary>
internal static class OnnxFile
{
    // Deeper graphs (bodies of If, Loop and Scan inside each other) are an attack on the stack, not a model.
    private const int MaxDepth = 64;

    // Which fields of onnx.proto hold messages that can hold a tensor, and of which message.
    private static readonly Dictionary<(Message, int Field), Message> Children = new()
    {
        [(Message.Model, 7)] = Message.Graph,
        [(Message.Model, 25)] = Message.Function,
        [(Message.Function, 7)] = Message.Node,
        [(Message.Graph, 1)] = Message.Node,
        [(Message.Graph, 5)] = Message.Tensor,
        [(Message.Graph, 15)] = Message.SparseTensor,
        [(Message.Node, 5)] = Message.Attribute,
        [(Message.Attribute, 5)] = Message.Tensor,
        [(Message.Attribute, 6)] = Message.Graph,
        [(Message.Attribute, 10)] = Message.Tensor,
        [(Message.Attribute, 11)] = Message.Graph,
        [(Message.Attribute, 22)] = Message.SparseTensor,
        [(Message.Attribute, 23)] = Message.SparseTensor,
        [(Message.SparseTensor, 1)] = Message.Tensor,
        [(Message.SparseTensor, 2)] = Message.Tensor,
    };

    private enum Message
    {
        Model,
        Graph,
        Function,
        Node,
        Attribute,
        Tensor,
        SparseTensor,
    }

    /// <summary>Passes a file that has the shape of an ONNX model with all its tensors inside.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">What to call it in a refusal: <c>model/flights:3</c>.</param>
    /// <param name="maxBytes">The longest that is loaded.</param>
    /// <exception cref="InvalidException">It is anything else.</exception>
    public static void Check(string path, string model, long maxBytes)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        if (file.Length > maxBytes)
            throw new QuotaExceededException($"The ONNX file of {model} has {file.Length} bytes; at most {maxBytes} are loaded (Serving:MaxModelBytes).");
        var seen = new HashSet<int>();
        if (!Walk(file, file.Length, Message.Model, 0, model, seen) || !seen.Contains(1) || !seen.Contains(7))
            throw new InvalidException(
                $"The content of {model} is not an ONNX model: expected a protobuf ModelProto with ir_version and graph. Export it as ONNX and register it again.");
    }

    private static bool Walk(FileStream file, long end, Message message, int depth, string model, HashSet<int>? seen = null)
    {
        if (depth > MaxDepth)
            throw new InvalidException($"The graphs of {model} are nested more than {MaxDepth} deep; such a model is refused.");
        while (file.Position < end)
        {
            if (!TryVarint(file, end, out var tag) || tag >> 3 is 0 or > int.MaxValue)
                return false;
            var field = (int)(tag >> 3);
            seen?.Add(field);
            switch (tag & 7)
            {
                case 0:
                    if (!TryVarint(file, end, out var value))
                        return false;
                    if (message == Message.Tensor && field == 14 && value == 1)
                        throw External(model);
                    break;
                case 1:
                    file.Seek(8, SeekOrigin.Current);
                    break;
                case 5:
                    file.Seek(4, SeekOrigin.Current);
                    break;
                case 2:
                    if (!TryVarint(file, end, out var length) || length > (ulong)(end - file.Position))
                        return false;
                    var fieldEnd = file.Position + (long)length;
                    if (message == Message.Tensor && field == 13)
                        throw External(model);
                    if (Children.TryGetValue((message, field), out var child))
                    {
                        if (!Walk(file, fieldEnd, child, depth + 1, model))
                            return false;
                    }
                    else
                        file.Seek(fieldEnd, SeekOrigin.Begin);
                    break;
                default:
                    return false;
            }
        }

        return file.Position == end;
    }

    private static InvalidException External(string model) =>
        new($"A tensor of {model} keeps its data in another file. Save the model with all tensors inside (save_as_external_data=False) and register it again.");

    private static bool TryVarint(FileStream file, long end, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64 && file.Position < end; shift += 7)
        {
            var next = file.ReadByte();
            value |= (ulong)(next & 0x7F) << shift;
            if ((next & 0x80) == 0)
                return true;
        }

        return false;
    }
}
