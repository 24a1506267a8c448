using Orrery.Language.Inference;
using Orrery.Language.Weights;
using Orrery.Tests;
using Xunit;

namespace Orrery.Language.Tests.Inference;

public sealed class ModelDescriptionTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Counted by hand for a Llama of two layers, width 32, feed-forward 64, two of four key-value heads, 40 tokens, tied.</summary>
    [Fact]
    public void A_small_Llama_is_counted()
    {
        var described = ModelDescription.Of(ModelFile.Open(RandomWeights.WriteLlama(_folder)));
        const long Layer = 32 + 32 * 32 + 2 * 16 * 32 + 32 * 32 + 32 + 3 * 32 * 64, Tied = 40 * 32;
        Assert.Equal(2 * Layer + Tied + 32, described.Parameters);
        Assert.Equal(Tied, described.EmbeddingParameters);
        Assert.Equal(described.Parameters, described.ActiveParameters);
        Assert.Equal(4 * described.Parameters, described.TensorBytes);
        Assert.Equal(described.TensorBytes, described.BytesPerToken);
        Assert.Equal(2 * 2 * 16 * 4, described.CacheBytesPerPosition);
        Assert.Equal([TensorType.F32], described.Formats.Keys);
        Assert.Equal(2.0 * described.ActiveParameters + 4 * 32 * 2 * 10, described.FlopsPerToken(9));
    }
}
