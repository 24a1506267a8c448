using System.Text.Json.Nodes;
using Orrery.Gateway.Providers;
using Orrery.Gateway.Routes;

namespace Orrery.Gateway.Calls;

/// <summary>An answer whose first part is here. The deadline of the attempts ends with it; the caller's cancellation goes on to the end.</summary>
internal sealed class BegunStream : IAsyncDisposable
{
    private readonly CancellationTokenSource _cancel;
    private readonly IAsyncEnumerator<JsonObject> _parts;

    private BegunStream(CancellationTokenSource cancel, IAsyncEnumerator<JsonObject> parts) => (_cancel, _parts) = (cancel, parts);

    public JsonObject Current => _parts.Current;

    public static async Task<BegunStream> StartAsync(IProvider provider, TargetSpec target, GatewayRequest request, CancellationToken deadline, CancellationToken cancellationToken)
    {
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stream = new BegunStream(cancel, provider.StreamAsync(target, request, cancel.Token).GetAsyncEnumerator(CancellationToken.None));
        try
        {
            await using (deadline.Register(cancel.Cancel))
            {
                if (await stream.MoveNextAsync())
                    return stream;
            }

            throw new ProviderFault(FaultKind.Passing, $"The provider of '{target.Model}' ended its answer before it began.");
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    public ValueTask<bool> MoveNextAsync() => _parts.MoveNextAsync();

    public async ValueTask DisposeAsync()
    {
        // Leaving early is a cancellation for the provider: its slot is free within a step.
        await _cancel.CancelAsync();
        await _parts.DisposeAsync();
        _cancel.Dispose();
    }
}
