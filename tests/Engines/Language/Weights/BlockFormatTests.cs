using Orrery.Engines.Tests;
using Orrery.Language.Weights;
using Xunit;

namespace Orrery.Language.Tests.Weights;

public sealed class BlockFormatTests
{
    public static TheoryData<TensorType> Writable => [.. Enum.GetValues<TensorType>().Where(type => TensorFormat.Of(type).IsWritable)];

    [Fact]
    public void Every_format_reads_as_its_definition_says()
    {
        var seen = new HashSet<TensorType>();
        foreach (var one in Golden.Load("Language", "blocks.json").EnumerateArray())
        {
            var format = TensorFormat.Of(Enum.Parse<TensorType>(one.GetProperty("format").GetString()!));
            var expected = one.Doubles("values");
            var values = new float[format.BlockLength];
            format.Read(one.GetProperty("block").GetBytesFromBase64(), values);
            for (var i = 0; i < values.Length; i++)
                Assert.True(Math.Abs(values[i] - expected[i]) <= 1e-6 * Math.Max(1e-3, Math.Abs(expected[i])), $"{format.Type}[{i}]: {values[i]} instead of {expected[i]}");
            seen.Add(format.Type);
        }

        Assert.Equal(10, seen.Count);
    }

    /// <summary>The relative error that each format's steps allow for normal values; halving a format's bits doubles it.</summary>
    [Theory]
    [InlineData(TensorType.F32, 0)]
    [InlineData(TensorType.F16, 0.0004)]
    [InlineData(TensorType.BF16, 0.003)]
    [InlineData(TensorType.Q8_0, 0.006)]
    [InlineData(TensorType.Q6_K, 0.02)]
    [InlineData(TensorType.Q5_0, 0.05)]
    [InlineData(TensorType.Q5_1, 0.045)]
    [InlineData(TensorType.Q4_0, 0.1)]
    [InlineData(TensorType.Q4_1, 0.09)]
    [InlineData(TensorType.Q4_K, 0.075)]
    public void Written_values_come_back_within_the_format_s_error(TensorType type, double most)
    {
        var format = TensorFormat.Of(type);
        var values = Normal(4096, 3);
        var stored = new byte[format.Bytes(values.Length)];
        format.Write(values, stored);
        var back = new float[values.Length];
        format.Read(stored, back);
        var error = values.Zip(back, (x, y) => (double)(x - y) * (x - y)).Sum();
        var size = values.Sum(x => (double)x * x);
        Assert.InRange(Math.Sqrt(error / size), 0, most);
    }

    [Theory]
    [MemberData(nameof(Writable))]
    public void Zeros_stay_zeros(TensorType type)
    {
        var format = TensorFormat.Of(type);
        var stored = new byte[format.Bytes(256)];
        format.Write(new float[256], stored);
        var back = new float[256];
        Array.Fill(back, 1);
        format.Read(stored, back);
        Assert.All(back, value => Assert.Equal(0, value));
    }

    [Theory]
    [MemberData(nameof(Writable))]
    public void A_constant_survives_writing(TensorType type)
    {
        var format = TensorFormat.Of(type);
        foreach (var constant in (float[])[0.75f, -0.75f])
        {
            var stored = new byte[format.Bytes(256)];
            format.Write([.. Enumerable.Repeat(constant, 256)], stored);
            var back = new float[256];
            format.Read(stored, back);
            Assert.All(back, value => Assert.Equal(constant, value, 0.03));
        }
    }

    [Fact]
    public void A_format_that_is_only_read_says_what_can_be_written()
    {
        var refusal = Assert.Throws<NotSupportedException>(() => TensorFormat.Of(TensorType.Q2_K).Write(new float[256], new byte[84]));
        Assert.Contains("Q4_K", refusal.Message);
    }

    [Fact]
    public void Half_blocks_are_refused() => Assert.Throws<ArgumentException>(() => TensorFormat.Of(TensorType.Q8_0).Read(new byte[17], new float[16]));

    internal static float[] Normal(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
    }
}
