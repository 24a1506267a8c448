using System.Text;
using Orrery.Kernel;
using Orrery.Language.Weights;
using Orrery.Tests;
using Xunit;

namespace Orrery.Language.Tests.Weights;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_cut_off_anywhere_is_refused()
    {
        Configure("llama");
        var path = _folder.File("model.safetensors");
        HuggingFaceFolder.WriteFile(path, [("model.norm.weight", [4], [1, 2, 3, 4]), ("lm_head.weight", [2, 4], new float[8])]);
        var whole = File.ReadAllBytes(path);
        Assert.Equal([1f, 2, 3, 4], ModelFile.Open(path).Tensors["output_norm.weight"].ToArray());
        for (var length = 0; length < whole.Length; length++)
        {
            Write(path, whole[..length]);
            Assert.Throws<InvalidException>(() => ModelFile.Open(path));
        }
    }

    [Theory]
    [InlineData("""{"model.norm.weight":{"dtype":"F32","shape":[4],"data_offsets":[0,17]}}""", "does not lie")]
    [InlineData("""{"model.norm.weight":{"dtype":"F32","shape":[4],"data_offsets":[-16,0]}}""", "does not lie")]
    [InlineData("""{"model.norm.weight":{"dtype":"F32","shape":[4],"data_offsets":[16,32]}}""", "does not lie")]
    [InlineData("""{"model.norm.weight":{"dtype":"F32","shape":[1152921504606846976],"data_offsets":[0,16]}}""", "dimension")]
    [InlineData("""{"model.norm.weight":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,16]}}""", "dimension")]
    [InlineData("""{"model.norm.weight":{"dtype":"F32","shape":"four","data_offsets":[0,16]}}""", "header")]
    [InlineData("""{"model.norm.weight":{"dtype":"F32"}}""", "header")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "two tensors")]
    [InlineData("""[1,2]""", "header")]
    [InlineData("""{"model.norm.weight":{"dtype":"F8_E4M3","shape":[16],"data_offsets":[0,16]}}""", "F8_E4M3")]
    public void A_header_that_lies_is_refused(string header, string said)
    {
        Configure("llama");
        var bytes = Encoding.UTF8.GetBytes(header);
        Write(_folder.File("model.safetensors"), [.. BitConverter.GetBytes((ulong)bytes.Length), .. bytes, .. new byte[16]]);
        Assert.Contains(said, Assert.Throws<InvalidException>(() => ModelFile.Open(_folder.Path)).Message);
    }

    [Fact]
    public void An_index_names_files_beside_it_alone()
    {
        Configure("llama");
        foreach (var name in (string[])["../model.safetensors", "/etc/passwd", "..", ""])
        {
            HuggingFaceFolder.WriteJson(_folder.File("model.safetensors.index.json"), new { weight_map = new Dictionary<string, string> { ["a"] = name } });
            Assert.Contains("outside", Assert.Throws<InvalidException>(() => ModelFile.Open(_folder.Path)).Message);
        }
    }

    [Fact]
    public void Another_model_type_is_named_with_those_that_are_supported()
    {
        Configure("mamba");
        var refusal = Assert.Throws<InvalidException>(() => ModelFile.Open(_folder.Path)).Message;
        Assert.Contains("mamba", refusal);
        Assert.Contains("qwen3", refusal);
    }

    [Fact]
    public void A_folder_without_a_configuration_is_refused() =>
        Assert.Contains("config.json", Assert.Throws<InvalidException>(() => ModelFile.Open(_folder.Path)).Message);

    private void Configure(string modelType) => HuggingFaceFolder.WriteJson(_folder.File("config.json"), new { model_type = modelType });

    private static void Write(string path, byte[] content)
    {
        using var stream = File.Create(path);
        stream.Write(content);
    }
}
