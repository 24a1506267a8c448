using System.Text;
using CsCheck;
using Xunit;

namespace Orrery.Kernel.Tests;

public sealed class DigestTests
{
    [Fact]
    public void The_digest_of_abc_is_that_of_the_standard() => // FIPS 180-4, appendix
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Digest.Of("abc").ToString());

    [Fact]
    public void Written_and_read_again_it_is_the_same() => Gen.Byte.Array[0, 300].Sample(content =>
    {
        var digest = Digest.Of(content);
        return Digest.Parse(digest.ToString()) == digest && Digest.Parse("sha256:" + digest.ToString().ToUpperInvariant()) == digest;
    });

    [Fact]
    public async Task A_stream_has_the_digest_of_its_bytes()
    {
        var content = Encoding.UTF8.GetBytes(new string('x', 100_000));
        Assert.Equal(Digest.Of(content), await Digest.OfAsync(new MemoryStream(content), CancellationToken.None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("../../etc/passwd")]
    [InlineData("zz7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    public void Anything_else_is_refused(string text) => Assert.Throws<FormatException>(() => Digest.Parse(text));
}
