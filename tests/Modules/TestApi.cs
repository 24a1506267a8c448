using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orrery.Embedded;
using Orrery.Ledger;
using Orrery.Platform.Access;
using Orrery.Platform.Hosting;
using Orrery.Platform.Http;

namespace Orrery.Tests;

/// <summary>
/// A real Kestrel on a free port with some modules' services and routes, on a platform in a temporary folder. A request says who it is by the
/// headers <c>actor</c> and <c>role</c>; the client that is made here is the editor <c>user:ada</c>.
/// </summary>
internal sealed class TestApi : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly WebApplication _app;

    private TestApi(TempFolder folder, WebApplication app)
    {
        _folder = folder;
        _app = app;
        Address = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Client = ClientOf("user:ada", Role.Editor);
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<TestApi> StartAsync(Action<IServiceCollection> configure, Action<IEndpointRouteBuilder> map)
    {
        var folder = new TempFolder();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddEmbeddedPlatform(new DataFolder(folder.Path));
        TestDatabase.Add(builder.Services);
        builder.Services.AddSingleton<ISignIn, HeadersSignIn>();
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        configure(builder.Services);
        await TestDatabase.PrepareAsync(builder.Services, folder.Path);
        var app = builder.Build();
        app.Use(AnswerAsync);
        app.UseRouting();
        app.UseRoleGate();
        map(app);
        await app.StartAsync();
        return new(folder, app);
    }

    /// <summary>A client of somebody.</summary>
    public HttpClient ClientOf(string actor, Role role)
    {
        var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = Address };
        client.DefaultRequestHeaders.Add("actor", actor);
        client.DefaultRequestHeaders.Add("role", role.ToString());
        return client;
    }

    /// <summary>The body of a response that must have succeeded.</summary>
    public static async Task<T> ReadAsync<T>(Task<HttpResponseMessage> response)
    {
        using var message = await response;
        var text = await message.Content.ReadAsStringAsync();
        Xunit.Assert.True(message.IsSuccessStatusCode, $"{message.StatusCode}: {text}");
        return (await message.Content.ReadFromJsonAsync<T>(LedgerJson.Options))!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    // Answers refusals as the host does.
    private static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            var problem = Problems.Of(error is BadHttpRequestException bad ? new Kernel.InvalidException(bad.Message) : error);
            context.Response.StatusCode = problem.Status!.Value;
            await context.Response.WriteAsJsonAsync(problem);
        }
    }

    private sealed class HeadersSignIn : ISignIn
    {
        public ValueTask<CallerPrincipal?> IdentifyAsync(HttpContext context)
        {
            var headers = context.Request.Headers;
            return new(Enum.TryParse<Role>(headers["role"], out var role) ? new CallerPrincipal(new(Caller.DefaultWorkspace, headers["actor"].ToString(), role)) : null);
        }

        public ValueTask<bool> IsKnownAsync(CallerPrincipal principal, CancellationToken cancellationToken) => new(true);
    }
}
