using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orrery.Platform.Tests.Conformance;
using Orrery.Tests;

namespace Orrery.Platform.Tests.Embedded;

/// <summary>A temporary data folder of the embedded platform.</summary>
internal sealed class EmbeddedStorage<TPort>(Action<IServiceCollection>? configure = null) : IAdapterStorage<TPort> where TPort : notnull
{
    private readonly TempFolder _folder = new();

    /// <inheritdoc/>
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <inheritdoc/>
    public async Task<Opened<TPort>> OpenAsync()
    {
        var platform = await TestPlatform.StartInAsync(_folder, configure, Time);
        return new(platform.Get<TPort>(), platform.DisposeAsync);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
