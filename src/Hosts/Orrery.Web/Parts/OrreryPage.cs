using Microsoft.AspNetCore.Components;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Web.Parts;

/// <summary>How far a page is.</summary>
public sealed record PageState(bool Ready, string? Refusal = null)
{
    /// <summary>Its data is being read.</summary>
    public static PageState Loading { get; } = new(false);

    /// <summary>Its data is there.</summary>
    public static PageState Complete { get; } = new(true);
}

/// <summary>A page that reads from the modules: says what they refuse, stops when it is left, and reads again where it is live.</summary>
public abstract class OrreryPage : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _left = new();
    private PeriodicTimer? _timer;

    [Inject]
    internal CurrentCaller Current { get; init; } = null!;

    [Inject]
    internal TimeProvider Time { get; init; } = null!;

    /// <summary>Who looks.</summary>
    protected Caller Caller { get; private set; } = null!;

    /// <summary>How far the page is.</summary>
    protected PageState State { get; private set; } = PageState.Loading;

    /// <summary>Ends when the page is left.</summary>
    protected CancellationToken Left => _left.Token;

    /// <summary>How often a live page reads again; null for one that stands still.</summary>
    protected virtual TimeSpan? Refresh => null;

    /// <summary>Reads what the page shows.</summary>
    protected abstract Task LoadAsync();

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        await TryAsync(LoadAsync);
    }

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender && Refresh is { } period)
        {
            _timer = new(period, Time);
            _ = RepeatAsync(_timer);
        }
    }

    /// <summary>Does something for the reader, then reads again; a refusal is shown in place of the page's data.</summary>
    protected Task DoAsync(Func<Task> action) => TryAsync(async () =>
    {
        await action();
        await LoadAsync();
    });

    /// <summary>Does something; a refusal is shown.</summary>
    protected async Task TryAsync(Func<Task> action)
    {
        try
        {
            Caller = await Current.GetAsync(Left);
            await action();
            State = PageState.Complete;
        }
        catch (OrreryException refusal)
        {
            State = new(State.Ready, refusal.Message);
        }
        catch (OperationCanceledException) when (_left.IsCancellationRequested)
        {
            // The reader has gone on; nobody waits for the rest.
        }
    }

    private async Task RepeatAsync(PeriodicTimer timer)
    {
        try
        {
            while (await timer.WaitForNextTickAsync(Left))
            {
                await InvokeAsync(async () =>
                {
                    await TryAsync(LoadAsync);
                    StateHasChanged();
                });
            }
        }
        catch (OperationCanceledException) when (Left.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (Exception error)
        {
            // The loop's border: the page's error boundary shows and logs it.
            await DispatchExceptionAsync(error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        _left.Cancel();
        _left.Dispose();
        GC.SuppressFinalize(this);
    }
}
