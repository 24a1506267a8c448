namespace Orrery.Platform.Tests.Conformance;

/// <summary>Bytes whose reading throws at a position, as a broken upload does.</summary>
internal sealed class FailingStream(byte[] bytes, int failAt) : MemoryStream(bytes)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Position >= failAt ? throw new FormatException("The upload broke off.") : base.ReadAsync(buffer[..(int)Math.Min(buffer.Length, failAt - Position)], cancellationToken);
}
