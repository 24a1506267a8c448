using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Orrery.Platform.Tests.Conformance;

/// <summary>An adapter's storage, which can be opened, closed and opened again.</summary>
public interface IAdapterStorage<TPort> : IAsyncDisposable
{
    /// <summary>The clock of whatever is opened here.</summary>
    FakeTimeProvider Time { get; }

    /// <summary>Opens the adapter over what is stored. One at a time: dispose it before the next.</summary>
    Task<Opened<TPort>> OpenAsync();
}

/// <summary>An open adapter.</summary>
public sealed class Opened<TPort>(TPort port, Func<ValueTask> close) : IAsyncDisposable
{
    /// <summary>The port to it.</summary>
    public TPort Port { get; } = port;

    /// <summary>Closes the adapter; what it stored stays.</summary>
    public ValueTask DisposeAsync() => close();
}

/// <summary>Names the adapter that a suite is run for, so that <see cref="ConformanceCoverageTests"/> finds those that nobody tests.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class AdapterAttribute(Type type) : Attribute
{
    /// <summary>The adapter's class.</summary>
    public Type Type { get; } = type;
}

/// <summary>What every adapter of a port must do. A suite derives from this; an adapter's tests derive from the suite.</summary>
public abstract class Conformance<TPort> where TPort : notnull
{
    /// <summary>New, empty storage.</summary>
    protected abstract IAdapterStorage<TPort> NewStorage();

    [Fact]
    public async Task The_suite_runs_on_the_adapter_that_it_names()
    {
        var named = GetType().GetCustomAttributes(typeof(AdapterAttribute), false).Cast<AdapterAttribute>().Single().Type;
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var actual = opened.Port.GetType();
        Assert.Equal(named, actual.IsGenericType ? actual.GetGenericTypeDefinition() : actual);
    }
}
