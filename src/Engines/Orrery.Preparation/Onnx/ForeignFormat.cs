using System.Text;

namespace Orrery.Preparation.Onnx;

/// <summary>Recognises what people upload in place of ONNX, so that the refusal can say what to do.</summary>
internal static class ForeignFormat
{
    public static string? Of(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [] => "is empty",
        [0x80, >= 2 and <= 5, ..] => "is a Python pickle, which is never executed; export to ONNX with skl2onnx, onnxmltools or torch.onnx",
        [(byte)'P', (byte)'K', 3, 4, ..] => "is a ZIP archive (PyTorch saves such); export it with torch.onnx.export",
        [0x1F, 0x8B, ..] => "is gzip; unpack it first",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "is Zstandard; unpack it first",
        [0x89, (byte)'H', (byte)'D', (byte)'F', ..] => "is HDF5 (Keras saves such); export it with tf2onnx",
        [(byte)'G', (byte)'G', (byte)'U', (byte)'F', ..] => "is GGUF, a language model; register it as one",
        [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] => "is Parquet, a dataset",
        [0x7F, (byte)'E', (byte)'L', (byte)'F', ..] => "is an ELF program",
        [_, _, _, _, (byte)'T', (byte)'F', (byte)'L', (byte)'3', ..] => "is TensorFlow Lite; convert it with tf2onnx",
        _ => OfText(bytes),
    };

    private static string? OfText(ReadOnlySpan<byte> bytes)
    {
        var start = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 64)]).TrimStart();
        if (start.StartsWith("tree\n", StringComparison.Ordinal) || start.StartsWith("tree\r", StringComparison.Ordinal))
            return "is a LightGBM text model; fuse it with its transform (ModelGraph.Fuse)";
        if (start.StartsWith('{') || start.StartsWith('['))
            return "is JSON";
        if (start.StartsWith('<'))
            return "is XML or HTML, perhaps the page of a failed download";
        return start.StartsWith("version https://git-lfs", StringComparison.Ordinal) ? "is a Git LFS pointer; run 'git lfs pull'" : null;
    }
}
