using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Microsoft.Security.AntiSSRF;
using Orrery.Kernel;

namespace Orrery.Search.Snapshots;

/// <summary>
/// Fetches snapshots from other servers. Addresses are checked where the connection is made, so a name that resolves to another address between the check and the request gains nothing;
/// redirects are not followed.
/// </summary>
internal sealed class SnapshotFetch(IOptions<SnapshotOptions> options) : IDisposable
{
    private readonly Lazy<HttpClient> _client = new(() => Make(options.Value));

    /// <summary>Hands the content to <paramref name="read"/> as it comes.</summary>
    /// <param name="location">An address that begins with http or https.</param>
    /// <param name="apiKey">What the other side wants to see as <c>api-key</c>; nothing where null.</param>
    /// <param name="read">Reads it to its end.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OrreryException">The address is no public one.</exception>
    /// <exception cref="InvalidException">It did not answer with a file.</exception>
    public async Task ReadAsync(Uri location, string? apiKey, Func<Stream, Task> read, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, location);
        if (apiKey is not null && !request.Headers.TryAddWithoutValidation("api-key", apiKey))
            throw new InvalidException("The api_key cannot be sent as a header.");
        using var response = await SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
            throw new InvalidException($"The snapshot could not be fetched: the other side answered {((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)}. Nothing was changed.");
        if (response.Content.Headers.ContentLength > options.Value.MaxFetchedBytes)
            throw TooLong();
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var bounded = new BoundedStream(content, options.Value.MaxFetchedBytes, TooLong);
        await read(bounded);
    }

    public void Dispose()
    {
        if (_client.IsValueCreated)
            _client.Value.Dispose();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.Value.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (Exception error) when (error is AntiSSRFException || error.InnerException is AntiSSRFException)
        {
            throw new OrreryException(ErrorCode.Forbidden, "Forbidden: snapshots are fetched from public addresses over https alone; Search:Snapshots:AllowPrivateAddresses=true allows others. A file can be sent to /snapshots/upload.", error);
        }
        catch (Exception error) when (error is HttpRequestException or SocketException or IOException)
        {
            // The guarded connection tells of a refusal by the socket's own exception.
            // Not the error's own words: they tell what the server can reach.
            throw new InvalidException("The snapshot could not be fetched: there was no answer from its location. Nothing was changed.", error);
        }
        catch (TaskCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidException("The snapshot could not be fetched: its location did not answer in time. Nothing was changed.", error);
        }
    }

    private InvalidException TooLong() =>
        new(string.Create(CultureInfo.InvariantCulture, $"The snapshot is longer than {options.Value.MaxFetchedBytes} bytes (Search:Snapshots:MaxFetchedBytes). Nothing was changed."));

    private static HttpClient Make(SnapshotOptions options)
    {
        var policy = new AntiSSRFPolicy(options.AllowPrivateAddresses ? PolicyConfigOptions.None : PolicyConfigOptions.ExternalOnlyLatest) { AllowPlainTextHttp = options.AllowPrivateAddresses };
        var handler = policy.GetHandler();
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        // A large file takes its time: the time-out holds until the answer begins, and bounds are on bytes from then on.
        return new(handler) { Timeout = options.Timeout };
    }

    /// <summary>Ends with a refusal where more comes than may.</summary>
    private sealed class BoundedStream(Stream inner, long most, Func<Exception> refusal) : Stream
    {
        private long _left = most;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Counted(await inner.ReadAsync(buffer, cancellationToken));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => Counted(inner.Read(buffer, offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int Counted(int read) => (_left -= read) >= 0 ? read : throw refusal();
    }
}
