using System.Runtime.InteropServices;
using System.Text;
using Orrery.Kernel;
using Orrery.Language.Weights;
using Orrery.Language.Weights.Gguf;
using Orrery.Tests;
using Xunit;

namespace Orrery.Language.Tests.Weights;

public sealed class GgufTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_written_is_read()
    {
        var path = Write(Small());
        var file = ModelFile.Open(path);
        Assert.Equal("llama", file.Metadata.FindString("general.architecture"));
        Assert.Equal(7, file.Metadata.FindInteger("seven"));
        Assert.Equal(0.5, file.Metadata.FindNumber("half"));
        Assert.True(file.Metadata.FindBoolean("yes"));
        Assert.Equal(["a", "ü", ""], file.Metadata.FindStrings("words"));
        Assert.Equal([1, -2], file.Metadata.FindIntegers("whole"));
        Assert.Null(file.Metadata.FindString("not.there"));
        Assert.Equal([2, 64], file.Tensors["matrix"].Shape);
        Assert.Equal(Enumerable.Range(0, 128).Select(i => (float)i), file.Tensors["matrix"].ToArray());
        Assert.Equal(64f / 127 * 127, file.Tensors["quantised"].ToArray()[63], 0.3);
        Assert.Equal(192, file.ParameterCount);
    }

    [Fact]
    public void A_value_of_another_type_is_named()
    {
        var metadata = ModelFile.Open(Write(Small())).Metadata;
        Assert.Contains("'words'", Assert.Throws<InvalidException>(() => metadata.FindInteger("words")).Message);
    }

    /// <summary>However a file was cut off or damaged, opening it either works or is refused: never a crash, never an allocation beyond the file.</summary>
    [Fact]
    public void A_file_cut_off_anywhere_is_refused()
    {
        var whole = Small();
        for (var length = 0; length < whole.Length; length++)
        {
            var path = Write(whole[..length]);
            Assert.ThrowsAny<OrreryException>(() => ModelFile.Open(path));
        }
    }

    [Fact]
    public void Any_damaged_byte_is_read_or_refused_but_never_worse()
    {
        var whole = Small();
        var random = new Random(9);
        for (var i = 0; i < 3000; i++)
        {
            var damaged = whole.ToArray();
            for (var j = random.Next(1, 4); j > 0; j--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                foreach (var tensor in ModelFile.Open(Write(damaged)).Tensors.Values)
                    tensor.ToArray();
            }
            catch (OrreryException)
            {
                // refused, which is right
            }
        }
    }

    [Theory]
    [InlineData(1UL << 60)]
    [InlineData(ulong.MaxValue)]
    [InlineData(0UL)]
    public void A_lying_dimension_is_refused(ulong dimension) =>
        Assert.Contains("dimension", Refusal(Header(tensors: 1, Tensor("t", [dimension, 64], 0, 0))));

    [Fact]
    public void Dimensions_whose_product_overflows_are_refused() =>
        Assert.Contains("dimension", Refusal(Header(tensors: 1, Tensor("t", [1UL << 30, 1UL << 30, 1UL << 30], 0, 0))));

    [Theory]
    [InlineData(1UL << 62)]
    [InlineData(4096UL)]
    public void An_offset_beyond_the_end_is_refused(ulong offset) => Assert.Contains("beyond the end", Refusal(Header(tensors: 1, Tensor("t", [64], 0, offset))));

    [Fact]
    public void An_offset_between_the_alignment_is_refused() =>
        Assert.Contains("alignment", Refusal([.. Header(tensors: 1, Tensor("t", [4], 0, 4)), .. new byte[256]]));

    [Fact]
    public void A_name_given_twice_is_refused() =>
        Assert.Contains("two tensors", Refusal([.. Header(tensors: 2, [.. Tensor("t", [4], 0, 0), .. Tensor("t", [4], 0, 0)]), .. new byte[256]]));

    [Fact]
    public void A_format_that_is_not_supported_is_named_with_those_that_are()
    {
        var refusal = Refusal(Header(tensors: 1, Tensor("blk.0.attn_q.weight", [256], 23, 0)));
        Assert.Contains("IQ4_XS", refusal);
        Assert.Contains("Q4_K", refusal);
        Assert.Contains("blk.0.attn_q.weight", refusal);
    }

    [Fact]
    public void Rows_that_are_no_whole_blocks_are_refused() => Assert.Contains("blocks hold 32", Refusal(Header(tensors: 1, Tensor("t", [33], 8, 0))));

    [Fact]
    public void A_count_of_tensors_beyond_the_file_is_refused() => Assert.Contains("number of tensors", Refusal(Header(tensors: 1UL << 40, [])));

    [Fact]
    public void Another_version_is_named()
    {
        var header = Header(tensors: 0, []);
        header[4] = 1;
        Assert.Contains("version 1", Refusal(header));
    }

    [Fact]
    public void What_is_no_model_is_refused_with_what_would_be()
    {
        var path = Path.Combine(_folder.Path, "text.txt");
        File.WriteAllLines(path, ["hello"]);
        Assert.Contains("safetensors", Assert.Throws<InvalidException>(() => ModelFile.Open(path)).Message);
        Assert.Throws<NotFoundException>(() => ModelFile.Open(Path.Combine(_folder.Path, "nothing.gguf")));
    }

    [Fact]
    public void A_writer_asks_for_every_declared_tensor()
    {
        using var stream = new MemoryStream();
        var writer = new GgufWriter(stream);
        writer.Declare("a", TensorType.F32, 4);
        Assert.Throws<ArgumentException>(() => writer.Declare("a", TensorType.F32, 4));
        Assert.Throws<ArgumentException>(() => writer.Declare("b", TensorType.Q8_0, 4));
        Assert.Throws<ArgumentException>(() => writer.Append(new byte[3]));
        Assert.Contains("'a' is next", Assert.Throws<InvalidOperationException>(writer.Complete).Message);
    }

    private static byte[] Small()
    {
        using var stream = new MemoryStream();
        var writer = new GgufWriter(stream);
        writer.Add("general.architecture", "llama");
        writer.Add("seven", 7);
        writer.Add("half", 0.5f);
        writer.Add("yes", true);
        writer.Add("words", (string[])["a", "ü", ""]);
        writer.Add("whole", (int[])[1, -2]);
        writer.Declare("matrix", TensorType.F32, 2, 64);
        writer.Declare("quantised", TensorType.Q8_0, 1, 64);
        writer.Append(MemoryMarshal.AsBytes<float>([.. Enumerable.Range(0, 128).Select(i => (float)i)]));
        writer.AppendRows(64, (_, row) =>
        {
            for (var i = 0; i < row.Length; i++)
                row[i] = i + 1;
        });
        writer.Complete();
        // Zeros behind the last tensor are no part of it: a file cut off there would still be whole.
        var last = stream.ToArray();
        return last[..^((32 - 68 % 32) % 32)];
    }

    private string Refusal(byte[] content) => Assert.Throws<InvalidException>(() => ModelFile.Open(Write(content))).Message;

    private string Write(byte[] content)
    {
        var path = Path.Combine(_folder.Path, $"{Guid.NewGuid():n}.gguf");
        using var stream = File.Create(path);
        stream.Write(content);
        return path;
    }

    private static byte[] Header(ulong tensors, byte[] rest) =>
        [.. BitConverter.GetBytes(GgufReader.Magic), .. BitConverter.GetBytes(3u), .. BitConverter.GetBytes(tensors), .. BitConverter.GetBytes(0UL), .. rest];

    private static byte[] Tensor(string name, ulong[] dimensions, uint type, ulong offset) =>
    [
        .. BitConverter.GetBytes((ulong)name.Length), .. Encoding.UTF8.GetBytes(name), .. BitConverter.GetBytes((uint)dimensions.Length),
        .. dimensions.SelectMany(BitConverter.GetBytes), .. BitConverter.GetBytes(type), .. BitConverter.GetBytes(offset),
    ];
}
