using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orrery.Client;
using Orrery.Server;
using Orrery.Tests;

namespace Orrery.Hosts.Tests.Server;

/// <summary>A real server on free loopback ports and a folder of its own.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly HttpClient _http;

    private TestServer(WebApplication app, TempFolder folder)
    {
        App = app;
        _folder = folder;
        Address = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };
        Client = new(_http, Address);
    }

    public WebApplication App { get; }

    public Uri Address { get; }

    public HttpClient Http => _http;

    public OrreryClient Client { get; }

    public T Get<T>() where T : notnull => App.Services.GetRequiredService<T>();

    public static async Task<TestServer> StartAsync(
        Func<ServerOptions, ServerOptions>? change = null, Action<WebApplicationBuilder>? configure = null, Action<IEndpointRouteBuilder>? map = null)
    {
        var folder = new TempFolder();
        await TestDatabase.MakeForServersAsync(folder.Path);
        var options = new ServerOptions { DataFolder = folder.Path, HttpPort = 0, Database = TestDatabase.ConnectionOf(folder.Path) };
        var app = OrreryServer.Build(change?.Invoke(options) ?? options, builder =>
        {
            builder.Logging.SetMinimumLevel(LogLevel.Critical);
            configure?.Invoke(builder);
        });
        map?.Invoke(app);
        try
        {
            await app.StartAsync();
            return new(app, folder);
        }
        catch
        {
            await app.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
        _folder.Dispose();
    }
}
