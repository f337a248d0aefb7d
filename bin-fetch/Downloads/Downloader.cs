using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Klyntar.Overlay.BinFetch;

/// <summary>Downloads files from servers that were named. What comes is bounded in size and time, and believed by nobody: whoever uses it checks it.</summary>
internal sealed class Downloader : IDisposable
{
    private const int RedirectLimit = 5;
    private const int BufferSize = 64 * 1024;

    private readonly DownloadOptions _options;
    private readonly AllowedPlaces _allowed;
    private readonly HttpClient _client;

    public Downloader(DownloadOptions options, AllowedPlaces allowed)
    {
        _options = options;
        _allowed = allowed;

        // Compression would hide the size that is being taken; cookies would tell one fetch from another.
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ConnectTimeout = options.SilenceLimit,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseProxy = options.Proxy is not null || !options.AllowsPlainLoopback,
            Proxy = options.Proxy is null ? null : new WebProxy(options.Proxy),
        };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Downloads a small file.</summary>
    /// <exception cref="OverlayException">It could not.</exception>
    public ValueTask<byte[]> ReadAsync(RemoteFile file, CancellationToken cancellationToken) => RepeatAsync(
        file,
        async (place, stop) =>
        {
            using CancellationTokenSource silence = Silence(stop);
            using HttpResponseMessage? answer = await SendAsync(file, place, null, silence, stop).ConfigureAwait(false);
            if (answer is null)
            {
                return null;
            }

            using MemoryStream bytes = new();
            await CopyAsync(file, answer, bytes, null, silence, stop).ConfigureAwait(false);
            return bytes.ToArray();
        },
        kept: null,
        cancellationToken);

    /// <summary>Downloads a file into one that may have part of it already, and keeps what came where it fails.</summary>
    /// <exception cref="OverlayException">It could not; the message says whether another try goes on from here.</exception>
    public ValueTask<Uri> SaveAsync(RemoteFile file, PartialFile part, IProgress<DownloadProgress> progress, CancellationToken cancellationToken) =>
        RepeatAsync(file, (place, stop) => SaveAsync(file, place, part, progress, stop), part, cancellationToken);

    public void Dispose() => _client.Dispose();

    private async ValueTask<Uri?> SaveAsync(RemoteFile file, Uri place, PartialFile part, IProgress<DownloadProgress> progress, CancellationToken stop)
    {
        using CancellationTokenSource silence = Silence(stop);
        RangeConditionHeaderValue? condition = part.ConditionFor(place);
        using HttpResponseMessage? answer = await SendAsync(file, place, condition is null ? null : (part.Length, condition), silence, stop).ConfigureAwait(false);
        switch (answer?.StatusCode)
        {
            case null:
                return null;
            case HttpStatusCode.RequestedRangeNotSatisfiable:
                part.Delete();
                throw new DroppedException("the server has no more than what had come");
            case HttpStatusCode.PartialContent when !part.IsContinuedBy(answer):
                part.Delete();
                throw new DroppedException("the server sent another part than it was asked for");
        }

        try
        {
            FileStream target = answer.StatusCode == HttpStatusCode.PartialContent ? part.Continue() : part.Begin(place, answer);
            await using (target.ConfigureAwait(false))
            {
                await CopyAsync(file, answer, target, progress, silence, stop).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"{part.Path} cannot be written: {error.Message.TrimEnd('.')}. Check that the disk has room, or set XDG_CACHE_HOME to another folder.", error);
        }
        catch (OverlayException)
        {
            part.Delete();
            throw;
        }

        return place;
    }

