using Xunit;

namespace Orrery.Preparation.Tests;

/// <summary>Compares floats bit by bit; every NaN counts as the same.</summary>
internal static class Bits
{
    public static void Equal(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual) => Within(0, expected, actual);

    /// <summary>Fails where two values lie more than so many units in the last place apart.</summary>
    public static void Within(int units, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            if (float.IsNaN(expected[i]) && float.IsNaN(actual[i]))
                continue;
            var apart = Math.Abs((long)Ordered(expected[i]) - Ordered(actual[i]));
            if (float.IsNaN(expected[i]) || float.IsNaN(actual[i]) || apart > units)
                Assert.Fail($"Value {i}: memory {expected[i]:R}, ONNX {actual[i]:R}, {apart} units in the last place apart.");
        }
    }

    // Neighbouring floats have neighbouring integers; −0 and +0 are one apart, so they do not pass for equal bits.
    private static int Ordered(float value)
    {
        var bits = BitConverter.SingleToInt32Bits(value);
        return bits >= 0 ? bits : ~(bits & int.MaxValue);
    }
}
