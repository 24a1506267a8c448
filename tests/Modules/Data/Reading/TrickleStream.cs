namespace Orrery.Data.Tests.Reading;

/// <summary>Hands out few bytes at a time, so that every record meets the end of a buffer somewhere.</summary>
internal sealed class TrickleStream(byte[] content, int bytesPerRead) : MemoryStream(content)
{
    public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, bytesPerRead));

    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, bytesPerRead)]);
}
