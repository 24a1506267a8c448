using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orrery.Embedded;
using Orrery.Ledger;
using Orrery.Platform.Access;
using Orrery.Platform.Hosting;
using Orrery.Protocols.Mlflow;
using Orrery.Protocols.Otlp;
using Orrery.Tests;
using Xunit;

namespace Orrery.Protocols.Tests.Mlflow;

/// <summary>
/// MLflow's wire on a real Kestrel, before a ledger in a temporary folder. A request says its role by a header of that name; who says nothing is an
/// administrator.
/// </summary>
internal sealed class MlflowServer : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly WebApplication _app;

    private MlflowServer(TempFolder folder, WebApplication app)
    {
        (_folder, _app) = (folder, app);
        Address = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Http = new(new SocketsHttpHandler()) { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public static Caller Admin { get; } = new(Caller.DefaultWorkspace, "user:ada", Role.Admin);

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<MlflowServer> StartAsync(Action<IServiceCollection>? configure = null)
    {
        var folder = new TempFolder();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddEmbeddedPlatform(new DataFolder(folder.Path));
        TestDatabase.Add(builder.Services);
        builder.Services.AddLedger(builder.Configuration);
        builder.Services.AddProtocols();
        builder.Services.AddSingleton<ISignIn, RoleSignsIn>();
        configure?.Invoke(builder.Services);
        await TestDatabase.PrepareAsync(builder.Services, folder.Path);
        var app = builder.Build();
        app.Use(AnswerAsync);
        app.UseRouting();
        app.UseProtocols();
        app.UseRoleGate();
        MlflowEndpoints.Map(app);
        OtlpEndpoints.Map(app);
        await app.StartAsync();
        return new(folder, app);
    }

    /// <summary>Sends JSON below <c>/api/2.0/mlflow</c> and returns what came back, which must be a success.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body = null)
    {
        var (status, answer) = await TryAsync(method, path, body);
        Assert.True(status == 200, $"{method} {path} answered {status}: {answer}");
        return answer;
    }

    /// <summary>As <see cref="SendAsync"/>, for a request that must be refused: the status, MLflow's code, and the message.</summary>
    public async Task<(int Status, string Code, string Message)> RefusedAsync(HttpMethod method, string path, object? body = null)
    {
        var (status, answer) = await TryAsync(method, path, body);
        Assert.True(status >= 400, $"{method} {path} answered {status}: {answer}");
        return (status, answer.GetProperty("error_code").GetString()!, answer.GetProperty("message").GetString()!);
    }

    public Task<JsonElement> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<JsonElement> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, body);

    /// <summary>Sends a request whose path is not touched by any library on the way, and returns the status and the body.</summary>
    public async Task<(int Status, string Body)> RawAsync(string method, string target, string body = "")
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(Address.Host, Address.Port);
        await using var stream = tcp.GetStream();
        var request = $"{method} {target} HTTP/1.1\r\nHost: {Address.Authority}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}";
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
        using var reader = new StreamReader(stream);
        var text = await reader.ReadToEndAsync();
        return (int.Parse(text.Split(' ', 3)[1], System.Globalization.CultureInfo.InvariantCulture), text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<(int Status, JsonElement Answer)> TryAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, $"/api/2.0/mlflow{path}") { Content = body is null ? null : JsonContent.Create(body, body.GetType()) };
        using var response = await Http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    // Answers what is refused before the wire as the host does.
    private static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Kernel.OrreryException refusal) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = Platform.Http.Problems.Of(refusal).Status!.Value;
        }
    }

    private sealed class RoleSignsIn : ISignIn
    {
        public ValueTask<CallerPrincipal?> IdentifyAsync(HttpContext context) =>
            new(new CallerPrincipal(Admin with { Role = Enum.TryParse<Role>(context.Request.Headers["role"], out var role) ? role : Role.Admin }));

        public ValueTask<bool> IsKnownAsync(CallerPrincipal principal, CancellationToken cancellationToken) => new(true);
    }
}
