using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Signals;

namespace Orrery.Serving.Plans;

/// <summary>The endpoints that this process answers for, by name.</summary>
internal sealed class LiveEndpoints(ISignalLog signals, TimeProvider time, ILogger<LiveEndpoints> logger, IOptions<ServingOptions> options) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, LiveEndpoint> _endpoints = new(StringComparer.Ordinal);
    private readonly Lock _additions = new();

    /// <exception cref="NotFoundException">There is none of that name in the caller's workspace.</exception>
    public LiveEndpoint Get(Caller caller, string name) =>
        _endpoints.TryGetValue(name, out var endpoint) && endpoint.Workspace == caller.Workspace ? endpoint : throw Unknown(caller, name);

    public IReadOnlyList<LiveEndpoint> List(Caller caller) =>
        [.. _endpoints.Values.Where(endpoint => endpoint.Workspace == caller.Workspace).OrderBy(endpoint => endpoint.Name, StringComparer.Ordinal)];

    /// <summary>The endpoint of that name, made if it is not there.</summary>
    public LiveEndpoint GetOrAdd(string name, string workspace)
    {
        lock (_additions)
        {
            return _endpoints.TryGetValue(name, out var endpoint)
                ? endpoint
                : _endpoints[name] = new(name, workspace, signals, time, logger, options.Value);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var endpoint in _endpoints.Values)
            await endpoint.DisposeAsync();
        _endpoints.Clear();
    }

    private NotFoundException Unknown(Caller caller, string name)
    {
        var known = List(caller).Select(endpoint => endpoint.Name).ToArray();
        var hint = NearestName.Of(name, known) is { } near ? $" Did you mean '{near}'?"
            : known.Length == 0 ? " None is declared yet: apply a resource of kind Endpoint." : "";
        return new($"There is no endpoint '{name}' in the workspace '{caller.Workspace}'.{hint}");
    }
}