    /// <summary>Tries a file until it is there, at most as often as the options say.</summary>
    private async ValueTask<T> RepeatAsync<T>(RemoteFile file, Func<Uri, CancellationToken, ValueTask<T?>> attempt, PartialFile? kept, CancellationToken cancellationToken)
        where T : class
    {
        using CancellationTokenSource limit = Deadline.After(_options.TimeLimit, _options.Clock).CreateLinkedSource(cancellationToken);
        TimeSpan pause = _options.FirstPause;
        string why = "";
        try
        {
            for (int count = 1; ; count++)
            {
                try
                {
                    foreach (Uri place in file.Places)
                    {
                        if (await attempt(place, limit.Token).ConfigureAwait(false) is { } done)
                        {
                            return done;
                        }
                    }

                    throw new OverlayException($"{file.Name} is not there: {string.Join(" and ", file.Places)} answered so. Check the version, or name another server with --mirror.");
                }
                catch (DroppedException dropped) when (count < _options.Attempts)
                {
                    why = dropped.Message;
                }
                catch (DroppedException dropped)
                {
                    throw new OverlayException($"{file.Name} could not be downloaded in {count} attempts: {dropped.Message}. {Kept(kept)}", dropped);
                }

                await Task.Delay(pause, _options.Clock, limit.Token).ConfigureAwait(false);
                pause *= 2;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new OverlayException($"{file.Name} was not downloaded after {_options.TimeLimit.TotalMinutes:0} minutes{(why.Length > 0 ? $"; what failed last: {why}" : "")}. {Kept(kept)}");
        }
    }

    private static string Kept(PartialFile? part) =>
        part?.Length > 0 ? "What has come is kept: run the same command again, and it goes on from there." : "Check the connection and run the same command again.";

    private CancellationTokenSource Silence(CancellationToken stop) => Deadline.After(_options.SilenceLimit, _options.Clock).CreateLinkedSource(stop);

    /// <summary>Asks a server, and follows it as long as it points to one of those that were named. Null where it does not have the file.</summary>
    private async ValueTask<HttpResponseMessage?> SendAsync(
        RemoteFile file, Uri place, (long From, RangeConditionHeaderValue Condition)? rest, CancellationTokenSource silence, CancellationToken stop)
    {
        Uri address = place;
        for (int hop = 0; ; hop++)
        {
            HttpResponseMessage answer = await SendOnceAsync(address, rest, silence, stop).ConfigureAwait(false);
            switch (answer.StatusCode)
            {
                case HttpStatusCode.OK or HttpStatusCode.PartialContent:
                    return answer.Content.Headers.ContentEncoding.Count == 0 ? answer : throw Refused(answer, $"{address} answers with a compressed copy, which was not asked for. Name another server with --mirror.");
                case HttpStatusCode.RequestedRangeNotSatisfiable when rest is not null:
                    return answer;
                case HttpStatusCode.NotFound or HttpStatusCode.Gone:
                    answer.Dispose();
                    return null;
                case HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError:
                    answer.Dispose();
                    throw new DroppedException(string.Create(CultureInfo.InvariantCulture, $"{address.Authority} answered with HTTP status {(int)answer.StatusCode}"));
                case HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect:
                    address = Next(file, address, answer, hop);
                    answer.Dispose();
                    break;
                default:
                    throw Refused(answer, string.Create(CultureInfo.InvariantCulture, $"{address} answers with HTTP status {(int)answer.StatusCode}. Check the address, or name another server with --mirror."));
            }
        }
    }

    private async ValueTask<HttpResponseMessage> SendOnceAsync(Uri address, (long From, RangeConditionHeaderValue Condition)? rest, CancellationTokenSource silence, CancellationToken stop)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (rest is { } part)
        {
            request.Headers.Range = new RangeHeaderValue(part.From, null);
            request.Headers.IfRange = part.Condition;
        }

        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token).ConfigureAwait(false);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw new OverlayException($"The connection to {address.Authority} is not secure: {Innermost(error)}. Somebody may be in between; nothing was taken from there.", error);
        }
        catch (HttpRequestException error)
        {
            throw new DroppedException($"{address.Authority} cannot be reached: {Innermost(error)}", error);
        }
        catch (OperationCanceledException error) when (!stop.IsCancellationRequested)
        {
            throw Silent(address, error);
        }
    }

    private Uri Next(RemoteFile file, Uri address, HttpResponseMessage answer, int hop)
    {
        if (hop == RedirectLimit)
        {
            throw Refused(answer, $"{address} goes on pointing elsewhere for {file.Name}. Name another server with --mirror.");
        }

        return answer.Headers.Location is not { } location || !Uri.TryCreate(address, location, out Uri? target) ? throw Refused(answer, $"{address} points elsewhere and does not say where. Name another server with --mirror.")
            : _allowed.Contains(target) ? target
            : throw Refused(answer, $"{address} points to {Shown(target)}, and only {_allowed} may be asked. If you trust that server, name it with --mirror.");
    }

    /// <summary>Copies the body, counting what comes and waiting only so long for more.</summary>
    private async ValueTask CopyAsync(
        RemoteFile file, HttpResponseMessage answer, Stream target, IProgress<DownloadProgress>? progress, CancellationTokenSource silence, CancellationToken stop)
    {
        long before = answer.Content.Headers.ContentRange?.From ?? 0;
        long? total = before + answer.Content.Headers.ContentLength;
        long received = before;
        Check(file, total ?? 0);
        byte[] buffer = new byte[BufferSize];
        Uri address = answer.RequestMessage!.RequestUri!;
        using Stream body = await answer.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        while (await ReceiveAsync(body, buffer, address, silence, stop).ConfigureAwait(false) is > 0 and var count)
        {
            received += count;
            Check(file, received);
            await target.WriteAsync(buffer.AsMemory(0, count), stop).ConfigureAwait(false);
            silence.CancelAfter(_options.SilenceLimit);
            progress?.Report(new DownloadProgress(received, total));
        }
    }

    private async ValueTask<int> ReceiveAsync(Stream body, byte[] buffer, Uri address, CancellationTokenSource silence, CancellationToken stop)
    {
        try
        {
            return await body.ReadAsync(buffer, silence.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw new DroppedException($"the connection to {address.Authority} ended early", error);
        }
        catch (OperationCanceledException error) when (!stop.IsCancellationRequested)
        {
            throw Silent(address, error);
        }
    }

    private static void Check(RemoteFile file, long size)
    {
        if (size > file.Limit)
        {
            throw new OverlayException(string.Create(CultureInfo.InvariantCulture, $"{file.Name} is larger than the {file.Limit} bytes that are taken. Name another server with --mirror."));
        }
    }

    private DroppedException Silent(Uri address, Exception cause) =>
        new(string.Create(CultureInfo.InvariantCulture, $"nothing came from {address.Authority} for {_options.SilenceLimit.TotalSeconds:0} s"), cause);

    private static OverlayException Refused(HttpResponseMessage answer, string message)
    {
        answer.Dispose();
        return new OverlayException(message);
    }

    private static string Innermost(Exception error)
    {
        while (error.InnerException is { } inner)
        {
            error = inner;
        }

        return error.Message.TrimEnd('.');
    }

    // A server's own words: escaped by the run-time, and short.
    private static string Shown(Uri address) => address.AbsoluteUri is { Length: > 200 } text ? $"{text[..200]}…" : address.AbsoluteUri;
}
