using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Orrery.Benchmarks.Load;

/// <summary>
/// The ceiling of every HTTP figure: Kestrel with nothing behind it. It reads the body of a POST token by token and answers with bytes that it was given. It
/// runs as a process of its own, published as the <c>orrery</c> command is.
/// </summary>
internal static class BareServer
{
    public const string Command = "bare-server";

    /// <summary>Runs until it is killed.</summary>
    /// <param name="arguments">The port, and where POSTs are to be answered, the file with the answer.</param>
    public static async Task RunAsync(IReadOnlyList<string> arguments)
    {
        var answer = arguments.Count > 1 ? await File.ReadAllBytesAsync(arguments[1]) : [];
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, int.Parse(arguments[0], CultureInfo.InvariantCulture), listen => listen.Protocols = HttpProtocols.Http1);
        });
        await using var app = builder.Build();
        app.MapGet("/readyz", () => "ready");
        app.MapPost("/{**path}", (HttpContext context) => AnswerAsync(context, answer));
        await app.RunAsync();
    }

    private static async Task AnswerAsync(HttpContext context, byte[] answer)
    {
        var reader = context.Request.BodyReader;
        var read = await reader.ReadAsync(context.RequestAborted);
        while (!read.IsCompleted)
        {
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await reader.ReadAsync(context.RequestAborted);
        }

        CheckTokens(read.Buffer);
        reader.AdvanceTo(read.Buffer.End);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        context.Response.BodyWriter.Write(answer);
    }

    private static void CheckTokens(ReadOnlySequence<byte> body)
    {
        var json = new Utf8JsonReader(body);
        while (json.Read())
        {
        }
    }
}
